"""Regions and countries behind a name: "Springfield, Illinois, USA", "London in Canada", "Cambridge MA"."""

from __future__ import annotations

from dataclasses import dataclass

from bot.places.atlas import Atlas
from bot.places.message import Message
from bot.places.place import Kind, Place
from bot.places.words import Lead

_LINKS = 2
"""Words between a name and the region behind it: "in the"."""


@dataclass(frozen=True)
class Qualified:
    """What a name means with the regions and countries behind it, and where those end."""

    places: tuple[Place, ...]
    end: int


class Qualifiers:
    """Looks behind the names of one message."""

    def __init__(self, message: Message, atlas: Atlas) -> None:
        self._message, self._atlas, self._words = message, atlas, atlas.words

    def narrowed(self, places: tuple[Place, ...], start: int, end: int) -> Qualified:
        """Narrowed by the regions and countries behind it: "Springfield, Illinois, USA", "London in Canada"."""
        found = Qualified(places, end)
        while narrower := self._narrower(found, start):
            found = narrower
        return found

    def _narrower(self, found: Qualified, start: int) -> Qualified | None:
        for at in range(found.end, min(found.end + _LINKS + 1, len(self._message.tokens))):
            for end, key in reversed(self._message.runs(at)):
                for area in (*self._areas(key), *self._initials(key, start, at, end, near=at == found.end)):
                    inside = tuple(place for place in found.places if place.lies_in(area) and place != area)
                    if inside:
                        return Qualified(inside, end)
            if not self._links(at):
                break
        return None

    def _links(self, at: int) -> bool:
        token = self._message.tokens[at]
        return token.key in self._words.between or (token.key in self._words.leads and self._words.leads[token.key] is Lead.WEAK)

    def _areas(self, key: str) -> list[Place]:
        named = self._message.named(key)
        return [] if named.initials else [place for place in named.places if place.kind is not Kind.TOWN]

    def _initials(self, key: str, start: int, at: int, end: int, *, near: bool) -> tuple[Place, ...]:
        """Initials in capitals directly behind a name; small ones where the message or sentence ends, behind what is no ordinary word."""
        areas = self._atlas.by_initials(key)
        if not areas or not (near or key in self._words.initials):
            return ()
        if self._message.in_capitals(at):
            return areas
        closes = end == len(self._message.tokens) or self._message.tokens[end].pauses
        name = " ".join(token.key for token in self._message.tokens[start:at])
        well_known = self._message.named(name).well_known and name not in self._words.ordinary
        return areas if closes and (well_known or not self._words.is_ordinary(key) or self._message.lead(start) >= Lead.NEAR) else ()
