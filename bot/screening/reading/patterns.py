"""Patterns: phrases with holes, written as data, found in what people say.

A pattern is a row of parts, separated by spaces::

    had|got          one of these words
    radiat*          any word that begins so
    {chemo}          one of the phrases of a group of the language (`groups` of the words files)
    {number}         a number in figures or words; {number>5}, {number<=2}: one in that range
    {ago}            a time before today; {ago>730}: surely more than so many days, {ago<=730}: surely no more
    {year}           a year in four figures
    ..               up to three words of the same clause
    ...              up to six words of the same sentence
    ^                the beginning of a clause; only at the beginning of a pattern
    $                the end of a clause
    word?  {group}?  may be there or not

A hole never swallows a word that denies or turns round ("not", "but"): what stands behind it may mean the contrary. Matching
works on tokens and is bounded: no pattern looks further than its parts and holes reach.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Generic, TypeVar

from bot.screening.reading.text import PartOfName, Utterance, tokens

Label = TypeVar("Label")

_SHORT_HOLE, _LONG_HOLE = 3, 6
_BOUND = re.compile(r"(?P<name>[a-z_]+)(?P<sign><=|>=|<|>)(?P<value>\d+(?:\.\d+)?)$")


class PatternFault(ValueError):
    """A pattern that cannot be understood; says which and why."""


@dataclass(frozen=True)
class Span:
    """Something with a value at `words[start:end]`; `low` and `high` are what it may be at least and at most."""

    start: int
    end: int
    low: float
    high: float


@dataclass(frozen=True)
class Surroundings:
    """What patterns look into: the message, and the numbers and times found in it."""

    utterance: Utterance
    numbers: Mapping[int, Span] = field(default_factory=dict)
    times: Mapping[int, Span] = field(default_factory=dict)
    barriers: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Found(Generic[Label]):
    """A pattern found at `words[start:end]`. `weight` counts its words, holes left out; `numbers` what its numbers are."""

    label: Label
    start: int
    end: int
    weight: int
    numbers: tuple[float, ...] = ()

    @property
    def length(self) -> int:
        return self.end - self.start


class _Tree:
    """Phrases of one or more words, and beginnings of words."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.phrases: dict[str, list[tuple[str, ...]]] = {}
        self.prefixes: tuple[str, ...] = ()
        prefixes = []
        for text in texts:
            if text.endswith("*") and " " not in text.strip():
                prefixes.append(text.strip()[:-1].casefold())
            elif words := tokens(text):
                self.phrases.setdefault(words[0], []).append(words)
        self.prefixes = tuple(prefixes)
        for entries in self.phrases.values():
            entries.sort(key=len, reverse=True)

    def ends(self, words: Sequence[str], start: int) -> Iterator[int]:
        for phrase in self.phrases.get(words[start], ()):
            if tuple(words[start : start + len(phrase)]) == phrase:
                yield start + len(phrase)
        if self.prefixes and words[start].startswith(self.prefixes):
            yield start + 1


@cache
def _trees(piece: str) -> tuple[_Tree, ...]:
    """The trees of a pattern's piece, made once: the same words stand in thousands of patterns."""
    if "|" in piece or piece.endswith("*"):
        return (_Tree(piece.split("|")),)
    return tuple(_Tree([word]) for word in tokens(piece))


@dataclass(frozen=True)
class _Part:
    kind: str  # "tree", "number", "time", "year", "hole", "end"
    tree: _Tree | None = None
    most: int = 0
    across_pauses: bool = False
    sign: str = ""
    bound: float = 0.0
    optional: bool = False

    def required(self) -> _Part:
        """The part, where it may not be missing."""
        return replace(self, optional=False)


class Parser:
    """Reads patterns with the groups of one language, each once: many stand in the index of every attribute."""

    def __init__(self, groups: Mapping[str, Sequence[str]]) -> None:
        self._groups = groups
        self._trees: dict[str, _Tree] = {}
        self._parts: dict[str, tuple[_Part, ...]] = {}

    def parts(self, text: str) -> tuple[_Part, ...]:
        """A pattern's parts; `PatternFault` where it has a fault."""
        if text not in self._parts:
            self._parts[text] = self._parsed(text)
        return self._parts[text]

    def _parsed(self, text: str) -> tuple[_Part, ...]:
        parts: list[_Part] = []
        for piece in text.split():
            if piece in ("..", "..."):
                parts.append(_Part("hole", most=_SHORT_HOLE if piece == ".." else _LONG_HOLE, across_pauses=piece == "..."))
            elif piece == "$":
                parts.append(_Part("end"))
            elif piece == "^":
                parts.append(_Part("begin"))
            else:
                optional = piece.endswith("?") and len(piece) > 1
                parts.extend(self._words(piece[:-1] if optional else piece, optional, text))
        return tuple(parts)

    def _words(self, piece: str, optional: bool, text: str) -> list[_Part]:
        if piece.startswith("{"):
            if not piece.endswith("}"):
                raise PatternFault(f"pattern {text!r}: {piece!r} is not closed")
            return [self._group(piece[1:-1], optional, text)]
        return [_Part("tree", tree=tree, optional=optional) for tree in _trees(piece)]

    def _group(self, name: str, optional: bool, text: str) -> _Part:
        bound = _BOUND.match(name)
        base, sign, limit = (bound["name"], bound["sign"], float(bound["value"])) if bound else (name, "", 0.0)
        kinds = {"number": "number", "ago": "time", "year": "year"}
        if base in kinds:
            return _Part(kinds[base], sign=sign, bound=limit, optional=optional)
        if base not in self._groups:
            raise PatternFault(f"pattern {text!r}: there is no group {base!r}")
        if base not in self._trees:
            self._trees[base] = _Tree(self._expanded(base, ()))
        return _Part("tree", tree=self._trees[base], optional=optional)

    def _expanded(self, name: str, within: tuple[str, ...]) -> Iterator[str]:
        if name in within:
            raise PatternFault(f"group {name!r} contains itself")
        for item in self._groups[name]:
            text = str(item)
            if text.startswith("{") and text.endswith("}"):
                if text[1:-1] not in self._groups:
                    raise PatternFault(f"group {name!r}: there is no group {text[1:-1]!r}")
                yield from self._expanded(text[1:-1], (*within, name))
            else:
                yield text


class Patterns(Generic[Label]):
    """Patterns by what they mean."""

    def __init__(self, patterns: Iterable[tuple[Label, Iterable[str]]], groups: Mapping[str, Sequence[str]] | Parser) -> None:
        self._parser = groups if isinstance(groups, Parser) else Parser(groups)
        self._by_word: dict[str, list[tuple[Label, tuple[_Part, ...]]]] = {}
        # By their first letter: most words begin as none of them.
        self._by_prefix: dict[str, list[tuple[str, Label, tuple[_Part, ...]]]] = {}
        self._by_kind: dict[str, list[tuple[Label, tuple[_Part, ...]]]] = {}
        self._vocabulary: set[str] = set()
        for label, texts in patterns:
            for text in texts:
                self._add(label, text)

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every whole word that a pattern may look for."""
        return frozenset(self._vocabulary)

    def _add(self, label: Label, text: str) -> None:
        parts = self._parser.parts(text)
        if not parts:
            raise PatternFault(f"pattern {text!r} has no words")
        for part in parts:
            if part.tree:
                self._vocabulary |= {word for entries in part.tree.phrases.values() for phrase in entries for word in phrase}
        opening, parts = (parts[:1], parts[1:]) if parts[0].kind == "begin" else ((), parts)
        needed = next((place for place, part in enumerate(parts) if not part.optional), len(parts) - 1)
        for first, part in enumerate(parts[: needed + 1]):
            if part.kind in ("hole", "end", "begin"):
                raise PatternFault(f"pattern {text!r} begins with {'a hole' if part.kind == 'hole' else 'an end'}")
            self._index(label, (*opening, part.required(), *parts[first + 1 :]), part)

    def _index(self, label: Label, rest: tuple[_Part, ...], part: _Part) -> None:
        if part.tree is None:
            self._by_kind.setdefault(part.kind, []).append((label, rest))
            return
        for word in part.tree.phrases:
            self._by_word.setdefault(word, []).append((label, rest))
        for prefix in part.tree.prefixes:
            self._by_prefix.setdefault(prefix[:1], []).append((prefix, label, rest))

    # -- finding

    def all(self, around: Surroundings) -> list[Found[Label]]:
        """Every match at every place, the heaviest of each pattern."""
        found: list[Found[Label]] = []
        words = around.utterance.words
        for start, word in enumerate(words):
            candidates = list(self._by_word.get(word, ()))
            candidates += [(label, parts) for prefix, label, parts in self._by_prefix.get(word[:1], ()) if word.startswith(prefix)]
            if start in around.numbers:
                candidates += self._by_kind.get("number", ())
            if start in around.times:
                candidates += self._by_kind.get("time", ())
            if _is_year(word):
                candidates += self._by_kind.get("year", ())
            for label, parts in candidates:
                best = max(self._run(parts, 0, start, start, around), key=lambda end: (end[1], -end[0]), default=None)
                if best is not None:
                    found.append(Found(label, start, best[0], best[1], best[2]))
        return found

    def find(self, around: Surroundings) -> list[Found[Label]]:
        """The matches from left to right, none overlapping another: the one with most words wins."""
        return untangled(self.all(around))

    def _run(
        self, parts: tuple[_Part, ...], at: int, position: int, begun: int, around: Surroundings
    ) -> Iterator[tuple[int, int, tuple[float, ...]]]:
        """The ends, weights and numbers that the parts from `at` on reach from `position`."""
        if at == len(parts):
            yield position, 0, ()
            return
        part = parts[at]
        if part.optional:
            yield from self._run(parts, at + 1, position, begun, around)
        if part.kind == "hole":
            yield from self._skip(parts, at, position, begun, around)
            return
        utterance = around.utterance
        if part.kind == "begin":
            # A colon leads to a value of what stands before it: nothing begins there.
            if position == 0 or (position in utterance.pauses and ":" not in utterance.between[position]):
                yield from self._run(parts, at + 1, position, begun, around)
            return
        if part.kind == "end":
            if position >= len(utterance) or position in utterance.pauses:
                yield from self._run(parts, at + 1, position, begun, around)
            return
        if position >= len(utterance) or (position > begun and position in utterance.stops):
            return
        for end, number in self._ends(part, position, around):
            if end - position > 1 and utterance.crosses(position, end, utterance.stops):
                continue
            for last, weight, numbers in self._run(parts, at + 1, end, begun, around):
                yield last, weight + end - position, (*number, *numbers)

    def _skip(
        self, parts: tuple[_Part, ...], at: int, position: int, begun: int, around: Surroundings
    ) -> Iterator[tuple[int, int, tuple[float, ...]]]:
        utterance, part = around.utterance, parts[at]
        marks = utterance.stops if part.across_pauses else utterance.pauses
        for skipped in range(part.most + 1):
            here = position + skipped
            if here > len(utterance) or (here > begun and here in marks and skipped):
                return
            if skipped and here - 1 in around.barriers:
                return
            if here in marks and here > begun:
                return
            yield from self._run(parts, at + 1, here, begun, around)

    @staticmethod
    def _ends(part: _Part, position: int, around: Surroundings) -> Iterator[tuple[int, tuple[float, ...]]]:
        words = around.utterance.words
        if part.tree is not None:
            for end in part.tree.ends(words, position):
                yield end, ()
            return
        if part.kind == "year":
            if _is_year(words[position]):
                yield position + 1, (float(words[position]),)
            return
        span = (around.numbers if part.kind == "number" else around.times).get(position)
        if span is not None and _within(span, part.sign, part.bound):
            yield span.end, (span.low,)


def untangled(found: Iterable[Found[Label]]) -> list[Found[Label]]:
    """Of matches that overlap the heaviest (of equals the first, of those the longest), from left to right."""
    taken: list[Found[Label]] = []
    for match in sorted(found, key=lambda match: (-match.weight, match.start, match.length)):
        if all(match.end <= other.start or other.end <= match.start for other in taken):
            taken.append(match)
    return sorted(taken, key=lambda match: match.start)


def _within(span: Span, sign: str, bound: float) -> bool:
    match sign:
        case ">":
            return span.low > bound
        case ">=":
            return span.low >= bound
        case "<":
            return span.high < bound
        case "<=":
            return span.high <= bound
    return True


def _is_year(word: str) -> bool:
    return len(word) == 4 and word.isdecimal() and word[:2] in ("19", "20") and not isinstance(word, PartOfName)
