"""Words as the inbox's search compares them: without case and accents, in any script."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

LONGEST = 40
"""Characters of a word that are kept and compared; the rest of a longer one is left off on both sides."""
MOST_WORDS = 8
"""Words of one search that count."""

_ALIKE = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})
# Written without spaces: each character (with the signs on it) is a word, and a search for several asks for all of them.
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # kana
    (0x3400, 0x4DBF),  # ideographs, and the two below
    (0x4E00, 0x9FFF),
    (0x20000, 0x323AF),
)


def words_of(text: str) -> frozenset[str]:
    """The words of a text, each once."""
    return frozenset(_words(text))


def terms_of(search: str) -> tuple[str, ...]:
    """The words to look for, in order, each once and no more than `MOST_WORDS`. The last may be the beginning of a word."""
    found = list(_words(search))
    # The last word typed stays the last, also where it was there before.
    return tuple(dict.fromkeys(reversed(found)))[::-1][-MOST_WORDS:]


def _words(text: str) -> Iterator[str]:
    word: list[str] = []
    for letter in _folded(text):
        kind = unicodedata.category(letter)[0]
        if kind not in "LNM":
            yield from _whole(word)
            word = []
            continue
        if kind != "M" and word and (_is_unspaced(letter) or _is_unspaced(word[0])):
            yield from _whole(word)
            word = []
        word.append(letter)
    yield from _whole(word)


def _whole(word: list[str]) -> Iterator[str]:
    if word:
        yield "".join(word[:LONGEST])


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    # Taken apart before and after: some capital letters are only seen to be some once they are plain ones.
    small = unicodedata.normalize("NFKD", text).casefold()
    split = unicodedata.normalize("NFKD", small).translate(_ALIKE)
    return unicodedata.normalize("NFC", "".join(letter for letter in split if not _is_accent(letter)))


def _is_accent(letter: str) -> bool:
    """An accent, or a point that Hebrew and Arabic mostly leave out; not the vowels and signs that other scripts spell with."""
    combining = unicodedata.combining(letter)
    return 10 <= combining <= 36 or combining >= 200


def _is_unspaced(letter: str) -> bool:
    number = ord(letter)
    return any(first <= number <= last for first, last in _UNSPACED)
