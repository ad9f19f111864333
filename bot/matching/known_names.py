"""Names that records use for illnesses, and which of them a person's own words may mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.matching.spelling import Spelling
from bot.screening.reading.text import tokens

Frequency = Callable[[str], int]
"""How frequent a word is in the language; 0: it is no ordinary word (`bot.ordinary_words`)."""

_LONGEST_NAME = 7
"""Words of the longest name that is looked for inside a message."""
_MOST_WORDS = 60
_SHORTEST_ALONE = 4
"""Letters of a name of one word that is found inside a message; shorter ones count as the whole message only."""
_SHORTEST_REPAIRED = 5
_ALIKE = 0.8
"""Least similarity (1 less the slips for each letter) of a misspelt word.

Measured with 162 misspelt names of illnesses, 145 messages that name none, and 5,884 uncommon words of eligibility texts that name no
known illness, against 5,486 names (share of slips found, messages taken for an illness, uncommon words taken for one):
0.70: 97%, 0, 7.1%; 0.75: 96%, 0, 4.5%; 0.80: 94%, 0, 2.0%; 0.85: 91%, 0, 1.4%; 0.90: 83%, 0, 0.6%.
"""
_SURELY_ALIKE = 0.9
"""From here on nobody has to be asked whether that was meant: at least ten letters for each slip."""
_AS_GOOD = 0.04
"""Two readings whose similarity differs by no more are as good as each other, and the person is asked."""
_MOST_READINGS = 4


class Source(IntEnum):
    """Where a name stands, the least trusted first: a keyword may be anything, a condition is mostly an illness, and a term always."""

    KEYWORD = 0
    CONDITION = 1
    TERM = 2


@dataclass
class _Name:
    """One key: the nodes it stands for, how records write it and where, each as often as they do."""

    nodes: Counter[str] = field(default_factory=Counter)
    writings: Counter[str] = field(default_factory=Counter)
    sources: Counter[Source] = field(default_factory=Counter)


@dataclass(frozen=True)
class Meant:
    """What some of the words may mean: nodes with the name that records write, the likeliest first. Not `sure`: ask."""

    readings: tuple[tuple[str, str], ...]
    sure: bool


class KnownNames:
    """Names by what they have in common in all writings.

    `fixed` are nodes that are shown as they are, with their names; the others are shown as records write them. `ordinary` keeps
    everyday words from being taken for misspelt names.
    """

    def __init__(self, spelling: Spelling, fixed: Mapping[str, Iterable[str]], ordinary: Frequency | None = None) -> None:
        self._spelling = spelling
        self._ordinary = ordinary or (lambda _: 0)
        self._names: dict[str, _Name] = {}
        self._short: dict[str, set[str]] = {}
        self._joined: dict[str, set[str]] = {}
        self._words: Counter[str] = Counter()
        self._by_length: dict[int, list[str]] | None = None
        self._fixed = frozenset(fixed)
        for node, texts in fixed.items():
            for text in texts:
                self.add(text, node, Source.TERM)

    def add(self, text: str, node: str, source: Source) -> None:
        """A name, once more."""
        words = self._spelling.words(text)
        key = self._spelling.join(words)
        if not key:
            return
        name = self._names.get(key)
        if name is None:
            name = self._names[key] = _Name()
            self._short.setdefault(self._without_general(key), set()).add(key)
            self._joined.setdefault("".join(words), set()).add(key)
            self._words.update(key.split(" "))
            self._by_length = None
        name.nodes[node] += 1
        name.writings[text] += 1
        name.sources[source] += 1

    def remove(self, text: str, node: str, source: Source) -> None:
        """A name, once less."""
        words = self._spelling.words(text)
        key = self._spelling.join(words)
        name = self._names.get(key)
        if name is None:
            return
        name.nodes[node] -= 1
        name.writings[text] -= 1
        name.sources[source] -= 1
        if +name.nodes:
            return
        del self._names[key]
        self._short[self._without_general(key)].discard(key)
        self._joined["".join(words)].discard(key)
        self._words.subtract(key.split(" "))
        self._words = +self._words
        self._by_length = None

    def whole(self, said: str) -> Meant | None:
        """The name that these words are, and nothing else, in any order."""
        key = self._spelling.key(said)
        if key in self._names:
            return self._meant([key])
        joined = self._joined.get(key.replace(" ", "")) or self._joined.get("".join(self._spelling.words(said)))
        return self._meant(sorted(joined)) if joined else None

    def find(self, said: str) -> tuple[Meant, ...]:
        """The names in a message, the longest first, also misspelt ones."""
        whole = self.whole(said)
        if whole:
            return (whole,)
        raw = [word for word in tokens(said)[:_MOST_WORDS] if self._spelling.words(word)]
        words = [self._spelling.words(word)[0] for word in raw]
        alike = [self._alike(spoken, word) for spoken, word in zip(raw, words, strict=True)]
        free = [True] * len(words)
        found: list[Meant] = []
        # Of two words with a slip in one, that name something together, the one without it is not the illness: "ataxia telangectasia".
        for size in range(min(_LONGEST_NAME, len(words)), 0, -1):
            for start in range(len(words) - size + 1):
                here = slice(start, start + size)
                if not all(free[here]):
                    continue
                everyday = all(self._ordinary(word) for word in raw[here])
                keys = self._of_illness(self._keys(raw[here], words[here]), everyday)
                repaired, likeness = ([], 1.0) if keys else self._repaired(words[here], alike[here])
                if keys or repaired:
                    free[here] = [False] * size
                    found.append(self._meant(keys or repaired, likeness))
        return tuple(found)

    def _of_illness(self, keys: Sequence[str], everyday: bool) -> list[str]:
        """The keys that are an illness also inside a message: "clinical trial" and "quality of life" stand in records too."""
        least = Source.TERM if everyday else Source.CONDITION
        return [key for key in keys if any(count > 0 and source >= least for source, count in self._names[key].sources.items())]

    def _keys(self, raw: Sequence[str], words: Sequence[str]) -> list[str]:
        key = self._spelling.join(words)
        if len(words) > 1 and key in self._names:
            return [key]
        if len(words) > 1:
            joined = self._joined.get("".join(words))
            if joined:
                return sorted(joined)
        short = self._without_general(key)
        # "Lung" is no lung disease; "Gaucher" is Gaucher disease.
        everyday = " " not in short and any(self._ordinary(word) for word in raw if self._spelling.word(word) == short)
        if len(short) < _SHORTEST_ALONE or everyday:
            return []
        return sorted(self._short.get(short, ()) if key == short or len(words) > 1 else ())

    def _repaired(self, words: Sequence[str], alike: Sequence[Sequence[tuple[str, float]]]) -> tuple[list[str], float]:
        """The keys that words may be where each misspelt one is put right, the most alike first, and how alike that is."""
        if not any(alike) or (len(words) == 1 and words[0] in self._words):
            return [], 0.0
        readings: dict[str, float] = {}
        for repaired, score in _variants(words, alike):
            key = self._spelling.join(repaired)
            short = self._without_general(key)
            for found in [key] if key in self._names else sorted(self._short.get(short, ())) if short else []:
                if self._of_illness([found], everyday=False):
                    readings[found] = max(readings.get(found, 0.0), score)
        best = max(readings.values(), default=0.0)
        return [key for key in sorted(readings, key=lambda key: -readings[key]) if readings[key] >= best - _AS_GOOD], best

    def _alike(self, spoken: str, word: str) -> list[tuple[str, float]]:
        """Words of names that a word may be misspelt for, and how alike they are; none for an everyday word."""
        if len(word) < _SHORTEST_REPAIRED or self._ordinary(spoken):
            return []
        most = int(len(word) * (1 - _ALIKE)) + 1
        near = [each for length in range(len(word) - most, len(word) + most + 1) for each in self._lengths.get(length, ())]
        found = process.extract(word, near, scorer=OSA.normalized_similarity, score_cutoff=_ALIKE, limit=_MOST_READINGS)
        return [
            (each, score)
            for each, score, _ in found
            if (each[0] == word[0] or score >= _SURELY_ALIKE) and self._spelling.beginning(each) == self._spelling.beginning(word)
        ]

    @property
    def _lengths(self) -> dict[int, list[str]]:
        if self._by_length is None:
            self._by_length = {}
            for word in self._words:
                self._by_length.setdefault(len(word), []).append(word)
        return self._by_length

    def _meant(self, keys: Sequence[str], likeness: float = 1.0) -> Meant:
        readings: dict[str, str] = {}
        for key in keys:
            name = self._names[key]
            node = name.nodes.most_common(1)[0][0]
            readings.setdefault(node, node if node in self._fixed else name.writings.most_common(1)[0][0])
        return Meant(tuple(readings.items())[:_MOST_READINGS], likeness >= _SURELY_ALIKE and len(readings) == 1)

    def _without_general(self, key: str) -> str:
        return " ".join(word for word in key.split(" ") if word not in self._spelling.general)


def _variants(words: Sequence[str], alike: Sequence[Sequence[tuple[str, float]]]) -> Iterator[tuple[tuple[str, ...], float]]:
    """The words with each misspelt one replaced by each it may be meant for, and the least similarity of those."""
    variants: list[tuple[tuple[str, ...], float]] = [((), 1.0)]
    for word, others in zip(words, alike, strict=True):
        options = others or [(word, 1.0)]
        variants = [((*done, option), min(score, likeness)) for done, score in variants for option, likeness in options][
            : _MOST_READINGS**3
        ]
    yield from variants
