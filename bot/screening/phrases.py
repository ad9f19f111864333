"""A small language of phrases, and finding them in what people write.

Pure, of the standard library alone, and fit for Python 3.10, as `bot.screening.safety`, which it serves. A phrase is made of steps:

========== =====================================================================
``word``   that word; apostrophes do not count, so ``can't`` is ``cant``
``word*``  any word that begins so
``a|b``    one or the other, of any kind of step but ``...``
``word?``  may be missing
``{name}`` any phrase of that group
``{3..5}`` a number from 3 to 5
``...``    up to three words
``/``      a comma, a dash or a bracket
``$``      the end of what is said
========== =====================================================================

A text is read once, word by word: which phrases begin here, and where may each end? Nothing is tried twice from the same place, so the time
grows with the length of a text and no faster, whatever the text is.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PAUSE = ","
"""The token of a comma, a dash or a bracket."""

_GAP = 3
"""Words that "..." stands for at most."""
_STEM = 3
"""Letters before a "*" at least."""
_APOSTROPHES = re.compile("['’‘ʼ`´＇]")
_TOKEN = re.compile(r"\d+(?:[.,/:]\d+)?|[^\W\d_][^\W_]*|[,–—()]")
_SENTENCE_END = re.compile(r"[.!?;…\n\r]+(?=\s|$)|[\n\r;!?]+")
_STRETCHED = re.compile(r"([^\W\d])\1{2,}")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_RANGE = re.compile(r"\{(\d+(?:\.\d+)?)\.\.(\d+(?:\.\d+)?)\}")

Span = tuple[int, int]


def bare(word: str) -> str:
    """A word as texts are read: lower case, without apostrophes."""
    return _APOSTROPHES.sub("", word.casefold())


def sentences(text: str, cut_off: frozenset[str] = frozenset()) -> list[list[str]]:
    """The tokens of each sentence: lower case, nothing invisible inside a word, no letter more than twice in a row.

    `cut_off` are letters that an apostrophe cuts off a word, and that some people write apart.
    """
    shown = "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    return [tokens for said in _SENTENCE_END.split(_STRETCHED.sub(r"\1", bare(shown))) if (tokens := _tokens(said, cut_off))]


def _tokens(said: str, cut_off: frozenset[str]) -> list[str]:
    tokens: list[str] = []
    for token in _TOKEN.findall(said):
        if token in cut_off and tokens and tokens[-1].isalpha():
            tokens[-1] += token
        elif token[0].isalnum():
            tokens.append(token)
        elif tokens and tokens[-1] != PAUSE:
            tokens.append(PAUSE)
    return tokens


class Phrases:
    """Phrases to look for together, each under a number, found by their first word."""

    def __init__(self, numbered: Sequence[tuple[int, Phrase]]) -> None:
        self._words: dict[str, list[tuple[int, Phrase]]] = defaultdict(list)
        self._stems: dict[str, list[tuple[int, Phrase]]] = defaultdict(list)
        self._numbers: list[tuple[int, Phrase]] = []
        self.first = [inner for _, phrase in numbered for step in phrase.first for inner in step.first]
        for entry in numbered:
            first = [inner for step in entry[1].first for inner in step.first]
            for word in {word for step in first for word in step.words}:
                self._words[word].append(entry)
            for stem in {stem[:_STEM] for step in first for stem in step.stems}:
                self._stems[stem].append(entry)
            if any(step.ranges for step in first):
                self._numbers.append(entry)

    def at(self, tokens: Sequence[str], start: int) -> Iterator[tuple[int, set[int]]]:
        """The number of each phrase that begins at `start`, with the places where it may end."""
        token = tokens[start]
        candidates = [*self._words.get(token, ()), *self._stems.get(token[:_STEM], ())]
        if self._numbers and _NUMBER.fullmatch(token):
            candidates += self._numbers
        for number, phrase in candidates:
            if ends := phrase.ends(tokens, start):
                yield number, ends

    def spans(self, tokens: Sequence[str]) -> dict[int, list[Span]]:
        """Where each phrase stands, in order; of several ends the first."""
        found: dict[int, list[Span]] = defaultdict(list)
        for start in range(len(tokens)):
            for number, ends in self.at(tokens, start):
                if not found[number] or found[number][-1][0] != start:
                    found[number].append((start, min(ends)))
        return found


@dataclass(frozen=True)
class Step:
    """One place in a phrase and what may stand there."""

    words: frozenset[str] = frozenset()
    stems: tuple[str, ...] = ()
    groups: tuple[Phrases, ...] = ()
    ranges: tuple[tuple[float, float], ...] = ()
    optional: bool = False
    gap: bool = False
    end: bool = False

    @property
    def first(self) -> Iterator[Step]:
        """Itself, and the steps that its groups may begin with."""
        yield self
        for group in self.groups:
            yield from group.first

    def ends(self, tokens: Sequence[str], start: int) -> set[int]:
        """The places where this step may end when it begins at `start`."""
        if self.gap:
            return set(range(start, min(start + _GAP, len(tokens)) + 1))
        ends = {start} if self.optional or (self.end and start == len(tokens)) else set()
        if start < len(tokens):
            if self._takes(tokens[start]):
                ends.add(start + 1)
            for group in self.groups:
                for _, found in group.at(tokens, start):
                    ends |= found
        return ends

    def _takes(self, token: str) -> bool:
        if token in self.words or (self.stems and token.startswith(self.stems)):
            return True
        if not self.ranges or not _NUMBER.fullmatch(token):
            return False
        number = float(token.replace(",", "."))
        return any(low <= number <= high for low, high in self.ranges)


@dataclass(frozen=True)
class Phrase:
    """Steps that follow each other."""

    steps: tuple[Step, ...]

    @property
    def first(self) -> Iterator[Step]:
        """The steps that it may begin with."""
        needed = next((place for place, step in enumerate(self.steps) if not step.optional), len(self.steps))
        return iter(self.steps[: needed + 1])

    def ends(self, tokens: Sequence[str], start: int) -> set[int]:
        """The places where it may end when it begins at `start`."""
        places = {start}
        for step in self.steps:
            places = {end for place in places for end in step.ends(tokens, place)}
            if not places:
                break
        return places


class PhraseBook:
    """Compiles phrases; each text gets a number, so that it is looked for once however often it is used."""

    def __init__(self, groups: Mapping[str, Any]) -> None:
        self.words: set[str] = set()
        """Every word that stands in a phrase."""
        self._texts = groups
        self._groups: dict[str, Phrases] = {}
        self._open: list[str] = []
        self._numbers: dict[str, int] = {}
        self._phrases: list[tuple[int, Phrase]] = []

    def number(self, key: str, text: str) -> int:
        """The number that this phrase is found under; ``ValueError`` says what is wrong with it, and under which key."""
        if text not in self._numbers:
            self._phrases.append((len(self._numbers), self.phrase(key, text)))
            self._numbers[text] = len(self._numbers)
        return self._numbers[text]

    def numbered(self) -> Phrases:
        """All phrases that were given a number."""
        return Phrases(self._phrases)

    def together(self, key: str, texts: Sequence[str]) -> Phrases:
        """Phrases that are looked for by themselves."""
        return Phrases([(number, self.phrase(key, text)) for number, text in enumerate(texts)])

    def phrase(self, key: str, text: str) -> Phrase:
        steps = tuple(self._step(key, piece) for piece in text.split())
        if not steps or steps[0].gap or all(step.optional or step.end for step in steps):
            raise ValueError(f"{key}: {text!r} begins with no word")
        return Phrase(steps)

    def _step(self, key: str, piece: str) -> Step:
        if piece == "...":
            return Step(gap=True)
        words: set[str] = set()
        stems: list[str] = []
        groups: list[Phrases] = []
        ranges: list[tuple[float, float]] = []
        end = False
        for choice in map(bare, piece.removesuffix("?").split("|")):
            if choice == "$":
                end = True
            elif choice == "/":
                words.add(PAUSE)
            elif span := _RANGE.fullmatch(choice):
                ranges.append((float(span[1]), float(span[2])))
            elif choice.startswith("{") and choice.endswith("}"):
                groups.append(self._group(key, choice[1:-1]))
            elif choice.endswith("*") and choice[:-1].isalpha() and len(choice) > _STEM:
                stems.append(choice[:-1])
            elif _TOKEN.fullmatch(choice):
                words.add(choice)
            else:
                raise ValueError(f"{key}: {piece!r} is no word, and no beginning of one of {_STEM} letters or more")
        self.words |= words
        return Step(frozenset(words), tuple(stems), tuple(groups), tuple(ranges), optional=piece.endswith("?"), end=end)

    def _group(self, key: str, name: str) -> Phrases:
        if name in self._open:
            raise ValueError(f"groups.{name}: is made of itself")
        if name not in self._groups:
            if name not in self._texts:
                raise ValueError(f"{key}: there is no group {name!r}")
            self._open.append(name)
            self._groups[name] = self.together(f"groups.{name}", listed(self._texts, name, "groups."))
            self._open.pop()
        return self._groups[name]


def listed(data: Mapping[str, Any], key: str, within: str = "") -> list[str]:
    """The phrases of a list of strings, each of which holds one phrase or several with commas between."""
    strings = data.get(key) or ()
    if isinstance(strings, str) or not isinstance(strings, Sequence):
        raise ValueError(f"{within}{key}: expected a list of phrases, found {type(strings).__name__}")
    for string in strings:
        if not isinstance(string, str) or not string.strip():
            raise ValueError(f"{within}{key}: expected a phrase in words, found {string!r} (quote words such as no and yes)")
    return [phrase.strip() for string in strings for phrase in string.split(",") if phrase.strip()]
