"""Text as the readers see it: normalised, in tokens, with phrases found in it.

Language-neutral: which words mean what comes in as data.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

LONGEST_SAID = 200
"""How much of a message is kept beside an answer as "you said", in characters."""

_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "–": "-", "—": "-"})
_TOKEN = re.compile(r"(?:(?<![\w.,])-)?\d+(?:[.,]\d+)?|[^\W\d_]+(?:'[^\W\d_]+)*|[%+<>≤≥?]")

Label = TypeVar("Label")


def cleaned(text: str) -> str:
    """The text without control and invisible characters, white space folded; case is kept."""
    composed = unicodedata.normalize("NFC", text).translate(_APOSTROPHES)
    visible = (
        " " if character.isspace() else character
        for character in composed
        if character.isspace() or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return " ".join("".join(visible).split())


def said(text: str) -> str:
    """A person's own words, as they may be shown again: cleaned and not too long."""
    words = cleaned(text)
    return words if len(words) <= LONGEST_SAID else words[: LONGEST_SAID - 1].rstrip() + "…"


class PartOfName(str):
    """Figures written onto letters: the 001 of "NCT001", the 1 of "ROS1". Part of a name, never a number."""

    __slots__ = ()


class Attached(str):
    """Letters written onto figures: the "yrs" of "58yrs", the "o" of "6o"."""

    __slots__ = ()


def tokens(text: str) -> tuple[str, ...]:
    """The words and numbers of a text, in lower case; hyphens and slashes separate words."""
    plain = unicodedata.normalize("NFKC", cleaned(text)).casefold()
    return tuple(_token(found[0], plain[found.start() - 1] if found.start() else " ") for found in _TOKEN.finditer(plain))


def _token(word: str, before: str) -> str:
    if word[0].isdigit() and before.isalpha():
        return PartOfName(word)
    return Attached(word) if word[0].isalpha() and before.isdigit() else word


@dataclass(frozen=True)
class Match(Generic[Label]):
    """A phrase found at `tokens[start:end]`."""

    label: Label
    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


class Phrases(Generic[Label]):
    """Phrases by what they mean. Where several match at one place the longest wins."""

    def __init__(self, phrases: Mapping[Label, Iterable[str]]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], Label]]] = {}
        for label, texts in phrases.items():
            for text in texts:
                words = tokens(text)
                if words:
                    self._by_first.setdefault(words[0], []).append((words, label))
        for entries in self._by_first.values():
            entries.sort(key=lambda entry: -len(entry[0]))

    def find(self, words: Sequence[str]) -> list[Match[Label]]:
        """The matches from left to right, none overlapping another."""
        found: list[Match[Label]] = []
        start = 0
        while start < len(words):
            match = self._longest_at(words, start)
            if match:
                found.append(match)
            start = match.end if match else start + 1
        return found

    def whole(self, words: Sequence[str]) -> Label | None:
        """What the text means where it is one phrase and nothing else."""
        match = self._longest_at(words, 0) if words else None
        return match.label if match and match.end == len(words) else None

    def _longest_at(self, words: Sequence[str], start: int) -> Match[Label] | None:
        for phrase, label in self._by_first.get(words[start], ()):
            if tuple(words[start : start + len(phrase)]) == phrase:
                return Match(label, start, start + len(phrase))
        return None
