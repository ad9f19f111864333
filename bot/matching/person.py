"""A person as files describe one: labelled answers in people's words, or a free text."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.criteria.operators import Known, Partly, Value
from bot.screening.answers import Answer, Outcome, facts_from
from bot.screening.attributes import AnswerType
from bot.screening.prompts import Prompt, Waiting
from bot.screening.reading.lexicon import Lexicon
from bot.screening.reading.reader import Reader
from bot.screening.reading.text import Phrases, cleaned, tokens
from bot.screening.readings import ReadAnswer

_CONDITION, _HISTORY = "condition", "medical_history"
_OTHER, _ACTIVE = "other_cancer", "active_or_recent"
_LONGEST_MENTION, _SHORTEST_WORD = 6, 4
_SEPARATOR = re.compile(r"[,;/+]")
_AMOUNT = re.compile(r"\s*0*[1-9]")


@dataclass(frozen=True)
class Mention:
    """Words that are true of a person (`holds`), or not, as they may stand in a trial's text."""

    words: tuple[str, ...]
    holds: bool


@dataclass(frozen=True)
class Person:
    """What a file tells of a person.

    `known` is what criteria are evaluated against. What of it is `doubtful` (a number without a unit where several
    are in use, a value of a moment) rules nothing out. `wanted` are the illnesses that trials are
    sought for. `mentions` serve to rank trials, and decide nothing.
    """

    known: Mapping[str, Known]
    doubtful: frozenset[str]
    wanted: tuple[str, ...]
    mentions: tuple[Mention, ...]


@dataclass(frozen=True)
class LabelWords:
    """What `labels.yaml` of a language says."""

    labels: Phrases[str]
    asks_for_all: frozenset[str]
    now: Phrases[bool]
    fillers: frozenset[str]
    of_others: Phrases[bool]
    shorthand: Mapping[str, str]
    denying: Sequence[str]
    yes: frozenset[str]
    no: frozenset[str]

    @classmethod
    def of(cls, data: Mapping[str, Any], lexicon: Lexicon) -> LabelWords:
        """From the file's data; `ValueError` for labels of an attribute that the lexicon lacks, `KeyError` for a part that is missing."""
        unknown = sorted(set(data["labels"]) - set(lexicon.attributes))
        if unknown:
            raise ValueError(f"labels: there is no attribute {', '.join(unknown)}; `trialchat attributes` lists what there is")
        labels = {
            name: (*lexicon.words_of(name).names, name.replace("_", " "), *map(str, data["labels"].get(name) or ()))
            for name in lexicon.attributes
        }
        return cls(
            Phrases(labels),
            frozenset(map(str, data["asks_for_all"])),
            Phrases({True: tuple(map(str, data["now"]))}),
            frozenset(map(str, data["fillers"])),
            Phrases({True: tuple(map(str, data["of_others"]))}),
            {str(short): str(full) for short, full in data["shorthand"].items()},
            tuple(map(str, data["denying"])),
            frozenset(map(str, data["yes"])),
            frozenset(map(str, data["no"])),
        )


class PersonReader:
    """Reads persons in one language."""

    def __init__(self, lexicon: Lexicon, reader: Reader, words: LabelWords) -> None:
        self._lexicon, self._reader, self._words = lexicon, reader, words
        self._short = re.compile(rf"(?<![\w/])(?:{_either(words.shorthand)})(?![\w/])")
        self._denying = re.compile(rf"\b(?:{_either(words.denying)})\b", re.IGNORECASE)
        self._all = frozenset(lexicon.attributes)
        self._several_units = frozenset(
            name
            for name, attribute in lexicon.attributes.items()
            if attribute.answer_type is AnswerType.NUMBER
            and len({(unit.factor, unit.offset) for unit in lexicon.words_of(name).units.values()}) > 1
        )
        self._momentary = frozenset(name for name, attribute in lexicon.attributes.items() if attribute.momentary)

    def from_text(self, text: str, today: datetime.date) -> Person:
        """A description, in the first person or in a doctor's words."""
        plain = self._in_full(text)
        told = _Told(self._facts(plain, today))
        told.illnesses(self._reader.illnesses(plain, today))
        return self._person(told)

    def from_fields(self, fields: Mapping[str, str], today: datetime.date, text: str = "") -> Person:
        """Answers under labels such as "HbA1c" or "prior mastectomy". Empty ones tell nothing, those about relatives neither.

        What a text tells besides counts where no label tells it.
        """
        told = _Told({})
        for label, given in fields.items():
            if cleaned(given) and not self._words.of_others.find(tokens(label)):
                self._take(told, label, self._in_full(given), today)
        plain = self._in_full(text)
        for name, fact in self._facts(plain, today).items():
            told.values.setdefault(name, fact)
        told.illnesses(self._reader.illnesses(plain, today))
        return self._person(told)

    # -- one label

    def _take(self, told: _Told, label: str, value: str, today: datetime.date) -> None:
        name, answered = self._named_by(label), self._yes_or_no(value)
        if name == _HISTORY:
            told.all_told = told.all_told or (answered is False and cleaned(label).casefold() in self._words.asks_for_all)
        elif name is not None:
            self._answer(told, name, label, value, today)
        if len(tokens(value)) > 1:
            # A lone word or number tells nothing without its label.
            for other, fact in self._facts(value, today).items():
                if other not in (name, _CONDITION):
                    told.values.setdefault(other, fact)
        illness = self._lexicon.conditions.called(self._bare(tokens(label))) if name is None else None
        if illness is not None and answered is not None:
            told.illnesses(Partly((illness,)) if answered else Partly((), (illness, *self._lexicon.conditions.below(illness))))
        elif answered is None:
            found = self._reader.illnesses(value, today)
            told.illnesses(found)
            told.now += found.has if self._words.now.find(tokens(label)) else ()
        if name is None or name == _HISTORY:
            told.mentions += self._mentions(label, value, answered)

    def _answer(self, told: _Told, name: str, label: str, value: str, today: datetime.date) -> None:
        read = self._value(name, value, today)
        if read is None or (name == _CONDITION and name in told.values and not self._narrows(read, told.values[name])):
            return
        told.values[name] = read
        if name in self._several_units and not self._with_unit(name, f"{label} {value}"):
            told.doubtful.add(name)

    def _named_by(self, label: str) -> str | None:
        """The attribute that a label names; a label that asks for illnesses of some kind names the history of all."""
        words = tokens(label)
        bare = self._bare(words)
        found = self._words.labels.whole(words) or self._words.labels.whole(bare) if bare else None
        if found is None and any(match.label == _HISTORY for match in self._words.labels.find(words)):
            return _HISTORY
        return found

    def _bare(self, words: Sequence[str]) -> tuple[str, ...]:
        """The words of a label without those that do not change what it names, and without a unit."""
        fillers = self._words.fillers | self._lexicon.every_unit
        return tuple(word for word in words if word not in fillers)

    def _value(self, name: str, value: str, today: datetime.date) -> Value | None:
        reading = self._reader.hear(value, Prompt(waiting=Waiting.QUESTION, attribute=name), self._all, today).reading
        if isinstance(reading, ReadAnswer):
            return None if reading.hedged else reading.value
        if self._lexicon.attributes[name].answer_type is AnswerType.YES_NO and _AMOUNT.match(value):
            return True  # A dose or a time of something that there is: "20 units", "2 days".
        return None

    def _facts(self, text: str, today: datetime.date) -> dict[str, Value]:
        """What a text tells by itself, whatever its label: "ECOG 1, Karnofsky 70 %"."""
        return {fact.attribute: fact.value for fact in self._reader.hear(text, None, self._all, today).facts}

    def _narrows(self, read: Value, before: Value) -> bool:
        """Whether an illness is a kind of the one that was told before it."""
        if not isinstance(read, tuple) or not isinstance(before, tuple):
            return False
        return any(wider in self._lexicon.conditions.above(name) for name in read for wider in before)

    def _with_unit(self, name: str, text: str) -> bool:
        lowered = text.casefold()
        return any(unit.casefold() in lowered for unit in self._lexicon.words_of(name).units)

    def _yes_or_no(self, value: str) -> bool | None:
        plain = cleaned(value).casefold().strip(" .")
        return True if plain in self._words.yes else False if plain in self._words.no else None

    def _mentions(self, label: str, value: str, answered: bool | None) -> Iterator[Mention]:
        """The words of a field as they may stand in a criterion."""
        if answered is not None:
            yield Mention(self._bare(tokens(label)) or tokens(label), answered)
            return
        for part in _SEPARATOR.split(value):
            words = tokens(part)
            if len(words) <= _LONGEST_MENTION and any(len(word) >= _SHORTEST_WORD and not word[0].isdecimal() for word in words):
                yield Mention(words, holds=True)

    # -- together

    def _person(self, told: _Told) -> Person:
        attributes, conditions = self._lexicon.attributes, self._lexicon.conditions
        values = {name: value for name, value in told.values.items() if attributes[name].accepts(value)}
        known = dict(facts_from(attributes, {name: Answer(name, Outcome.KNOWN, value) for name, value in values.items()}).values)
        condition = values.get(_CONDITION)
        wanted = condition if isinstance(condition, tuple) else ()
        has = tuple(dict.fromkeys((*wanted, *told.has)))
        if told.all_told:
            known[_HISTORY] = has
        elif has or told.lacks:
            known[_HISTORY] = Partly(has, tuple(name for name in told.lacks if name not in has))
        if (
            _OTHER in attributes
            and _OTHER not in known
            and any(map(conditions.is_leading, told.now))
            and not any(map(conditions.is_leading, wanted))
        ):
            known[_OTHER] = _ACTIVE
        # The illness sought stands in every trial about it, and hints at nothing.
        sought = {*wanted, *(wider for name in wanted for wider in conditions.above(name))}
        named = (tokens(phrase) for name in has if name not in sought for phrase in (name, *conditions.synonyms(name)))
        mentions = dict.fromkeys([*told.mentions, *(Mention(words, holds=True) for words in named)])
        doubtful = frozenset(told.doubtful) | (self._momentary & known.keys())
        return Person(known, doubtful, wanted, tuple(mentions))

    def _in_full(self, text: str) -> str:
        """The text with shorthand written out, and with the denials of doctors' letters as plain ones."""
        full = self._short.sub(lambda found: f" {self._words.shorthand[found[0]]} ", text)
        return self._denying.sub(self._lexicon.plain_no[0], full)


class _Told:
    """What was told so far."""

    def __init__(self, values: dict[str, Value]) -> None:
        self.values = values
        self.doubtful: set[str] = set()
        self.has: list[str] = []
        self.now: list[str] = []
        self.lacks: list[str] = []
        self.all_told = False
        self.mentions: list[Mention] = []

    def illnesses(self, names: Partly) -> None:
        self.has += names.has
        self.lacks += names.lacks


def _either(texts: Mapping[str, str] | Sequence[str]) -> str:
    """A pattern of any of them; the longest first."""
    return "|".join(map(re.escape, sorted(texts, key=len, reverse=True)))
