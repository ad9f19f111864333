"""The texts and reading words of every locale, loaded once at start.

Adding a language is adding a folder; nothing here or above names one, but for the fallback.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from bot.criteria.operators import Value
from bot.ordinary_words import ordinary_words
from bot.screening.answers import Answer, Outcome
from bot.screening.attributes import NONE, AnswerType, Attribute, Attributes
from bot.screening.reading import Lexicon, Reader
from bot.yaml_files import YamlFault, read_yaml

ROOT = Path(__file__).resolve().parents[2]
FALLBACK_LOCALE = "en"
_FORMS = ("who", "whose", "them", "their")
_BEGINNING = re.compile(r"(?P<before>^|[.!?]\s+)\{(?P<form>who|whose)\}")
"""A person who begins a sentence."""
_FILES = (
    "conversation",
    "attributes",
    "reading",
    "conditions",
    "treatments",
    "people",
    "safety",
    "answers",
    "site",
    "rules",
    "imported",
    "channels",
)
_LISTS = ("medicines", "operations")
"""The lists of names in treatments.yaml."""
_UNDERSTOOD = "understood"
"""The folder of what is understood, one file for each kind of attribute."""


class WordsFault(Exception):
    """A words or lexicon file that cannot be used; says which, where and what is wrong."""


@dataclass(frozen=True)
class Words:
    """One language: texts by key, words of the attributes, and the reader of answers."""

    locale: str
    attributes: Attributes
    files: Mapping[str, Mapping[str, Any]]
    person: Mapping[str, str] = field(default_factory=dict)
    """How the one is spoken of whom the texts are about (people.yaml); empty where that is the reader."""
    carrier: str = ""
    """Who else carries what is said (channels.yaml); empty where nobody does, as on one's own website."""
    at_work: bool = False
    """Whether that is something that people have where they work."""

    def speaking_of(self, about: str | None) -> Words:
        """These words about somebody: a key of people.yaml. About the reader where it is none."""
        people: Mapping[str, Mapping[str, Any]] = self.files["people"]["people"]
        person = people.get(about or "", {})
        return replace(self, person={form: str(person[form]) for form in _FORMS} if person else {})

    def carried_by(self, channel: str) -> Words:
        """These words as a channel brings them: some things are different where somebody else carries what is said."""
        data = self.files["channels"]
        carrier = str((data.get("carriers") or {}).get(channel, ""))
        return replace(self, carrier=carrier, at_work=channel in (data.get("at_work") or ()))

    # -- texts

    @cached_property
    def version(self) -> str:
        """Which texts these are: the newest file's version and a digest of them all."""
        newest = max(str(data["version"]) for data in self.files.values())
        digest = hashlib.sha256(repr(sorted(self.files.items())).encode()).hexdigest()[:8]
        return f"{newest}+{digest}"

    def text(self, key: str, **filled: object) -> str:
        """The text `key` of conversation.yaml with its placeholders filled; KeyError if absent.

        Where it is about somebody else, it is the one of `texts_for_other`, if there is one.
        """
        instead = self._instead("texts")
        if key in instead:
            return str(instead[key]).format_map({"carrier": self.carrier, **filled})
        others = self.files["conversation"].get("texts_for_other") or {}
        if self.person and key in others:
            return self._of_person(str(others[key]), filled)
        return str(self._texts[key]).format_map(filled)

    def _of_person(self, template: str, filled: Mapping[str, object]) -> str:
        """A text about somebody else, filled; the person begins a sentence with a capital."""
        capitals = {f"{form}_": shown[:1].upper() + shown[1:] for form, shown in self.person.items()}
        marked = _BEGINNING.sub(r"\g<before>{\g<form>_}", template)
        return marked.format_map({**self.person, **capitals, **filled})

    def topic(self, name: str) -> Mapping[str, Any] | None:
        """How answers.yaml answers a topic; None where it does not."""
        found: Mapping[str, Any] | None = self.files["answers"]["topics"].get(name)
        instead = self._instead("topics")
        if found is None or name not in instead:
            return found
        return {**found, "text": str(instead[name]).format(carrier=self.carrier)}

    def _instead(self, kind: str) -> Mapping[str, str]:
        """What is said differently where somebody carries it."""
        part = "where_carried_at_work" if self.at_work else "where_carried"
        found: Mapping[str, str] = (self.files["channels"].get(part) or {}).get(kind) or {}
        return found if self.carrier else {}

    def has(self, key: str) -> bool:
        return key in self._texts

    def button(self, key: str) -> str:
        """The title of a quick reply."""
        return str(self.files["conversation"]["buttons"][key])

    @property
    def _texts(self) -> Mapping[str, Any]:
        texts: Mapping[str, Any] = self.files["conversation"]["texts"]
        return texts

    def listed(self, items: Sequence[str]) -> str:
        """Several items as people list them: "brain, bone and liver"."""
        if len(items) < 2:
            return "".join(items)
        return self.text("list_comma").join(items[:-1]) + self.text("list_and") + items[-1]

    def counted(self, key: str, number: float) -> str:
        """A number with its noun: `counted("questions", 1)`. The noun's forms are texts."""
        shown = f"{number:g}"
        return self.text(f"{key}_{'one' if number == 1 else 'many'}", value=shown)

    def date(self, day: datetime.date) -> str:
        """A day as people write it in this language."""
        language = self.files["site"]["language"]
        return str(language["date"]).format(day=day.day, month=language["months"][day.month - 1], year=day.year)

    def month(self, year: int, month: int) -> str:
        """A month as people write it in this language."""
        language = self.files["site"]["language"]
        return str(language["month"]).format(month=language["months"][month - 1], year=year)

    # -- attributes in words

    def about(self, attribute: str) -> Mapping[str, Any]:
        """The attribute's own texts: name, question, question_again, why, help, options, said.

        Those of `said` still have their {value}. About somebody else, a part without words of its own is the ordinary one.
        """
        texts: Mapping[str, Any] = self.files["attributes"]["attributes"][attribute]
        if not self.person or not (others := texts.get("for_other")):
            return texts
        filled = {part: self._filled(wording) for part, wording in others.items() if part != "options"}
        titles = {value: {"title": self._filled(title)} for value, title in (others.get("options") or {}).items()}
        return {**texts, **filled, "options": {**(texts.get("options") or {}), **titles}}

    def _filled(self, wording: Any) -> Any:
        """One part of an attribute's texts about somebody else: a text, several, or one for each value."""
        if isinstance(wording, str):
            return wording.format_map({**self.person, "value": "{value}"})
        if isinstance(wording, Mapping):
            return {key: self._filled(text) for key, text in wording.items()}
        return [self._filled(text) for text in wording]

    def name(self, attribute: str) -> str:
        return str(self.about(attribute)["name"])

    def option_title(self, attribute: str, value: Value) -> str:
        """How a value is called on its button and when read out."""
        key = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
        option = (self.about(attribute).get("options") or {}).get(key)
        if option is not None:
            return str(option["title"])
        return self.button(key) if isinstance(value, bool) else key

    def value(self, attribute: Attribute, value: Value) -> str:
        """A value in words, as it is read out: "64 years", "Bone and Liver", "Yes"."""
        match attribute.answer_type:
            case AnswerType.NUMBER if isinstance(value, int | float):
                key = f"unit_{attribute.unit}"
                if attribute.unit and self.has(f"{key}_many"):
                    return self.counted(key, value)
                units: Mapping[str, str] = self.files["conversation"].get("units") or {}
                return f"{value:g} {units.get(attribute.unit or '', attribute.unit or '')}".strip()
            case AnswerType.TIME_SINCE if isinstance(value, int):
                return self.counted("unit_days", value)
        if isinstance(value, tuple):
            return self.listed([self.option_title(attribute.name, item) for item in value or (NONE,)])
        return self.option_title(attribute.name, value)

    def answer(self, answer: Answer) -> str:
        """An answer in words, the ones that leave it open included."""
        match answer.outcome:
            case Outcome.UNSURE:
                return self.text("value_unsure")
            case Outcome.DECLINED:
                return self.text("value_declined")
            case Outcome.KNOWN if answer.value is not None:
                return self.value(self.attributes[answer.attribute], answer.value)
        return self.text("no_answer")

    def clause(self, attribute: str, value: Value) -> str:
        """What was said, to follow "you told me that": "you are 64 years old"."""
        said = self.about(attribute)["said"]
        key = ("yes" if value else "no") if isinstance(value, bool) else str(value)
        if isinstance(value, tuple) and len(value) < 2:
            key = value[0] if value else NONE
        template = said if isinstance(said, str) else said.get(key, said.get("any"))
        return str(template).format(value=self.inside(attribute, value))

    def inside(self, attribute: str, value: Value) -> str:
        """A value in words, as it stands within a sentence."""
        known = self.attributes[attribute]
        shown = self.value(known, value)
        return shown if known.of_places else _inside_sentence(shown)

    # -- rules as sentences (`bot.criteria.sentences.Phrasebook`)

    def phrase(self, key: str, **filled: object) -> str:
        return str(self.files["rules"]["rules"][key]).format_map(filled)

    def attribute_name(self, attribute: str) -> str:
        return self.name(attribute)

    def stated(self, attribute: str, value: Value) -> str | None:
        said = self.about(attribute).get("said")
        return None if said is None else self.clause(attribute, value)

    def measured(self, attribute: str, value: float) -> str:
        known, shown = self.attributes[attribute], round(value, 2)
        return self.counted("unit_days", shown) if known.answer_type is AnswerType.TIME_SINCE else self.value(known, shown)

    def denied(self, attribute: str, values: Sequence[Value]) -> str | None:
        template = self.files["rules"]["rules"]["denied"].get(attribute)
        if template is None:
            return None
        named = [self.value(self.attributes[attribute], (str(value),)) for value in values]
        joined = self.text("list_comma").join(named[:-1]) + self.text("list_or") + named[-1] if len(named) > 1 else named[0]
        return str(template).format(value=_inside_sentence(joined))

    def others(self, attribute: str, values: Sequence[Value]) -> Sequence[Value]:
        known = self.attributes[attribute]
        return [value for value in known.values if value not in values] if known.answer_type is AnswerType.CHOICE else []

    def widest(self, attribute: str, values: Sequence[Value]) -> Sequence[Value]:
        if self.attributes[attribute].answer_type is not AnswerType.TEXT:
            return values
        above = self.lexicon.names_of(attribute).above
        return [value for value in values if not any(name in values for name in above(str(value)))]

    # -- reading

    @cached_property
    def reader(self) -> Reader:
        return Reader(self.lexicon)

    @cached_property
    def lexicon(self) -> Lexicon:
        return Lexicon(
            self.attributes,
            self.files["reading"],
            self.files["attributes"]["attributes"],
            self.files[_UNDERSTOOD]["attributes"],
            self.files[_UNDERSTOOD]["groups"],
            self.files["conditions"],
            self.files["conversation"]["buttons"],
            self.files["people"]["people"],
            ordinary_words(self.files["reading"].get("dictionary")),
            self._places,
            {name: data for name in _LISTS if (data := self.files["treatments"].get(name))},
        )

    def _places(self, text: str, led: bool = False) -> tuple[str, ...]:
        """The places that a text names, by the names that they are kept by, the likeliest of the first one first.

        `led`: only one that is said to be where somebody is ("near Leeds"), and not mentioned in passing.
        """
        # Towns take seconds to read: not before somebody is asked where they are.
        from bot.places import Gazetteer

        known = (ROOT / "words" / self.locale / "places.yaml").exists()
        found = [one for one in Gazetteer.load(self.locale if known else FALLBACK_LOCALE).find(text) if one.led or not led]
        return tuple(place.called for place in found[0].places) if found else ()


def _inside_sentence(text: str) -> str:
    """A title inside a sentence loses its capital, unless it is an abbreviation such as EGFR."""
    words = text.split(" ")
    return " ".join(word if not word[1:].islower() else word[0].lower() + word[1:] for word in words)


@dataclass(frozen=True)
class Library:
    """The attributes and every language."""

    attributes: Attributes
    words: Mapping[str, Words] = field(default_factory=dict)

    def in_locale(self, locale: str | None) -> Words:
        """The words for a locale such as `en-GB`; the nearest there is, else the fallback."""
        wanted = (locale or "").replace("_", "-")
        for candidate in (wanted, wanted.split("-")[0]):
            if candidate in self.words:
                return self.words[candidate]
        return self.words[FALLBACK_LOCALE]


def load_library(root: Path = ROOT) -> Library:
    """Read `lexicon/` and `words/` below `root`; `WordsFault` names what cannot be used."""
    try:
        entries = read_yaml(root / "lexicon" / "attributes.yaml")["attributes"]
        attributes = Attributes(Attribute.model_validate(entry) for entry in entries)
        words = {
            folder.name: Words(folder.name, attributes, _read(folder)) for folder in sorted((root / "words").iterdir()) if folder.is_dir()
        }
    except (YamlFault, KeyError, ValueError, FileNotFoundError) as fault:
        raise WordsFault(f"lexicon or words: {fault}") from fault
    if FALLBACK_LOCALE not in words:
        raise WordsFault(f"words/{FALLBACK_LOCALE}: is missing; the fallback language must be there")
    for locale, loaded in words.items():
        known = loaded.files["attributes"]["attributes"]
        for name in attributes:
            if name not in known:
                raise WordsFault(f"words/{locale}/attributes.yaml: has nothing for `{name}`")
    return Library(attributes, words)


def _read(folder: Path) -> dict[str, Mapping[str, Any]]:
    """The files of one language; what is understood, spread over several, comes as one."""
    files: dict[str, Mapping[str, Any]] = {name: read_yaml(folder / f"{name}.yaml") for name in _FILES}
    parts = [read_yaml(path) for path in sorted((folder / _UNDERSTOOD).glob("*.yaml"))]
    merged: dict[str, Any] = {"version": max((str(part["version"]) for part in parts), default=""), "groups": {}, "attributes": {}}
    for part in parts:
        for key in ("groups", "attributes"):
            twice = merged[key].keys() & (part.get(key) or {}).keys()
            if twice:
                raise ValueError(f"words/{folder.name}/{_UNDERSTOOD}: {key} {', '.join(sorted(twice))} stand in two files")
            merged[key].update(part.get(key) or {})
    files[_UNDERSTOOD] = merged
    return files
