"""One message in words, with what is known of each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property

from bot.places.atlas import NOTHING, Atlas, Named
from bot.places.words import Lead


class Message:
    """The words of a message, the names they may be, and what tells that a place is meant.

    `taken` are the positions of words that are no place, as those of "Philadelphia chromosome"; `covered` those of places found so far.
    """

    def __init__(self, text: str, atlas: Atlas) -> None:
        self._atlas = atlas
        self.tokens = atlas.names.tokens(text)
        self.shouts = len(self.tokens) > 1 and not any(letter.islower() for letter in text)
        self.covered: Collection[int] = frozenset()
        self._turned_round = "," in text
        self._named: dict[str, Named] = {}

    @cached_property
    def taken(self) -> frozenset[int]:
        taken: set[int] = set()
        for start in range(len(self.tokens)):
            for end, key in self.runs(start):
                if key in self._atlas.words.other_meanings:
                    taken.update(range(start, end))
        return frozenset(taken)

    @cached_property
    def _all_runs(self) -> Sequence[Sequence[tuple[int, str]]]:
        return [tuple(self._atlas.names.runs(self.tokens, start)) for start in range(len(self.tokens))]

    def runs(self, start: int) -> Sequence[tuple[int, str]]:
        """The names that may begin at a position: where each ends, and its key; the shortest first."""
        return self._all_runs[start]

    @cached_property
    def _known(self) -> frozenset[str]:
        return self._atlas.known({key for runs in self._all_runs for _, key in runs})

    def named(self, key: str) -> Named:
        """What one of the message's names can mean."""
        if key not in self._named:
            self._named[key] = self._atlas.named(key) if key in self._known else NOTHING
        return self._named[key]

    def turned_round(self, start: int) -> Sequence[tuple[int, str]]:
        """As `runs`, but across commas and brackets: "Korea, Republic of"."""
        return tuple(self._atlas.names.runs(self.tokens, start, across_commas=True)) if self._turned_round else ()

    def in_capitals(self, at: int) -> bool:
        """Whether a word is written in capitals, and that tells something."""
        return self.tokens[at].text.isupper() and not (self.shouts and self._atlas.words.is_ordinary(self.tokens[at].key))

    def lead(self, start: int, *, past_articles: bool = True) -> Lead:
        """What leads to the name that begins at a position; without `past_articles` not if one stands before it: "in the bath"."""
        if not past_articles and self.has_article(start):
            return Lead.NONE
        return self._atlas.words.lead(self.tokens, start)

    def has_article(self, start: int) -> bool:
        return start > 0 and self.tokens[start - 1].key in self._atlas.words.articles

    def is_bare(self, start: int, end: int) -> bool:
        """Whether the message is this name, and nothing else but words that stand beside a name."""
        return all(
            start <= position < end or position in self.covered or token.key in self._atlas.words.fillers or token.key.isdecimal()
            for position, token in enumerate(self.tokens)
        )
