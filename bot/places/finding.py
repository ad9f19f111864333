"""The places that a message names.

A name counts by what it is and by what stands around it: the name of a large town anywhere; one that is an ordinary word too only where
something tells that a place is meant: a lead ("I live in Reading"), a region behind it ("Reading, UK"), or nothing else in the message.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.places.atlas import NOTHING, Atlas, Named
from bot.places.message import Message
from bot.places.place import Found, Kind, Place
from bot.places.qualifying import Qualifiers
from bot.places.towns import WELL_KNOWN
from bot.places.words import Lead

_MOST = 5
"""Places of one name that are told."""
_SHORTEST = 3
"""Letters of the shortest name that counts without a region behind it."""
_SHORTEST_ALONE = 6
"""Letters of the shortest name of a small town that is a message by itself in small letters, and of the shortest slip that is."""
_SHORTEST_SLIP = 5
_LONG = 8
"""From this length on two slips are put right, below it one."""
_SHORT = 8
"""Words of a message that may be a place and nothing else, though its name is written wrong."""


@dataclass(frozen=True)
class _Mention:
    places: tuple[Place, ...]
    start: int
    end: int


class Finding:
    """One message, looked through for places."""

    def __init__(self, text: str, atlas: Atlas) -> None:
        self._atlas, self._words = atlas, atlas.words
        self._message = Message(text, atlas)
        self._qualifiers = Qualifiers(self._message, atlas)

    def found(self) -> tuple[Found, ...]:
        """The places, from left to right."""
        mentions = self._mentions()
        if mentions:
            # "Nice or Lyon": beside a place that is certain, a message that is nothing else but places is short.
            self._message.covered = {position for mention in mentions for position in range(mention.start, mention.end)}
            mentions = self._mentions()
        slips = tuple(self._slips(mentions))
        behind = {position for slip in slips for position in range(slip.start, slip.end)}
        mentions = sorted((*(mention for mention in mentions if mention.start not in behind), *slips), key=lambda mention: mention.start)
        self._message.covered = {position for mention in mentions for position in range(mention.start, mention.end)}
        return tuple(self._as_found(mention, mentions) for mention in mentions)

    def _as_found(self, mention: _Mention, mentions: Sequence[_Mention]) -> Found:
        start, end = self._message.tokens[mention.start].start, self._message.tokens[mention.end - 1].end
        led = self._message.lead(mention.start) >= Lead.NEAR or self._message.is_bare(mention.start, mention.end)
        return Found(_within(mention, mentions)[:_MOST], start, end, led)

    def _mentions(self) -> list[_Mention]:
        found: list[_Mention] = []
        start = 0
        while start < len(self._message.tokens):
            mention = None if start in self._message.taken else self._mention_at(start)
            if mention:
                found.append(mention)
            start = mention.end if mention else start + 1
        return found

    def _mention_at(self, start: int) -> _Mention | None:
        for end, key in self._message.turned_round(start):
            if end > start + 1 and key in self._atlas.areas.codes and (places := self._atlas.named(key).places):
                return _Mention(places, start, end)
        for end, key in reversed(self._message.runs(start)):
            if self._message.taken.isdisjoint(range(start, end)) and (mention := self._mention(start, end, key)):
                return mention
        return None

    def _mention(self, start: int, end: int, key: str) -> _Mention | None:
        named = self._message.named(key)
        if named is NOTHING:
            areas = tuple(area for area in self._atlas.areas.initials.get(key, ()) if area.kind is Kind.REGION)
            if not areas:
                return None
            named = Named(areas, initials=True)
        qualified = self._qualifiers.narrowed(named.places, start, end)
        if qualified.end == end:
            qualified = self._qualifiers.narrowed(named.unlikely, start, end)
        if qualified.end > end and self._may_be_qualified(start, end, key):
            return _Mention(qualified.places, start, qualified.end)
        if not self._counts(named, start, end, key):
            return None
        places, start, end = self._whole_region(named.places, start, end)
        return _Mention(places, start, end)

    def _may_be_qualified(self, start: int, end: int, key: str) -> bool:
        """Whether a word that mostly means something else is a name all the same: "Normal, Illinois"."""
        if not self._words.means_else(key) and len(key) >= _SHORTEST:
            return True
        return self._message.tokens[start].capital and end < len(self._message.tokens) and not self._message.shouts

    # -- what counts

    def _counts(self, named: Named, start: int, end: int, key: str) -> bool:
        words, tokens = self._words, self._message.tokens
        lead = self._message.lead(start, past_articles=not words.is_ordinary(key))
        capital = all(token.capital for token in tokens[start:end]) and not self._message.shouts
        if named.initials:
            return self._initials_count(start, end, key, lead)
        if words.means_else(key) or len(key) < _SHORTEST or not (named.nickname or capital or self._tells(start, end)):
            return False
        if not named.own and (len(key) <= _SHORTEST or tokens[start].key in words.fillers):
            return lead is Lead.HOME
        if words.is_person(tokens, start) and lead < Lead.NEAR:
            return False
        if lead >= Lead.NEAR or (self._message.is_bare(start, end) and self._counts_alone(named, start, key, capital=capital)):
            return True
        if any(place.kind is not Kind.TOWN for place in named.places):
            return key not in words.ordinary_areas or lead > Lead.NONE
        if named.well_known and key not in words.ordinary:
            return True
        if lead is not Lead.WEAK:
            return False
        ordinary = all(map(words.is_ordinary, key.split()))
        return (capital or not ordinary) if named.own or named.nickname else (capital and not ordinary)

    def _tells(self, start: int, end: int) -> bool:
        """Whether a name has a word in it that does not stand everywhere: "the bank" and "that's not" are towns' names too."""
        return any(not self._words.means_else(token.key) for token in self._message.tokens[start:end])

    def _counts_alone(self, named: Named, start: int, key: str, *, capital: bool) -> bool:
        """Whether a message of nothing else is a place: "bath" and "kungälv" are, "haha" is not, though a town is called nearly so."""
        ordinary = self._words.is_ordinary(key)
        if named.nickname or named.places[0].population >= WELL_KNOWN:
            return not ordinary or not self._message.has_article(start) or named.places[0].kind is not Kind.TOWN
        return not ordinary and (capital or (named.own and len(key) >= _SHORTEST_ALONE))

    def _initials_count(self, start: int, end: int, key: str, lead: Lead) -> bool:
        """Whether initials mean a place: "TX", "in the US", but not "tell us", "MS" or "a CT"."""
        capitals, ours = self._message.in_capitals(start), key in self._words.initials or key in self._words.towns
        if key in self._words.never:
            return capitals and (lead is Lead.HOME or (ours and (lead > Lead.NONE or self._message.is_bare(start, end))))
        return self._message.is_bare(start, end) or lead is Lead.HOME or (capitals and (ours or lead > Lead.NONE))

    def _whole_region(self, places: tuple[Place, ...], start: int, end: int) -> tuple[tuple[Place, ...], int, int]:
        """Only the region where the words around a name tell that it, and not the town, is meant: "upstate New York"."""
        areas = tuple(place for place in places if place.kind is not Kind.TOWN)
        if not areas:
            return places, start, end
        tokens = self._message.tokens
        behind = end < len(tokens) and tokens[end].key in self._words.behind_region and not tokens[end].pauses
        for length in (2, 1):
            before = " ".join(token.key for token in tokens[max(0, start - length) : start])
            if before in self._words.before_region:
                return areas, start, end + behind
        return (areas, start, end + 1) if behind else (places, start, end)

    # -- slips of a letter

    def _slips(self, mentions: Sequence[_Mention]) -> Iterator[_Mention]:
        """Names that are written nearly right, where a place is expected."""
        covered = {position for mention in mentions for position in range(mention.start, mention.end)} | self._message.taken
        for position, token in enumerate(self._message.tokens):
            unknown = len(token.key) >= _SHORTEST_SLIP and token.key.isalpha() and not self._words.frequency(token.key)
            if not unknown or position in covered or token.key in self._words.fillers:
                continue
            for start, end in ((position - 1, position + 1), (position, position + 2), (position, position + 1)):
                if start >= 0 and covered.isdisjoint(range(start, end)) and (mention := self._slip(start, end)):
                    covered.update(range(mention.start, mention.end))
                    yield mention
                    break

    def _slip(self, start: int, end: int) -> _Mention | None:
        key = next((key for stop, key in self._message.runs(start) if stop == end), None)
        lead = self._message.lead(start, past_articles=False)
        if key is None or not (lead or len(self._message.tokens) <= _SHORT):
            return None
        meant = self._atlas.nearly(key, 2 if len(key) >= _LONG else 1, well_led=lead >= Lead.NEAR)
        if meant is None:
            return None
        qualified = self._qualifiers.narrowed(self._atlas.named(meant).places, start, end)
        # "From Huston, Texas": what stands behind it tells as much as what leads to it.
        alone = len(key) >= _SHORTEST_ALONE and self._message.is_bare(start, qualified.end)
        surely = lead >= Lead.NEAR or (lead is Lead.WEAK and qualified.end > end) or alone
        return _Mention(qualified.places, start, qualified.end) if surely else None


def _within(mention: _Mention, mentions: Sequence[_Mention]) -> tuple[Place, ...]:
    """Narrowed by the regions and countries that the message names elsewhere: "I am in Canada, near London"."""
    areas = [other.places[0] for other in mentions if other is not mention and other.places[0].kind is not Kind.TOWN]
    return tuple(place for place in mention.places if any(place.lies_in(area) for area in areas)) or mention.places
