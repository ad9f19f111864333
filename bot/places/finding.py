"""The places that a message names.

A name counts by what it is and by what stands around it: the name of a large town anywhere; one that is an ordinary word too only where
something tells that a place is meant: a lead ("I live in Reading"), a region behind it ("Reading, UK"), or nothing else in the message.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.places.atlas import NOTHING, Atlas, Named
from bot.places.place import Found, Kind, Place
from bot.places.words import Lead

_MOST = 5
"""Places of one name that are told."""
_SHORTEST = 3
"""Letters of the shortest name that counts without a region behind it."""
_SHORTEST_SLIP = 5
_SHORT = 8
"""Words of a message that may be a place and nothing else, though its name is written wrong."""
_LINKS = 2
"""Words between a name and the region behind it: "in the"."""
_LONG = 8
"""From this length on, two slips are put right."""


@dataclass(frozen=True)
class _Mention:
    places: tuple[Place, ...]
    start: int
    end: int


@dataclass(frozen=True)
class _Qualified:
    """What a name means with the regions and countries behind it, and where those end."""

    places: tuple[Place, ...]
    end: int


class Message:
    """One message, looked through for places."""

    def __init__(self, text: str, atlas: Atlas) -> None:
        self._text, self._atlas, self._words = text, atlas, atlas.words
        self._tokens = atlas.names.tokens(text)
        self._shouts = len(self._tokens) > 1 and not any(letter.islower() for letter in text)
        self._covered: set[int] = set()
        """Positions that belong to a place."""
        self._taken = self._other_meanings()

    def found(self) -> tuple[Found, ...]:
        """The places, from left to right."""
        mentions = self._mentions()
        if mentions:
            # "Nice or Lyon": beside a place that is certain, a message that is nothing else but places is short.
            self._covered = {position for mention in mentions for position in range(mention.start, mention.end)}
            mentions = self._mentions()
        slips = tuple(self._slips(mentions))
        behind = {position for slip in slips for position in range(slip.start, slip.end)}
        mentions = sorted((*(mention for mention in mentions if mention.start not in behind), *slips), key=lambda mention: mention.start)
        return tuple(
            Found(_within(mention, mentions)[:_MOST], self._tokens[mention.start].start, self._tokens[mention.end - 1].end)
            for mention in mentions
        )

    def _other_meanings(self) -> frozenset[int]:
        taken: set[int] = set()
        for start in range(len(self._tokens)):
            for end, key in self._runs(start):
                if key in self._words.other_meanings:
                    taken.update(range(start, end))
        return frozenset(taken)

    @cached_property
    def _all_runs(self) -> Sequence[Sequence[tuple[int, str]]]:
        """The names that may begin at each word, the shortest first."""
        return [tuple(self._atlas.names.runs(self._tokens, start)) for start in range(len(self._tokens))]

    def _runs(self, start: int) -> Sequence[tuple[int, str]]:
        return self._all_runs[start]

    @cached_property
    def _known(self) -> frozenset[str]:
        return self._atlas.known({key for runs in self._all_runs for _, key in runs})

    def _named(self, key: str) -> Named:
        return self._atlas.named(key) if key in self._known else NOTHING

    def _mentions(self) -> list[_Mention]:
        found: list[_Mention] = []
        start = 0
        while start < len(self._tokens):
            mention = None if start in self._taken else self._mention_at(start)
            if mention:
                found.append(mention)
            start = mention.end if mention else start + 1
        return found

    def _mention_at(self, start: int) -> _Mention | None:
        for end, key in self._atlas.names.runs(self._tokens, start, across_commas=True):
            if end > start + 1 and key in self._atlas.areas.codes:
                return _Mention(self._atlas.named(key).places, start, end)
        for end, key in reversed(self._runs(start)):
            if self._taken.isdisjoint(range(start, end)) and (mention := self._mention(start, end, key)):
                return mention
        return None

    def _mention(self, start: int, end: int, key: str) -> _Mention | None:
        named = self._named(key)
        if named is NOTHING:
            areas = tuple(area for area in self._atlas.areas.initials.get(key, ()) if area.kind is Kind.REGION)
            if not areas:
                return None
            named = Named(areas, initials=True)
        qualified = self._qualified(named.places, start, end)
        if qualified.end > end and self._may_be_qualified(start, end, key):
            return _Mention(qualified.places, start, qualified.end)
        if not self._counts(named, start, end, key):
            return None
        places, start, end = self._whole_region(named.places, start, end)
        return _Mention(places, start, end)

    # -- what stands behind a name

    def _qualified(self, places: tuple[Place, ...], start: int, end: int) -> _Qualified:
        """Narrowed by the regions and countries behind it: "Springfield, Illinois, USA", "London in Canada"."""
        found = _Qualified(places, end)
        while narrower := self._narrower(found, start):
            found = narrower
        return found

    def _narrower(self, found: _Qualified, start: int) -> _Qualified | None:
        for at in range(found.end, min(found.end + _LINKS + 1, len(self._tokens))):
            for end, key in reversed(self._runs(at)):
                for area in (*self._areas(key), *self._initials(key, start, at, end, near=at == found.end)):
                    inside = tuple(place for place in found.places if place.lies_in(area) and place != area)
                    if inside:
                        return _Qualified(inside, end)
            if not self._links(at):
                break
        return None

    def _links(self, at: int) -> bool:
        token = self._tokens[at]
        return token.key in self._words.between or (token.key in self._words.leads and self._words.leads[token.key] is Lead.WEAK)

    def _areas(self, key: str) -> list[Place]:
        named = self._named(key)
        return [] if named.initials else [place for place in named.places if place.kind is not Kind.TOWN]

    def _initials(self, key: str, start: int, at: int, end: int, *, near: bool) -> tuple[Place, ...]:
        """Initials in capitals directly behind a name; small ones where the message or sentence ends, behind what is no ordinary word."""
        areas = self._atlas.by_initials(key)
        if not areas or not (near or key in self._words.initials):
            return ()
        if self._in_capitals(at):
            return areas
        closes = end == len(self._tokens) or self._tokens[end].pauses
        name = " ".join(token.key for token in self._tokens[start:at])
        well_known = self._named(name).well_known and name not in self._words.ordinary
        return areas if closes and (well_known or not self._words.is_ordinary(key) or self._leads(start) >= Lead.NEAR) else ()

    def _in_capitals(self, at: int) -> bool:
        return self._tokens[at].text.isupper() and not (self._shouts and self._words.is_ordinary(self._tokens[at].key))

    def _may_be_qualified(self, start: int, end: int, key: str) -> bool:
        """Whether a word that mostly means something else is a name all the same: "Normal, Illinois"."""
        if not self._words.means_else(key) and len(key) >= _SHORTEST:
            return True
        return self._tokens[start].capital and end < len(self._tokens) and not self._shouts

    # -- what counts

    def _counts(self, named: Named, start: int, end: int, key: str) -> bool:
        words, lead = self._words, self._leads(start)
        capital = all(token.capital for token in self._tokens[start:end]) and not self._shouts
        if named.initials:
            return self._initials_count(start, end, key, lead)
        if words.means_else(key) or len(key) < _SHORTEST:
            return capital and key not in words.fillers and lead is Lead.HOME
        if words.is_person(self._tokens, start) and lead < Lead.NEAR:
            return False
        if self._is_bare(start, end) or lead >= Lead.NEAR:
            return True
        if named.places[0].kind is not Kind.TOWN or any(place.kind is not Kind.TOWN for place in named.places):
            return key not in words.ordinary_areas or lead > Lead.NONE
        if named.well_known and key not in words.ordinary:
            return True
        if lead is Lead.WEAK:
            return capital or not words.is_ordinary(key)
        return False

    def _initials_count(self, start: int, end: int, key: str, lead: Lead) -> bool:
        """Whether initials mean a place: "TX", "in the US", but not "tell us", "MS" or "a CT"."""
        capitals, ours = self._in_capitals(start), key in self._words.initials or key in self._words.towns
        if key in self._words.never:
            return capitals and (lead is Lead.HOME or (ours and (lead > Lead.NONE or self._is_bare(start, end))))
        return self._is_bare(start, end) or lead is Lead.HOME or (capitals and (ours or lead > Lead.NONE))

    def _leads(self, start: int) -> Lead:
        return self._words.lead(self._tokens, start)

    def _is_bare(self, start: int, end: int) -> bool:
        """Whether the message is this name, and nothing else but words that stand beside a name."""
        return all(
            start <= position < end or position in self._covered or token.key in self._words.fillers or token.key.isdecimal()
            for position, token in enumerate(self._tokens)
        )

    def _whole_region(self, places: tuple[Place, ...], start: int, end: int) -> tuple[tuple[Place, ...], int, int]:
        """Only the region where the words around a name tell that it, and not the town, is meant: "upstate New York"."""
        areas = tuple(place for place in places if place.kind is not Kind.TOWN)
        if not areas:
            return places, start, end
        behind = end < len(self._tokens) and self._tokens[end].key in self._words.behind_region and not self._tokens[end].pauses
        for length in (2, 1):
            before = " ".join(token.key for token in self._tokens[max(0, start - length) : start])
            if before in self._words.before_region:
                return areas, start, end + behind
        return (areas, start, end + 1) if behind else (places, start, end)

    # -- slips of a letter

    def _slips(self, mentions: Sequence[_Mention]) -> Iterator[_Mention]:
        """Names that are written nearly right, where a place is expected."""
        covered = {position for mention in mentions for position in range(mention.start, mention.end)} | self._taken
        for position, token in enumerate(self._tokens):
            unknown = len(token.key) >= _SHORTEST_SLIP and token.key.isalpha() and not self._words.frequency(token.key)
            if not unknown or position in covered or token.key in self._words.fillers:
                continue
            for start, end in ((position - 1, position + 1), (position, position + 2), (position, position + 1)):
                if start >= 0 and covered.isdisjoint(range(start, end)) and (mention := self._slip(start, end)):
                    covered.update(range(mention.start, mention.end))
                    yield mention
                    break

    def _slip(self, start: int, end: int) -> _Mention | None:
        key = next((key for stop, key in self._runs(start) if stop == end), None)
        led = self._leads(start) >= Lead.NEAR
        if key is None or not (led or len(self._tokens) <= _SHORT):
            return None
        meant = self._atlas.nearly(key, 2 if len(key) >= _LONG else 1)
        if meant is None:
            return None
        qualified = self._qualified(self._atlas.named(meant).places, start, end)
        return _Mention(qualified.places, start, qualified.end) if led or self._is_bare(start, qualified.end) else None


def _within(mention: _Mention, mentions: Sequence[_Mention]) -> tuple[Place, ...]:
    """Narrowed by the regions and countries that the message names elsewhere: "I am in Canada, near London"."""
    areas = [other.places[0] for other in mentions if other is not mention and other.places[0].kind is not Kind.TOWN]
    return tuple(place for place in mention.places if any(place.lies_in(area) for area in areas)) or mention.places
