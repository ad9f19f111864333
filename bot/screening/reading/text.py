"""Text as the readers see it: normalised, in tokens, with phrases found in it.

Language-neutral: which words mean what comes in as data.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

LONGEST_SAID = 200
"""How much of a message is kept beside an answer as "you said", in characters."""

_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "–": "-", "—": "-"})
_POWERS = str.maketrans({sign: f"^{digit}" for digit, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")})
_TOKEN = re.compile(r"(?:(?<![\w.,])-)?\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*|[%+<>≤≥?]")
_TIMES = re.compile(r"(?<![^\W_])[x×]$")
_STOP = re.compile(r"[.!?;…\n]")
_PAUSE = re.compile(r"[,:()\"“”]|\s-+\s|-\s|\s-")

Label = TypeVar("Label")
_T = TypeVar("_T")


def cleaned(text: str) -> str:
    """The text without control and invisible characters, white space folded; case is kept."""
    if text.isascii() and text.isprintable():
        # Nothing to compose and nothing invisible: most texts, and all words of an English file.
        return " ".join(text.replace("`", "'").split())
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


def plain(text: str) -> str:
    """The text as it is compared: cleaned, lower case, one form of every character; "10⁹" stays a power."""
    clean = cleaned(text)
    return clean.lower() if clean.isascii() else unicodedata.normalize("NFKC", clean.translate(_POWERS)).casefold()


def tokens(text: str) -> tuple[str, ...]:
    """The words and numbers of a text, in lower case; hyphens and slashes separate words."""
    lowered = plain(text)
    return tuple(_token(found, lowered) for found in _TOKEN.finditer(lowered))


def _token(found: re.Match[str], lowered: str) -> str:
    word, before = found[0], lowered[found.start() - 1] if found.start() else " "
    if word[0].isdecimal() and before.isalpha():
        # "x2" counts, and names nothing.
        return word if _TIMES.search(lowered, max(0, found.start() - 2), found.start()) else PartOfName(word)
    return Attached(word) if word[0].isalpha() and before.isdecimal() else word


class Words(tuple[str, ...]):
    """The words of one message, and what was found in them.

    The readers look for the same again and again, often once for each number: without this a message of nothing but numbers
    takes minutes. It is gone with the message.
    """

    # No `__slots__`: a tuple that holds more than its items needs a place for that.

    def __init__(self, _words: Iterable[str] = ()) -> None:
        self._found: dict[Hashable, object] = {}

    def once(self, key: Hashable, look: Callable[[], _T]) -> _T:
        """What `look` finds, looked for once for each `key`; nobody may change what is found."""
        if key not in self._found:
            self._found[key] = look()
        return self._found[key]  # type: ignore[return-value]  # what one `look` finds is found under one key


def once(words: Sequence[str], key: Hashable, look: Callable[[], _T]) -> _T:
    """What `look` finds in words; in those of a message it is looked for once."""
    return words.once(key, look) if isinstance(words, Words) else look()


class Utterance:
    """One message in tokens, with what stood between them.

    `words[i]` is at `spans[i]` of `lowered`; `stops` are the positions before which a sentence
    ends, `pauses` those before which a comma or its like stands.
    """

    def __init__(self, text: str, repaired: Mapping[str, str] | None = None) -> None:
        # A new line ends a sentence, as people write lists and letters.
        self.text = cleaned(re.sub(r"\s*[\r\n]+\s*", ". ", text.strip()))
        self.lowered = plain(self.text)
        found = list(_TOKEN.finditer(self.lowered))
        self.spans = tuple(match.span() for match in found)
        raw = tuple(_token(match, self.lowered) for match in found)
        self.words = Words((repaired or {}).get(word, word) for word in raw)
        self.between = tuple(
            self.lowered[(found[position - 1].end() if position else 0) : match.start()] for position, match in enumerate(found)
        )
        self.stops = frozenset(
            position
            for position, gap in enumerate(self.between)
            if position and (_STOP.search(gap + " ") is not None or raw[position - 1] == "?")
        )
        self.pauses = self.stops | frozenset(position for position, gap in enumerate(self.between) if position and _PAUSE.search(gap))

    def __len__(self) -> int:
        return len(self.words)

    @property
    def asks(self) -> bool:
        """Whether it ends as a question."""
        return bool(self.words) and self.words[-1] == "?"

    @cached_property
    def sentences(self) -> tuple[range, ...]:
        """The positions of each sentence."""
        starts = sorted({0, *self.stops})
        return tuple(range(start, end) for start, end in zip(starts, [*starts[1:], len(self.words)], strict=True) if end > start)

    def parts(self, position: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """Where in `lowered` what stands before `words[position]` is, and what stands from it on."""
        return (0, self.spans[position - 1][1]), (self.spans[position][0], len(self.lowered))

    def crosses(self, start: int, end: int, marks: frozenset[int]) -> bool:
        """Whether one of `marks` lies between the words of `start` to `end`."""
        return any(position in marks for position in range(start + 1, end))


@dataclass(frozen=True)
class Match(Generic[Label]):
    """A phrase found at `tokens[start:end]`."""

    label: Label
    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


def by_meaning(phrases: Mapping[str, Label]) -> dict[Label, list[str]]:
    """Phrases of a file, each with its meaning, as meanings with all their phrases."""
    found: dict[Label, list[str]] = {}
    for phrase, meaning in phrases.items():
        found.setdefault(meaning, []).append(str(phrase))
    return found


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

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every word of every phrase."""
        return frozenset(word for entries in self._by_first.values() for words, _ in entries for word in words)

    def find(self, words: Sequence[str]) -> Sequence[Match[Label]]:
        """The matches from left to right, none overlapping another."""
        return once(words, self, lambda: self._find(words))

    def _find(self, words: Sequence[str]) -> list[Match[Label]]:
        found: list[Match[Label]] = []
        start = 0
        while start < len(words):
            match = self.longest_at(words, start)
            if match:
                found.append(match)
            start = match.end if match else start + 1
        return found

    def whole(self, words: Sequence[str]) -> Label | None:
        """What the text means where it is one phrase and nothing else."""
        match = self.longest_at(words, 0) if words else None
        return match.label if match and match.end == len(words) else None

    def longest_at(self, words: Sequence[str], start: int) -> Match[Label] | None:
        """The longest phrase that begins at `start`."""
        for phrase, label in self._by_first.get(words[start], ()):
            if tuple(words[start : start + len(phrase)]) == phrase:
                return Match(label, start, start + len(phrase))
        return None
