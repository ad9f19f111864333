"""Slips of the finger in a message, repaired before it is classified.

An example teaches a word as it is spelled; people on phones spell it otherwise. What is no word of the language is taken for
the word of the examples that it nearly is.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from bot.ordinary_words import ordinary_words
from bot.screening.spelling import Spelling

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_FILE = "vocabulary.json"
#: A word that is in no dictionary is taken from the examples only where so many of them use it: it may be a slip itself.
_TRUSTED_AFTER = 3


class Slips:
    """Repairs towards the words of the examples, with a dictionary of ordinary words; without one nothing is repaired."""

    def __init__(self, examples: Iterable[str], dictionary: str | None) -> None:
        ordinary = ordinary_words(dictionary)
        seen = Counter(word for text in examples for word in set(_WORD.findall(text.casefold())))
        self._words = sorted(word for word, count in seen.items() if count >= _TRUSTED_AFTER or (ordinary is not None and ordinary(word)))
        self._spelling = Spelling(self._words, ordinary)

    def repaired(self, text: str) -> str:
        """The text with its slips put right; everything else stays as it was written."""
        meant = self._spelling.repaired([word.casefold() for word in _WORD.findall(text)])
        return _WORD.sub(lambda found: meant.get(found[0].casefold(), found[0]), text) if meant else text

    def save(self, folder: Path) -> None:
        """Keep the words beside the model."""
        (folder / _FILE).write_text(json.dumps(self._words), "utf-8")

    @classmethod
    def load(cls, folder: Path, dictionary: str | None) -> Slips:
        """What `save` kept."""
        slips = cls([], dictionary)
        slips._words = json.loads((folder / _FILE).read_text("utf-8"))
        slips._spelling = Spelling(slips._words, ordinary_words(dictionary))
        return slips
