"""What a trial's record says it is about, and which illnesses that names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bot.matching.spelling import Spelling
from bot.screening.reading.conditions import Conditions
from bot.screening.reading.patterns import Surroundings
from bot.screening.reading.text import Phrases, Utterance, tokens

Named = tuple[str, str]
"""A MeSH term: its id and its name."""

_MOST_READ = 100_000
"""Readings of names that are kept: registry records say the same few names again and again."""
_LOOKS_BACK = 4
"""Words before an illness in which a title may say that it is not there yet, or not at all."""


@dataclass(frozen=True)
class Subject:
    """What a record says its trial is about. All but the title may be missing."""

    conditions: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    terms: tuple[Named, ...] = ()
    ancestors: tuple[Named, ...] = ()
    title: str = ""


@dataclass(frozen=True)
class InPart:
    """A part of the leading illness: its `kinds` and all below them, or where it names none all, but none of `left_out`.

    A basket stays the subject where kinds of it are named as well.
    """

    kinds: frozenset[str]
    left_out: frozenset[str]
    words: tuple[str, ...]
    basket: bool

    def includes(self, family: frozenset[str]) -> bool:
        """Whether an illness is in it, by its own name and all wider ones."""
        return not family & self.left_out and (not self.kinds or bool(family & self.kinds))


@dataclass(frozen=True)
class NamesOfSubject:
    """The nodes that a record names (see `Hierarchy`), by where it names them.

    `conditions` and `terms` are its illnesses, `title` those that the title looks at; `keywords` and `other_keywords` are those of
    the keywords, known to the words file or not. `well`: the title speaks of people without an illness, and of no patients.
    """

    conditions: frozenset[str]
    terms: frozenset[str]
    title: frozenset[str]
    keywords: frozenset[str]
    other_keywords: frozenset[str]
    well: bool


class SubjectReader:
    """Finds the illnesses of a subject. Words come from `of_trials` of conditions.yaml.

    A node is a name of conditions.yaml, a name of `leading_in_part` ("solid tumours"), or else the key of a name (`Spelling.key`).
    """

    def __init__(self, conditions: Conditions, spelling: Spelling) -> None:
        data: Mapping[str, Any] = conditions.of_trials
        self._conditions = conditions
        self._spelling = spelling
        parts: Mapping[str, Mapping[str, Any]] = data.get("leading_in_part") or {}
        self.in_part = {str(name): _in_part(entry) for name, entry in parts.items()}
        self._more = Phrases(
            {
                **{str(name): map(str, words) for name, words in (data.get("names") or {}).items()},
                **{name: part.words for name, part in self.in_part.items()},
                "": _list(data, "other_words"),
            }
        )
        self._without = Phrases({True: _list(data, "without")})
        self._between = frozenset(_list(data, "between"))
        self._joins = frozenset(_list(data, "joins"))
        self._after = frozenset(_list(data, "preventing_after"))
        self._preventing = Phrases({True: _list(data, "preventing")})
        self._patients = Phrases({True: _list(data, "patients")})
        self._qualities = frozenset(_list(data, "qualities"))
        records = data.get("names") or {}
        self.own_names: Mapping[str, tuple[str, ...]] = {
            **{name: (name, *conditions.synonyms(name), *_list(records, name)) for name in conditions.names},
            **{name: (name, *part.words) for name, part in self.in_part.items()},
        }
        self._by_key = _by_key(self.own_names, spelling)
        self.names_in = lru_cache(_MOST_READ)(self._names_in)
        self.node = lru_cache(_MOST_READ)(self._node)

    def read(self, subject: Subject) -> NamesOfSubject:
        """The nodes of a subject."""
        terms = {self.node(name) for _, name in subject.terms}
        keys = {self._spelling.key(name) for _, name in subject.terms}
        conditions: set[str] = set()
        for text in subject.conditions:
            # The thesaurus knows "renovascular hypertension", and what is above it, better than its one word that we know.
            names = frozenset() if self._spelling.key(text) in keys else self.names_in(text)
            conditions |= self._conditions_without_wider(names) or {self.node(text)}
        title, well = self._title(subject.title)
        known: set[str] = set()
        others: set[str] = set()
        for text in subject.keywords:
            names = self.names_in(text)
            known |= names
            if not names:
                others.add(self.node(text))
        return NamesOfSubject(
            frozenset(conditions - {""}), frozenset(terms - {""}), title, frozenset(known), frozenset(others - {""}), well
        )

    def _names_in(self, text: str) -> frozenset[str]:
        """The illnesses named in a name of a registry, also where it is turned round at its commas."""
        found: set[str] = set()
        for form in _forms(text):
            words = tokens(form)
            whole = self._conditions.whole(words)
            names = [(name, end - start) for name, start, end in self._find(Utterance(form))]
            if whole and all(length < len(words) for _, length in names):
                names.append((whole, len(words)))
            covered = max((length for _, length in names), default=0)
            if names and covered == len(words):
                # One name and nothing else, in one of its forms: that is it.
                return frozenset(name for name, length in names if length == covered)
            found |= {name for name, _ in names}
        if not found and (by_key := self._by_key.get(self._spelling.key(text))):
            return frozenset({by_key})
        return self._conditions_without_wider(found)

    def _node(self, text: str) -> str:
        """What a name of a registry stands for as a whole."""
        key = self._spelling.key(text)
        if key in self._by_key:
            return self._by_key[key]
        for form in _forms(text):
            words = self._telling(form)
            utterance = Utterance(" ".join(words))
            whole = self._conditions.whole(words) or next(
                (name for name, start, end in self._find(utterance) if end - start == len(utterance)), None
            )
            if whole:
                return whole
        return self._by_key.get(self._spelling.key(" ".join(self._telling(text))), key)

    def _telling(self, text: str) -> list[str]:
        return [word for word in tokens(text) if word not in self._qualities]

    def _find(self, said: Utterance) -> list[tuple[str, int, int]]:
        """Each illness named, and where. What only records say stands for what is read inside of it."""
        found = [(named.name, named.start, named.end) for named in self._conditions.named(Surroundings(said))]
        for more in self._more.find(said.words):
            inside = [one for one in found if one[1] < more.end and more.start < one[2]]
            if all(more.start <= start and end <= more.end for _, start, end in inside):
                found = [one for one in found if one not in inside] + [(more.label, more.start, more.end)] * bool(more.label)
        return sorted(found, key=lambda one: one[1])

    def _title(self, title: str) -> tuple[frozenset[str], bool]:
        """The illnesses a title looks at, and whether those who take part have none."""
        said = Utterance(title)
        found = self._find(said)
        sure: list[str] = []
        names: set[str] = set()
        denied = prevented = False
        end = 0
        for name, start, its_end in found:
            # What is said before a list is said of all of it.
            listed = end and all(word in self._joins for word in said.words[end:start])
            denied = (listed and denied) or self._denied(start, said)
            prevented = (listed and prevented) or self._prevented(start, its_end, end, said)
            end = its_end
            sure += [name] * (not denied)
            # What is to be prevented is the subject only where nothing else is.
            names |= {name} if not denied and not prevented else set()
        names = names if names - self._conditions.well else names | set(sure)
        well = bool(names & self._conditions.well) and not self._patients.find(said.words)
        return frozenset(names), well

    def _denied(self, start: int, said: Utterance) -> bool:
        """Whether an illness that begins at `start` is said not to be there: "without known diabetes"."""
        begin = start
        while begin and begin not in said.pauses and said.words[begin - 1] in self._between and start - begin < _LOOKS_BACK:
            begin -= 1
        return any(match.end >= begin for match in self._without.find(said.words[:start])) and begin not in said.pauses

    def _prevented(self, start: int, end: int, after: int, said: Utterance) -> bool:
        """Whether an illness is to be prevented. `after`: the end of the one before it.

        "To prevent stroke in atrial fibrillation": who takes part has the second.
        """
        if end < len(said) and end not in said.pauses and said.words[end] in self._after:
            return True
        begin = max((place for place in (*said.pauses, after) if place <= start), default=0)
        return bool(self._preventing.find(said.words[max(begin, start - _LOOKS_BACK) : start]))

    def _conditions_without_wider(self, names: Iterable[str]) -> frozenset[str]:
        return frozenset(self._conditions.without_wider(names))


def _forms(text: str) -> Sequence[str]:
    """A name, and the same with its parts turned round: "Lymphoma, B-Cell" is also B-cell lymphoma."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    return (text, " ".join(reversed(parts))) if len(parts) > 1 else (text,)


def _in_part(entry: Mapping[str, Any]) -> InPart:
    return InPart(
        frozenset(_list(entry, "kinds")), frozenset(_list(entry, "kinds_left_out")), _list(entry, "words"), bool(entry.get("basket"))
    )


def _by_key(names: Mapping[str, tuple[str, ...]], spelling: Spelling) -> Mapping[str, str]:
    """The nodes by the keys of their names; a key that two share names neither."""
    meant: dict[str, set[str]] = {}
    for name, texts in names.items():
        for text in texts:
            meant.setdefault(spelling.key(text), set()).add(name)
    return {key: min(names) for key, names in meant.items() if len(names) == 1}


def _list(data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(str(word) for word in data.get(key) or ())
