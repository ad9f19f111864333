"""Slips of the finger: a word that is none is taken for the word of the lexicon that it nearly is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from symspellpy import SymSpell, Verbosity

_SHORTEST = 4
"""Shorter words have too many neighbours: only two letters that changed places are put right in them."""
_LONG = 8
"""From this length on two slips are repaired, below it one."""
_CLEARLY = 3
"""How many times as frequent as the next one a word has to be, to be what was meant."""


class Spelling:
    """Repairs words towards a vocabulary.

    `ordinary` tells how frequent a word is in the language, 0 where it is none; without it only `slips` are repaired: known ones,
    that are too far from their word, or too near to another, to be found.
    """

    def __init__(
        self, vocabulary: Iterable[str], ordinary: Callable[[str], int] | None, slips: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self._ordinary = ordinary
        self._slips = slips
        self._vocabulary = frozenset(word for word in vocabulary if word.isalpha() and len(word) > 1)
        self._near = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
        self._swapped: dict[str, str] = {}
        if ordinary is None:
            return
        for word in sorted(self._vocabulary):
            if len(word) >= _SHORTEST - 1:
                self._near.create_dictionary_entry(word, ordinary(word) or 1)
            if len(word) == _SHORTEST - 1:
                for swapped in (word[1] + word[0] + word[2], word[0] + word[2] + word[1]):
                    self._swapped.setdefault(swapped, word)

    def unknown(self, words: Sequence[str]) -> frozenset[str]:
        """The words that are none of the language and of nothing near, so that they may mean anything."""
        if self._ordinary is None:
            return frozenset()
        return frozenset(word for word in words if word.isalpha() and self._is_none(word))

    def repaired(self, words: Sequence[str], favoured: frozenset[str] = frozenset()) -> Mapping[str, str]:
        """The words that were slips, and what they were meant for: one of the `favoured` words if any is near."""
        found: dict[str, str] = {word: self._slips[word] for word in words if word in self._slips}
        for word in self.unknown(words) - found.keys():
            meant = self._swapped.get(word) if len(word) < _SHORTEST else self._meant(word, favoured)
            if meant is not None:
                found[word] = meant
        return found

    def _is_none(self, word: str) -> bool:
        return word not in self._vocabulary and not (self._ordinary is not None and self._ordinary(word))

    def _meant(self, word: str, favoured: frozenset[str]) -> str | None:
        near = self._near.lookup(word, Verbosity.CLOSEST, max_edit_distance=2 if len(word) >= _LONG else 1)
        # The first letter is seldom wrong; of several equally near, a far more frequent one is meant.
        likely = sorted((suggestion for suggestion in near if suggestion.term[0] == word[0]), key=lambda found: -found.count)
        likely = [suggestion for suggestion in likely if suggestion.term in favoured] or likely
        if not likely or (len(likely) > 1 and likely[0].count < _CLEARLY * likely[1].count):
            return None
        return str(likely[0].term)
