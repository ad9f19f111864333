"""How people of one language speak of places: `words/<locale>/places.yaml`, in the shape that finding uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from bot.ordinary_words import ordinary_words
from bot.places.names import Names, Token

_LONGEST_LEAD = 4
"""Words."""


class Lead(IntEnum):
    """How surely a place follows."""

    NONE = 0
    WEAK = 1
    NEAR = 2
    HOME = 3


Keys = frozenset[str]


@dataclass(frozen=True)
class PlaceWords:
    """The lists of the file, as keys of names; see there for what each is."""

    leads: Mapping[str, Lead]
    between: Keys
    articles: Keys
    fillers: Keys
    people: Keys
    ordinary: Keys
    never: Keys
    ordinary_areas: Keys
    before_region: Keys
    behind_region: Keys
    other_meanings: Keys
    towns: Mapping[str, tuple[str, str]]
    """By what people call a town, the key of its name and the ISO code of its country."""
    countries: Mapping[str, str]
    """By what people call a country, its ISO code."""
    regions: Mapping[str, tuple[str, str]]
    initials: Mapping[str, str]
    frequency: Callable[[str], int]

    @classmethod
    def of(cls, data: Mapping[str, Any], names: Names) -> PlaceWords:
        """The words of a file; KeyError names a list that is missing."""

        def keys(words: Iterable[object]) -> Keys:
            return frozenset(names.key(str(word)) for word in words)

        leads = {key: lead for lead in (Lead.WEAK, Lead.NEAR, Lead.HOME) for key in keys(data["leads"][lead.name.lower()])}
        between = keys(data["between"])
        parts = {part for key in (*leads, *between) for part in key.split()}
        return cls(
            leads,
            between,
            keys(data["articles"]),
            keys(data["fillers"]) | parts,
            keys(data["people"]),
            keys(data["ordinary"]),
            keys(data["never"]),
            keys(data["ordinary_areas"]),
            keys(data["whole_region"]["before"]),
            keys(data["whole_region"]["behind"]),
            keys(data["other_meanings"]),
            {names.key(str(called)): (names.key(str(town)), str(country)) for called, (town, country) in data["towns"].items()},
            {key: str(code) for code, called in data["countries"].items() for key in keys(called)},
            {
                key: (str(country), str(code))
                for country, regions in data["regions"].items()
                for code, called in regions.items()
                for key in keys(called)
            },
            {key: str(code) for code, called in data["initials"].items() for key in keys(called)},
            ordinary_words(data.get("dictionary")) or _no_word,
        )

    def means_else(self, key: str) -> bool:
        """Whether a word is no place unless a region or country stands behind it."""
        return key in self.never or key in self.fillers

    def is_ordinary(self, key: str) -> bool:
        """Whether a name is, or may be, a word of the language that means something else."""
        return key in self.ordinary or key in self.never or (" " not in key and self.frequency(key) > 0)

    def lead(self, tokens: Sequence[Token], start: int) -> Lead:
        """What leads to the name that begins at `start`."""
        found = self._lead_before(tokens, start)
        for length in (1, 2, 3):
            if start >= length and not tokens[start].pauses and _key(tokens, start - length, start) in self.between:
                found = max(found, self._lead_before(tokens, start - length))
        return found

    def is_person(self, tokens: Sequence[Token], start: int) -> bool:
        """Whether what begins at `start` is the name of a person."""
        return any(start >= length and _key(tokens, start - length, start) in self.people for length in (1, 2, 3))

    def _lead_before(self, tokens: Sequence[Token], start: int) -> Lead:
        if start < len(tokens) and tokens[start].pauses:
            return Lead.NONE
        before = (_key(tokens, start - length, start) for length in range(1, min(start, _LONGEST_LEAD) + 1))
        return max((self.leads.get(key, Lead.NONE) for key in before), default=Lead.NONE)


def _key(tokens: Sequence[Token], start: int, end: int) -> str:
    return " ".join(token.key for token in tokens[start:end])


def _no_word(_: str) -> int:
    return 0
