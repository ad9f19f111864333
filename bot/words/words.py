"""The texts and reading words of every locale, loaded once at start.

Adding a language is adding a folder; nothing here or above names one, but for the fallback.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from bot.criteria.operators import Value
from bot.screening.answers import Answer, Outcome
from bot.screening.attributes import AnswerType, Attribute, Attributes
from bot.screening.reading import Lexicon, Reader
from bot.yaml_files import YamlFault, read_yaml

ROOT = Path(__file__).resolve().parents[2]
FALLBACK_LOCALE = "en"
_FILES = ("conversation", "attributes", "reading", "conditions", "safety", "answers", "site", "rules")


class WordsFault(Exception):
    """A words or lexicon file that cannot be used; says which, where and what is wrong."""


@dataclass(frozen=True)
class Words:
    """One language: texts by key, words of the attributes, and the reader of answers."""

    locale: str
    attributes: Attributes
    files: Mapping[str, Mapping[str, Any]]

    # -- texts

    @cached_property
    def version(self) -> str:
        """Which texts these are: the newest file's version and a digest of them all."""
        newest = max(str(data["version"]) for data in self.files.values())
        digest = hashlib.sha256(repr(sorted(self.files.items())).encode()).hexdigest()[:8]
        return f"{newest}+{digest}"

    def text(self, key: str, **filled: object) -> str:
        """The text `key` of conversation.yaml with its placeholders filled; KeyError if absent."""
        return str(self._texts[key]).format_map(filled)

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

    # -- attributes in words

    def about(self, attribute: str) -> Mapping[str, Any]:
        """The attribute's own texts: name, question, question_again, why, help, options, said."""
        texts: Mapping[str, Any] = self.files["attributes"]["attributes"][attribute]
        return texts

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
                return f"{value:g} {attribute.unit or ''}".strip()
            case AnswerType.TIME_SINCE if isinstance(value, int):
                return self.counted("unit_days", value)
        if isinstance(value, tuple):
            return self.listed([self.option_title(attribute.name, item) for item in value])
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
        if isinstance(value, tuple) and len(value) == 1:
            key = value[0]
        template = said if isinstance(said, str) else said.get(key, said.get("any"))
        return str(template).format(value=_inside_sentence(self.value(self.attributes[attribute], value)))

    # -- rules as sentences (`bot.criteria.sentences.Phrasebook`)

    def phrase(self, key: str, **filled: object) -> str:
        return str(self.files["rules"]["rules"][key]).format_map(filled)

    def attribute_name(self, attribute: str) -> str:
        return self.name(attribute)

    def stated(self, attribute: str, value: Value) -> str | None:
        said = self.about(attribute).get("said")
        return None if said is None else self.clause(attribute, value)

    def measured(self, attribute: str, value: float) -> str:
        known = self.attributes[attribute]
        return self.counted("unit_days", value) if known.answer_type is AnswerType.TIME_SINCE else self.value(known, value)

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
            self.files["conditions"]["conditions"],
            self.files["conversation"]["buttons"],
        )


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
            folder.name: Words(folder.name, attributes, {name: read_yaml(folder / f"{name}.yaml") for name in _FILES})
            for folder in sorted((root / "words").iterdir())
            if folder.is_dir()
        }
    except (YamlFault, KeyError, ValueError, FileNotFoundError) as fault:
        raise WordsFault(f"lexicon or words: {fault}") from fault
    if FALLBACK_LOCALE not in words:
        raise WordsFault(f"words/{FALLBACK_LOCALE}: is missing; the fallback language must be there")
    for locale, loaded in words.items():
        known = loaded.files["attributes"]["attributes"]
        for name in attributes:
            if name not in known and attributes[name].group != NOT_ASKED_YET:
                raise WordsFault(f"words/{locale}/attributes.yaml: has nothing for `{name}`")
    return Library(attributes, words)


NOT_ASKED_YET = "measurement"
"""Attributes of this group have no questions yet: no record that ships uses them."""
