"""A person as files describe one: labelled answers in people's words, or a free text."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from bot.criteria.extraction.asked import Asked
from bot.criteria.operators import NEVER, Known, Partly, Value
from bot.matching.history import History, HistoryReader, HistoryWords
from bot.screening.answers import Answer, Outcome, facts_from, implied
from bot.screening.attributes import AnswerType
from bot.screening.prompts import Prompt, Waiting
from bot.screening.reading.lexicon import Lexicon
from bot.screening.reading.reader import Reader
from bot.screening.reading.text import Phrases, cleaned, tokens
from bot.screening.readings import ReadAnswer

_CONDITION, _AGE, _HISTORY, _MEDICINES = "condition", "age", "medical_history", "current_medicines"
_OTHER, _ACTIVE, _TREATED = "other_cancer", "active_or_recent", "treated_over_2_years_ago"
_RECENT = 730
"""Days within which another cancer is a recent one."""
_STAGE = "cancer_stage"
_SYSTEMIC, _NONE = "prior_systemic_therapy", "none"
_FAR = (_STAGE, "IV")
_SOME_DAY = datetime.date(2000, 1, 1)
_LONGEST_MENTION, _SHORTEST_WORD = 6, 4
_SEPARATOR = re.compile(r"[,;/+]")
_PARTS = re.compile(r"[,;/()]|\s(?:or|and)\s")
_AMOUNT = re.compile(r"\s*0*[1-9](?!.*/\s*[dm]?l\b)", re.IGNORECASE)


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
    last: Mapping[str, float] = field(default_factory=dict)
    """Of illnesses that the person had, and medicines that they took: how many days ago, 0 for now, infinity for some time."""
    never: frozenset[str] = frozenset()
    """Medicines that they never took."""

    def had(self, asked: Asked) -> bool | None:
        """Whether it was within the time that is asked for; None where that was not told."""
        ago = self.last.get(asked.name)
        if ago is not None:
            return True if ago <= asked.days else None
        return False if asked.name in self.never else None


@dataclass(frozen=True)
class LabelWords:
    """What `labels.yaml` of a language says."""

    labels: Phrases[str]
    asks_for_all: frozenset[str]
    taken_now: Phrases[bool]
    past: Phrases[bool]
    history: HistoryWords
    signs: Phrases[tuple[str, str]]
    denied_by: Mapping[str, str]
    systemic: Sequence[str]
    spread: str
    spread_labels: Phrases[bool]
    regional: Phrases[bool]
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
            Phrases({True: tuple(map(str, data["taken_now"]))}),
            Phrases({True: tuple(map(str, data["past"]))}),
            HistoryWords.of(data),
            Phrases({(name, str(value)): tuple(map(str, said)) for name, each in data["signs"].items() for value, said in each.items()}),
            {str(name): str(medicine) for name, medicine in data["denied_by"].items()},
            tuple(map(str, data["systemic"])),
            str(data["spread"]["asked"]),
            Phrases({True: tuple(map(str, data["spread"]["labels"]))}),
            Phrases({True: tuple(map(str, data["spread"]["regional"]))}),
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
        self._history = HistoryReader(lexicon, words.history, _MEDICINES)
        self._lists = tuple(name for name, attribute in lexicon.attributes.items() if attribute.complete)
        self._momentary = frozenset(name for name, attribute in lexicon.attributes.items() if attribute.momentary)

    def from_text(self, text: str, today: datetime.date) -> Person:
        """A description, in the first person or in a doctor's words."""
        plain = self._in_full(text)
        told = _Told(self._facts(plain, today))
        told.listed(_HISTORY, self._reader.illnesses(plain, today))
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
        told.listed(_HISTORY, self._reader.illnesses(plain, today))
        return self._person(told)

    # -- one label

    def _take(self, told: _Told, label: str, value: str, today: datetime.date) -> None:
        words, answered = tokens(label), self._yes_or_no(value)
        named = self._named_by(label)
        parts = [label] if named or self._one_of_a_list(words) else [part for part in _PARTS.split(label) if tokens(part)]
        lists = {name for name in named if name in self._lists}
        if answered is False and cleaned(label).casefold() in self._words.asks_for_all:
            told.complete |= lists
        self._signs_of_life(told, words, value, answered)
        of_medicines = bool(lists & {_MEDICINES}) and bool(self._words.taken_now.find(words))
        ones = [self._one_of_a_list(tokens(part)) for part in parts]
        for part, own, one in zip(parts, self._values_of(parts, value), ones, strict=True):
            for name in self._named_by(part) if len(parts) > 1 else named:
                if name not in self._lists:
                    self._answer(told, name, part, own, today)
            if one is not None:
                of_medicines = of_medicines or (one[0] == _MEDICINES and not self._words.past.find(words))
                self._take_one(told, *one, self._answer_to(own, value, alone=len(parts) == 1), own, words)
                if one[0] == _HISTORY and answered is None:
                    self._take_kind(told, part, one[1], own, words, today)
        if len(tokens(value)) > 1:
            # A lone word or number tells nothing without its label, and no number is an age without it.
            for other, fact in self._facts(value, today).items():
                if other not in (*named, _CONDITION, _AGE, *self._lists):
                    told.values.setdefault(other, fact)
        if answered is None:
            asked_for = of_medicines or _MEDICINES in lists or any(one is not None and one[0] == _MEDICINES for one in ones)
            self._history.of_medicines(told.history, words, value, asked_for=asked_for, sure=of_medicines)
            self._take_several(told, (lists - {_MEDICINES}) | ({_MEDICINES} if of_medicines else set()), words, value, today)
        if not named or lists:
            told.mentions += self._mentions(label, value, answered)

    @staticmethod
    def _values_of(parts: Sequence[str], value: str) -> Sequence[str]:
        """Each part's own piece of the value, where there are as many; else the whole of it for each."""
        pieces = [piece for piece in _SEPARATOR.split(value) if tokens(piece)]
        return pieces if len(pieces) == len(parts) > 1 else [value] * len(parts)

    def _one_of_a_list(self, words: Sequence[str]) -> tuple[str, str] | None:
        """The illness, medicine or operation that a label names by itself, and the list that it is of."""
        bare = self._bare(words)
        named = ((attribute, self._lexicon.names_of(attribute).called(bare)) for attribute in self._lists)
        return next(((attribute, name) for attribute, name in named if name is not None), None)

    def _take_one(self, told: _Told, attribute: str, name: str, answered: bool | None, value: str, words: Sequence[str]) -> None:
        """A yes or a no to what a label names. What somebody took once is not what they take now; who never did does not now."""
        past = bool(self._words.past.find(words))
        if answered and attribute == _MEDICINES:
            self._history.took(told.history, name, words, now=not past)
        elif answered is False and attribute == _MEDICINES and self._history.means_never(words, value):
            self._history.never_took(told.history, name)
        elif answered and attribute == _HISTORY:
            self._history.of_illnesses(told.history, (name,), words, "", _SOME_DAY)
        if answered is None or (answered and attribute == _MEDICINES and past):
            return
        names_of = self._lexicon.names_of(attribute)
        # Who denies a kind does not mean it by a wider name either.
        told.listed(attribute, Partly((name,)) if answered else Partly((), (name, *names_of.below(name), *names_of.above(name))))

    def _answer_to(self, own: str, value: str, *, alone: bool) -> bool | None:
        """The yes or no to one of the things that a label names: its own piece of the value, or a no to all."""
        if alone or own != value:
            answered = self._yes_or_no(own)
            return True if answered is None and alone and _AMOUNT.match(own) else answered
        return False if self._yes_or_no(value) is False else None

    def _take_kind(self, told: _Told, part: str, name: str, value: str, words: Sequence[str], today: datetime.date) -> None:
        """The kind of an illness that its label and the answer name together: "diabetes" and "type 2"."""
        first = next(iter(self._history.pieces(value)), "").split(",")[0]
        kinds = set(self._lexicon.conditions.below(name))
        found = tuple(one for one in self._reader.illnesses(f"{part} {first}", today).has if one in kinds)
        told.listed(_HISTORY, Partly(found))
        self._history.of_illnesses(told.history, found, words, first, today)

    def _take_several(self, told: _Told, lists: Set[str], words: Sequence[str], value: str, today: datetime.date) -> None:
        """What a value names: illnesses, whatever its label; medicines and operations, where the label asks for them."""
        found = self._reader.illnesses(value, today)
        told.listed(_HISTORY, found)
        pieces = [(piece, self._reader.illnesses(piece, today).has) for piece in self._history.pieces(value)]
        for place, (piece, names) in enumerate(pieces):
            # "Breast cancer, cured": what names no other illness is about the one before it.
            behind = " ".join(text for text, _ in takewhile(lambda one: not one[1], pieces[place + 1 :]))
            self._history.of_illnesses(told.history, names, words, piece, today, behind)
        for name in sorted(lists - {_HISTORY}):
            if name == _MEDICINES and (self._words.past.find(words) or self._words.past.find(tokens(value))):
                continue  # "Treatments before: steroids".
            listed = self._value(name, value, today)
            told.listed(name, Partly(listed if isinstance(listed, tuple) else ()))

    def _signs_of_life(self, told: _Told, label: Sequence[str], value: str, answered: bool | None) -> None:
        """What an answer tells by a turn of phrase, whatever its label: "10 cigarettes a day"; and whether a cancer has spread."""
        said = tokens(value)
        for match in self._words.signs.find(said):
            if not self._lexicon.negators.find(said[max(0, match.start - 2) : match.start]):
                told.values.setdefault(*match.label)
        if self._words.spread_labels.whole(label) and said:
            if answered is False or self._lexicon.negators.find(said[:1]):
                told.history.never.add(self._words.spread)
            elif not self._words.regional.find(said):
                told.values.setdefault(*_FAR)

    def _answer(self, told: _Told, name: str, label: str, value: str, today: datetime.date) -> None:
        read = self._value(name, value, today)
        if read is None and self._yes_or_no(value) is False and NEVER in self._lexicon.attributes[name].values:
            # "Smoking history: none" may say that nothing was written down.
            read = NEVER
            told.doubtful.add(name)
        if read is None or (name == _CONDITION and name in told.values and not self._narrows(read, told.values[name])):
            return
        told.values[name] = read
        if name in self._several_units and not self._with_unit(name, f"{label} {value}"):
            told.doubtful.add(name)

    def _named_by(self, label: str) -> tuple[str, ...]:
        """The attribute that a label names; the lists that it asks for: "other illnesses and medicines"."""
        words = tokens(label)
        bare = self._bare(words)
        found = self._words.labels.whole(words) or self._words.labels.whole(bare) if bare else None
        if found is not None or self._one_of_a_list(words) is not None:
            return () if found is None else (found,)
        return tuple(dict.fromkeys(match.label for match in self._words.labels.find(words) if match.label in self._lists))

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
        names, wider_names = (one if isinstance(one, tuple) else () for one in (read, before))
        return any(wider in self._lexicon.conditions.above(name) for name in names for wider in wider_names)

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
        facts = facts_from(attributes, {name: Answer(name, Outcome.KNOWN, value) for name, value in values.items()})
        known = dict(facts.values)
        condition = values.get(_CONDITION)
        wanted = condition if isinstance(condition, tuple) else ()
        told.listed(_HISTORY, Partly(wanted))
        history = told.history
        self._history.with_wider(history, wanted)
        told.listed(_MEDICINES, Partly(tuple(history.taking)))
        for name, (has, lacks) in told.lists.items():
            if name in told.complete:
                known[name] = tuple(dict.fromkeys(has))
            elif has or lacks:
                known[name] = Partly(tuple(dict.fromkeys(has)), tuple(dict.fromkeys(one for one in lacks if one not in has)))
        known |= dict.fromkeys(implied(attributes, known), True)
        medicines = known.get(_MEDICINES)
        for name, medicine in self._words.denied_by.items():
            if name not in known and isinstance(medicines, Partly) and medicine in medicines.lacks:
                known[name] = False
        if known.get(_SYSTEMIC) == _NONE:
            for one in self._words.systemic:
                self._history.never_took(history, one)
        if (
            _OTHER in attributes
            and _OTHER not in known
            and (others := [ago for name, ago in history.illnesses.items() if conditions.is_leading(name) and math.isfinite(ago)])
            and not any(map(conditions.is_leading, wanted))
        ):
            known[_OTHER] = _ACTIVE if min(others) <= _RECENT else _TREATED
        # The illness sought stands in every trial about it, and hints at nothing.
        sought = {*wanted, *(wider for name in wanted for wider in conditions.above(name))}
        named = (
            tokens(phrase)
            for attribute, (has, _) in told.lists.items()
            for name in has
            if name not in sought
            for phrase in (name, *self._lexicon.names_of(attribute).synonyms(name))
        )
        mentions = dict.fromkeys([*told.mentions, *(Mention(words, holds=True) for words in named)])
        doubted = told.doubtful | (self._momentary & known.keys())
        doubtful = frozenset(name for name in known if not doubted.isdisjoint(facts.stated((name,))))
        if _STAGE in known:
            if known[_STAGE] == _FAR[1]:
                history.add((self._words.spread,), 0)
            else:
                history.never.add(self._words.spread)
        return Person(known, doubtful, wanted, tuple(mentions), history.last, frozenset(history.never - history.last.keys()))

    def _in_full(self, text: str) -> str:
        """The text with shorthand written out, and with the denials of doctors' letters as plain ones."""
        full = self._short.sub(lambda found: f" {self._words.shorthand[found[0]]} ", text)
        return self._denying.sub(self._lexicon.plain_no[0], full)


class _Told:
    """What was told so far."""

    def __init__(self, values: dict[str, Value]) -> None:
        self.values = values
        self.doubtful: set[str] = set()
        self.lists: dict[str, tuple[list[str], list[str]]] = {}
        """For each list what is on it, and what is not."""
        self.complete: set[str] = set()
        self.history = History()
        self.mentions: list[Mention] = []

    def listed(self, attribute: str, names: Partly) -> None:
        has, lacks = self.lists.setdefault(attribute, ([], []))
        has += names.has
        lacks += names.lacks


def _either(texts: Mapping[str, str] | Sequence[str]) -> str:
    """A pattern of any of them; the longest first."""
    return "|".join(map(re.escape, sorted(texts, key=len, reverse=True)))
