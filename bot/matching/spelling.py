"""Names of illnesses in a form that does not hang on case, order of words, number or the side of the ocean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from bot.screening.reading.text import tokens

_DOUBLED = re.compile(r"([^\W\d_])\1")
_SHORTEST_ENDED = 4
"""Letters of a word that may lose an ending: "virus" does, "gas" does not."""
_MOST_KEPT = 100_000
"""Names whose words are kept: records say the same ones again and again."""


class Spelling:
    """How one language folds the words of a name.

    `data` has `spelling` (letters and what stands for them), `endings` (the same for ends of words, the first that fits),
    `small_words` (left out), `general_words` ("disease", which "Gaucher" may go without) and `contraries` (beginnings that turn a
    word round: "hypo", "hyper").
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._letters = tuple((str(old), str(new)) for old, new in (data.get("spelling") or {}).items())
        self._endings = tuple((str(old), str(new)) for old, new in (data.get("endings") or {}).items())
        self._small = frozenset(map(str, data.get("small_words") or ()))
        self._folded: dict[str, str] = {}
        self.words = lru_cache(_MOST_KEPT)(self._words)
        self.general = frozenset(self.word(str(word)) for word in data.get("general_words") or ())

        self._contraries = tuple(self._letters_of(str(each)) for each in data.get("contraries") or ())

    def beginning(self, word: str) -> str:
        """The beginning of a folded word that another must share to be a slip of it; "" for most."""
        return next((each for each in self._contraries if word.startswith(each)), "")

    def word(self, word: str) -> str:
        """One word, folded."""
        known = self._folded.get(word)
        if known is None:
            known = self._folded[word] = self._fold(word)
        return known

    def _words(self, text: str) -> tuple[str, ...]:
        """The words of a text in their order, folded, without the small ones."""
        return tuple(self.word(word) for word in tokens(text) if word not in self._small)

    def key(self, text: str) -> str:
        """What two writings of one name have in common: "Carcinoma, Hepatocellular" and "hepatocellular carcinomas". "" for no words."""
        return self.join(self.words(text))

    @staticmethod
    def join(words: Iterable[str]) -> str:
        """The key of words that are folded."""
        return " ".join(sorted(set(words)))

    def _fold(self, word: str) -> str:
        folded = self._letters_of(word.replace("'", ""))
        if len(folded) >= _SHORTEST_ENDED:
            for old, new in self._endings:
                if folded.endswith(old):
                    return folded[: -len(old)] + new
        return folded

    def _letters_of(self, word: str) -> str:
        for old, new in self._letters:
            word = word.replace(old, new)
        # Doubled or not is the commonest slip of all.
        return _DOUBLED.sub(r"\1", word)
