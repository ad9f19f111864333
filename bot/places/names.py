"""Names as they are compared: lower case, without accents, hyphens, apostrophes and dots."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

LONGEST = 6
"""Words of the longest name that is looked for."""
_LETTER = r"(?:[^\W\d_]|[\u0300-\u036f])"
_TOKEN = re.compile(rf"\b[^\W\d_](?:\.[^\W\d_]\b)+\.?|{_LETTER}(?:['’ʼ‘`]?{_LETTER})*|\d+")
_DROPPED = re.compile(r"[.'’ʼ‘`]")
_ALIKE = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})
_JOIN = re.compile(r"[\s\-‐–/(]*")
_JOIN_AFTER_ABBREVIATION = re.compile(r"\.?[\s\-‐–]*")
_JOIN_ACROSS_COMMAS = re.compile(r"[\s\-‐–,()]*")
_PAUSE = re.compile(r"[^\s\-‐–]")


@dataclass(frozen=True)
class Token:
    """A word or number of a text: as written, as compared, where, and what stands before it."""

    text: str
    key: str
    start: int
    end: int
    before: str

    @property
    def capital(self) -> bool:
        return self.text[0].isupper()

    @property
    def pauses(self) -> bool:
        """Whether a comma or the like stands before it."""
        return _PAUSE.search(self.before) is not None


def folded(word: str) -> str:
    """A word without accents and case."""
    if word.isascii():
        return _DROPPED.sub("", word.lower()) if not word.isalnum() else word.lower()
    split = unicodedata.normalize("NFKD", word.casefold()).translate(_ALIKE)
    return _DROPPED.sub("", "".join(letter for letter in split if not unicodedata.combining(letter)))


class Names:
    """Cuts texts into words; `written_out` are shortened words and the long ones that are the same."""

    def __init__(self, written_out: Mapping[str, str]) -> None:
        self._written_out = written_out

    def key(self, name: str) -> str:
        """A whole name as it is compared; empty where it holds no letter."""
        plain = name.replace(" ", "")
        # Most names are letters and spaces only, and there are hundreds of thousands of them.
        words = name.lower().split() if plain.isascii() and plain.isalpha() else map(folded, _TOKEN.findall(name))
        return " ".join([self._written_out.get(word, word) for word in words])

    def tokens(self, text: str) -> tuple[Token, ...]:
        """The words and numbers of a text, in order."""
        found: list[Token] = []
        end = 0
        for match in _TOKEN.finditer(text):
            word = folded(match[0])
            found.append(Token(match[0], self._written_out.get(word, word), match.start(), match.end(), text[end : match.start()]))
            end = match.end()
        return tuple(found)

    def runs(self, tokens: Sequence[Token], start: int, *, across_commas: bool = False) -> Iterator[tuple[int, str]]:
        """The names that may begin at `start`: where each ends, and its key; the shortest first.

        `across_commas`: as registries turn the names of countries round, "Korea, Republic of".
        """
        key = tokens[start].key
        yield start + 1, key
        for end in range(start + 1, min(len(tokens), start + LONGEST)):
            shortened = folded(tokens[end - 1].text) in self._written_out
            join = _JOIN_ACROSS_COMMAS if across_commas else _JOIN_AFTER_ABBREVIATION if shortened else _JOIN
            if not join.fullmatch(tokens[end].before):
                return
            key = f"{key} {tokens[end].key}"
            yield end + 1, key
