"""The words of one language, in the shape the readers use. Built once from the words files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from bot.criteria.operators import Value
from bot.screening.attributes import CONDITIONS, NONE, AnswerType, Attribute, Attributes
from bot.screening.reading.conditions import Conditions
from bot.screening.reading.patterns import Parser, Patterns
from bot.screening.reading.text import Phrases, cleaned, tokens
from bot.screening.readings import COMMANDS, Command


@dataclass(frozen=True)
class Means:
    """What a phrase can mean. `weak` ones give way to any no in the same message."""

    kind: str  # "value", "number", "time", "hedged_no", "unsure", "decline", "command"
    value: Value | None = None
    command: Command | None = None
    own: bool = False  # the attribute's own word, not a general yes or no
    weak: bool = False
    alone: bool = False  # stands by itself: means this whatever was asked


@dataclass(frozen=True)
class Told:
    """A self-standing pattern of one attribute."""

    attribute: str
    means: Means


@dataclass(frozen=True)
class OptionWords:
    title: str
    words: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    title_for_other: str | None = None


@dataclass(frozen=True)
class Unit:
    """A unit that a person may write: the value in the lexicon's own is `factor` times the number, plus `offset`."""

    factor: float
    offset: float = 0.0


@dataclass(frozen=True)
class AttributeWords:
    """How people name an attribute and answer it.

    `telling_units` name the attribute by themselves; `bare` are the lowest and highest number that is taken
    without a unit, or one of several that go together; `from_birth`: it is counted in whole years since
    a day that may be told instead. `denied` maps a value to the one that its denial means,
    `all_denied` is what is meant where every value named is denied, `deny_after` whether a "was
    clear" behind a value denies it, and `outranks` which values give way where one is named too.
    `ignore` are patterns that mean nothing and hide what stands in them (a treatment for another
    illness), `unclear` ones that leave the whole message open (a "skin cancer" of unknown kind),
    `unsure` ones that mean that it is not known. What is `only_asked` is read from answers to its own
    question and from nothing else: its words are known while that is open, and unknown otherwise.
    `hides` are words that take the name behind them out of a list ("stopped", "allergic to"), `hidden_by` the one before them.
    """

    names: tuple[str, ...]
    options: Mapping[str, OptionWords]
    units: Mapping[str, Unit]
    telling_units: tuple[str, ...] = ()
    bare: tuple[float, ...] = ()
    from_birth: bool = False
    says: tuple[str, ...] = ()
    denied: Mapping[str, str] = field(default_factory=dict)
    all_denied: str | None = None
    deny_after: bool = True
    ignore: tuple[str, ...] = ()
    outranks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unclear: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    only_asked: bool = False
    hides: Phrases[bool] = field(default_factory=lambda: Phrases({}))
    hidden_by: Phrases[bool] = field(default_factory=lambda: Phrases({}))


@dataclass(frozen=True)
class Person:
    """Someone a screening can be about."""

    key: str
    sex: str | None
    words: tuple[str, ...]
    called: frozenset[str] = frozenset()
    """Words that name the person without "my", as a name does."""
    anybody: bool = False
    """Whether the word says no more than that it is somebody else."""


def _list(data: Any, key: str) -> tuple[str, ...]:
    return tuple(str(word) for word in (data or {}).get(key) or ())


class Places(Protocol):
    """Names the places that a text speaks of, the likeliest first; `led`: only where it says that somebody is there."""

    def __call__(self, text: str, led: bool = False) -> tuple[str, ...]: ...


def _nowhere(text: str, led: bool = False) -> tuple[str, ...]:  # noqa: ARG001
    return ()


class Lexicon:
    """The reading words of one locale.

    `reading` is words/<locale>/reading.yaml; `texts` the `attributes` of attributes.yaml (their
    names and titles count as words); `understood` and `groups` what the files of
    words/<locale>/understood/ say together; `conditions` is conditions.yaml, `treatments` the lists of treatments.yaml by name;
    `titles` the button titles of conversation.yaml by command, "unsure" and "decline"; `people`
    those of people.yaml; `ordinary` how frequent a word is in the language (one that is in it is never taken for a slip);
    `places` the names of the places that a text speaks of, the likeliest first.
    """

    def __init__(
        self,
        attributes: Attributes,
        reading: Mapping[str, Any],
        texts: Mapping[str, Any],
        understood: Mapping[str, Any],
        groups: Mapping[str, Sequence[str]],
        conditions: Mapping[str, Any],
        titles: Mapping[str, str],
        people: Mapping[str, Any] | None = None,
        ordinary: Callable[[str], int] | None = None,
        places: Places | None = None,
        treatments: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        self.attributes = attributes
        self.reading = reading
        self._parser = Parser(groups)
        self.ordinary = ordinary
        self.places: Places = places or _nowhere
        self._titles = titles
        self.conditions = Conditions(conditions)
        others = {name: Conditions({**data, "conditions": data["entries"]}) for name, data in (treatments or {}).items()}
        self._lists = {CONDITIONS: self.conditions, **others}
        self.people = tuple(
            Person(
                str(key),
                data.get("sex"),
                _owned(data["words"], _list(self.reading, "possessive")),
                frozenset(map(str, data.get("called") or ())),
                bool(data.get("anybody")),
            )
            for key, data in (people or {}).items()
        )
        self._words = {name: _attribute_words(texts.get(name) or {}, understood.get(name) or {}) for name in attributes}
        self._phrases: dict[str, Patterns[Means]] = {}
        self._whole: dict[str, dict[str, Means]] = {}

    def words_of(self, attribute: str) -> AttributeWords:
        return self._words[attribute]

    def names_of(self, attribute: str) -> Conditions:
        """The list that the names of a text attribute are of."""
        return self._lists[self.attributes[attribute].names_in]

    def own_vocabulary(self, attribute: str) -> frozenset[str]:
        """Every word that answers the attribute's own question, beside those of yes and no."""
        own = self.phrases(attribute).vocabulary
        if self.attributes[attribute].names_in == CONDITIONS:
            return own  # Those are known whatever is open.
        words = self._words[attribute]
        return own | self.names_of(attribute).vocabulary | words.hides.vocabulary | words.hidden_by.vocabulary

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every word that means something here: what a slip of the finger may have been meant for."""
        found: set[str] = set()
        for name in self._told_names:
            found |= self.phrases(name).vocabulary
        for key in ("units", "months", "weekdays", "feasts", "calendar"):
            for entry in (self.reading["times"].get(key) or {}).values():
                found |= {token for word in (entry["words"] if isinstance(entry, Mapping) else entry) for token in tokens(str(word))}
        found |= {token for word in self.reading["numbers"]["words"] for token in tokens(str(word))}
        for key in _VOCABULARY:
            found |= self.cues(key).vocabulary
        found |= self.conditions.vocabulary | self.attribute_names.vocabulary | self.relations.vocabulary
        return frozenset(found | self.told.vocabulary)

    @cached_property
    def _told_names(self) -> tuple[str, ...]:
        """The attributes whose words are known whatever is open."""
        return tuple(name for name, words in self._words.items() if not words.only_asked)

    @cached_property
    def condition_names(self) -> tuple[str, ...]:
        """The illnesses that can be recognised."""
        return self.conditions.names

    # -- words of the language

    @cached_property
    def attribute_names(self) -> Phrases[str]:
        """The names that are known whatever was asked."""
        return Phrases({name: self._words[name].names for name in self._told_names})

    @cached_property
    def every_name(self) -> Phrases[str]:
        """The names of all attributes, those that are only asked too."""
        return Phrases({name: words.names for name, words in self._words.items()})

    @cached_property
    def change_cues(self) -> Phrases[bool]:
        return Phrases({True: _list(self.reading["commands"]["change"], "before_name")})

    def cues(self, key: str) -> Phrases[bool]:
        """A word list of reading.yaml as phrases."""
        if key not in self._cues:
            self._cues[key] = Phrases({True: _list(self.reading, key)})
        return self._cues[key]

    @cached_property
    def _cues(self) -> dict[str, Phrases[bool]]:
        return {}

    def single(self, key: str) -> frozenset[str]:
        """The single words of a list of reading.yaml."""
        if key not in self._singles:
            self._singles[key] = frozenset(word for word in _list(self.reading, key) if tokens(word) == (word,))
        return self._singles[key]

    @cached_property
    def _singles(self) -> dict[str, frozenset[str]]:
        return {}

    @cached_property
    def negators(self) -> Phrases[bool]:
        return self.cues("negators")

    @property
    def plain_no(self) -> tuple[str, ...]:
        """The whole messages that are a no."""
        return _list(self.reading["no"], "words")

    @cached_property
    def barriers(self) -> Phrases[bool]:
        """What a hole in a pattern never swallows."""
        return Phrases({True: (*_list(self.reading, "negators"), *_list(self.reading, "contrasts"))})

    @cached_property
    def anybody(self) -> frozenset[str]:
        """The keys of people of whom is said no more than that it is somebody else."""
        return frozenset(person.key for person in self.people if person.anybody)

    @cached_property
    def relations(self) -> Phrases[Person]:
        return Phrases({person: person.words for person in self.people})

    @cached_property
    def every_unit(self) -> frozenset[str]:
        """Every word that is a unit of something, so that kilograms are not taken for years."""
        attributes = (token for words in self._words.values() for unit in words.units for token in tokens(unit)[:1])
        times = (str(word) for unit in self.reading["times"]["units"].values() for word in unit["words"])
        return frozenset((*attributes, *times, *_list(self.reading, "other_units")))

    @cached_property
    def joins(self) -> frozenset[str]:
        """Single words between the parts of an answer: where one stands, a lone number may not be all."""
        return self.single("list_separators")

    # -- what answers mean

    @cached_property
    def general(self) -> Patterns[Means]:
        """Yes, no and commands, for prompts that ask no attribute."""
        return self._index(None)

    def phrases(self, attribute: str) -> Patterns[Means]:
        """Everything that counts wherever it stands in an answer to this attribute."""
        if attribute not in self._phrases:
            self._phrases[attribute] = self._index(self.attributes[attribute])
        return self._phrases[attribute]

    @cached_property
    def told(self) -> Patterns[Told]:
        """What stands by itself, whatever was asked, of every attribute."""
        entries: list[tuple[Told, tuple[str, ...]]] = []
        for name in self._told_names:
            entries += [(Told(name, means), patterns) for means, patterns in self._says(self.attributes[name])]
        return Patterns(entries, self._parser)

    def _says(self, attribute: Attribute) -> Iterator[tuple[Means, tuple[str, ...]]]:
        words = self._words[attribute.name]
        kind = {AnswerType.NUMBER: "number", AnswerType.TIME_SINCE: "time"}.get(attribute.answer_type, "value")
        if words.ignore:
            yield Means("ignore", own=True, alone=True), words.ignore
        if words.unclear:
            yield Means("unclear", own=True, alone=True), words.unclear
        if words.says:
            yield Means(kind, own=True, alone=True), words.says
        for value, option in words.options.items():
            if option.says:
                yield Means("value", _value(attribute, value), own=True, alone=True), option.says

    def titles(self, attribute: str) -> frozenset[str]:
        """The titles of the attribute's quick replies, as whole messages are compared."""
        options = self._words[attribute].options.values()
        own = [title for option in options for title in (option.title, option.title_for_other) if title]
        general = [self._titles[key] for key in ("yes", "no", "unsure", "decline")]
        return frozenset(map(whole_form, (*own, *general)))

    def whole(self, attribute: str | None) -> Mapping[str, Means]:
        """Whole messages (cleaned, lower case, no closing punctuation) and what they mean."""
        key = attribute or ""
        if key not in self._whole:
            self._whole[key] = self._whole_index(self.attributes[attribute] if attribute else None)
        return self._whole[key]

    def _index(self, attribute: Attribute | None) -> Patterns[Means]:
        """One index of everything, so that the longest phrase wins: "i don't know" over "i don't"."""
        entries: dict[Means, list[str]] = {}
        reading = self.reading
        for command in Command:
            entries[Means("command", command=command)] = list(_list(reading["commands"].get(command.value), "words"))
        exact = attribute is not None and attribute.answer_type in (AnswerType.NUMBER, AnswerType.TIME_SINCE)
        about = set(_list(reading["numbers"], "about")) if exact else set()
        entries[Means("unsure")] = [w for w in _list(reading["unsure"], "words") if w not in about]
        entries[Means("decline")] = list(_list(reading["decline"], "words"))
        entries[Means("ignore")] = list(_list(reading, "no_answers"))
        if attribute is None or attribute.answer_type is AnswerType.YES_NO:
            agreeing = _list(reading["yes"], "words")
            plain_yes = {tokens(word) for word in agreeing if len(tokens(word)) == 1}
            for word in agreeing:
                # "i have" begins many a no ("i have never …"); "yes, i have" does not.
                weak = tokens(word)[:1] not in plain_yes
                if weak and attribute is not None and self._words[attribute.name].only_asked:
                    continue  # "I have diabetes", where insulin is asked: only by itself is it a yes.
                entries.setdefault(Means("value", True, weak=weak), []).append(word)
            entries[Means("value", False)] = [*_list(reading["no"], "words"), *map(str, reading["never"])]
            entries[Means("hedged_no", False)] = [str(word) for word in reading["hedged_no"]]
        if attribute is not None:
            words = self._words[attribute.name]
            for value, option in words.options.items():
                entries.setdefault(Means("value", _value(attribute, value), own=True), []).extend(option.words)
            for means, patterns in self._says(attribute):
                entries.setdefault(means, []).extend(patterns)
            entries[Means("unsure", own=True)] = list(words.unsure)
        # What the attribute means by a phrase wins over what it means in general.
        own = {tokens(word) for means, words_ in entries.items() if means.own for word in words_ if not _has_holes(word)}
        return Patterns(
            [(means, [w for w in texts if means.own or tokens(w) not in own]) for means, texts in entries.items()],
            self._parser,
        )

    def _whole_index(self, attribute: Attribute | None) -> dict[str, Means]:
        found: dict[str, Means] = {}
        reading = self.reading

        def add(words: Iterable[str], means: Means) -> None:
            for word in words:
                found[whole_form(word)] = means

        for command in Command:
            data = reading["commands"].get(command.value)
            add((*_list(data, "words"), *_list(data, "whole")), Means("command", command=command))
        if attribute is None or attribute.answer_type is AnswerType.YES_NO:
            for word, value in (("yes", True), ("no", False)):
                add((*_list(reading[word], "whole"), *_list(reading[word], "words")), Means("value", value))
        add((*_list(reading["unsure"], "whole"), *_list(reading["unsure"], "words")), Means("unsure"))
        add((*_list(reading["decline"], "whole"), *_list(reading["decline"], "words")), Means("decline"))
        for name, title in self._titles.items():
            if name in ("unsure", "decline"):
                add((title,), Means(name))
            elif name in COMMANDS:
                add((title,), Means("command", command=COMMANDS[name]))
            elif name in _TITLES_THAT_AGREE:
                add((title,), Means("value", _TITLES_THAT_AGREE[name]))
        if attribute is not None:
            add((word for word in self._words[attribute.name].unsure if self._words[attribute.name].only_asked), Means("unsure"))
            for key, option in self._words[attribute.name].options.items():
                means = Means("value", _value(attribute, key), own=True)
                add(
                    (
                        option.title,
                        option.title_for_other or option.title,
                        *(word for word in option.words if not _has_holes(word)),
                        *option.whole,
                    ),
                    means,
                )
        return found


_VOCABULARY = (
    "negators", "negative_results", "doubts", "plans", "contrasts", "question_starts",
    "first_person", "determiners", "tails", "lead_ins", "fillers",
)  # fmt: skip
"""The word lists of reading.yaml whose words slips are repaired towards, next to the attributes' own."""
_TITLES_THAT_AGREE = {"erase_confirm": True, "erase_cancel": False, "confirm_value": True, "correct_value": False, "none_right": False}


def _attribute_words(texts: Mapping[str, Any], understood: Mapping[str, Any]) -> AttributeWords:
    options = {**dict.fromkeys(texts.get("options") or {}), **dict.fromkeys(understood.get("options") or {})}
    read = understood.get("options") or {}
    titled = texts.get("options") or {}
    units = {str(unit): Unit(float(factor)) for unit, factor in (understood.get("units") or {}).items()}
    for unit, parts in (understood.get("units_with_offset") or {}).items():
        units[str(unit)] = Unit(float(parts["factor"]), float(parts["offset"]))
    for words in (understood.get("unit_words") or {}).values():
        for word in words:
            units.setdefault(str(word), Unit(1.0))
    name = (str(texts["name"]),) if "name" in texts else ()
    return AttributeWords(
        names=(*_list(understood, "names"), *name),
        options={
            str(value): OptionWords(
                str((titled.get(value) or {}).get("title") or ""),
                _list(read.get(value), "words"),
                _list(read.get(value), "whole"),
                _list(read.get(value), "says"),
                (texts.get("for_other") or {}).get("options", {}).get(value),
            )
            for value in options
        },
        units=units,
        telling_units=_list(understood, "telling_units"),
        bare=tuple(map(float, understood.get("bare") or ())),
        from_birth=bool(understood.get("from_birth")),
        says=_list(understood, "says"),
        denied={str(value): str(other) for value, other in (understood.get("denied") or {}).items()},
        all_denied=None if understood.get("all_denied") is None else str(understood["all_denied"]),
        deny_after=bool(understood.get("deny_after", True)),
        ignore=_list(understood, "ignore"),
        unclear=_list(understood, "unclear"),
        outranks={str(value): tuple(map(str, others)) for value, others in (understood.get("outranks") or {}).items()},
        unsure=_list(understood, "unsure"),
        only_asked=bool(understood.get("only_asked")),
        hides=Phrases({True: _list(understood, "hides")}),
        hidden_by=Phrases({True: _list(understood, "hidden_by")}),
    )


def _owned(words: Iterable[Any], endings: Sequence[str]) -> tuple[str, ...]:
    """The words for a person, also where the person owns something: "my mum's"."""
    known = dict.fromkeys(map(str, words))
    return tuple(dict.fromkeys([*known, *(word + ending for word in known for ending in endings)]))


def _has_holes(pattern: str) -> bool:
    return any(sign in pattern for sign in "{|*$") or ".." in pattern or " ?" in pattern


def _value(attribute: Attribute, option: str) -> Value:
    if attribute.answer_type is AnswerType.YES_NO:
        return option == "yes"
    if attribute.answer_type is AnswerType.NUMBER and option.isdecimal():
        return int(option)
    if attribute.complete and option == NONE:
        return ()
    return (option,) if attribute.answer_type is AnswerType.CHOICES else option


def option_value(attribute: Attribute, option: str) -> Value:
    """The value that an option's key stands for."""
    return _value(attribute, option)


def whole_form(text: str) -> str:
    """A message as whole messages are compared: cleaned, lower case, no closing punctuation."""
    return cleaned(text).casefold().strip(" .!,;:\"'")
