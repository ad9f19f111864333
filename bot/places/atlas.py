"""Everything that has a name: towns, regions and countries together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.places.areas import Areas
from bot.places.names import Names
from bot.places.place import Kind, Place
from bot.places.towns import OTHER_NAME, WELL_KNOWN, Towns
from bot.places.words import PlaceWords

_WELL_KNOWN = 300_000
"""People in the smallest town whose name means it wherever it stands, if it is no word or person's name."""
_SHORTEST_KNOWN = 4
_PART = 5
"""A town is meant rather than the region or country that is called like it where at least one in so many of its people lives there; rather
than a county where it has as many people."""


@dataclass(frozen=True)
class Named:
    """What a name can mean, the likeliest first, before anything beside it is looked at."""

    places: tuple[Place, ...]
    unlikely: tuple[Place, ...] = ()
    """Those that are hardly ever called so, and are meant only where a region or country tells it."""
    own: bool = False
    """Some town or area is called so itself."""
    nickname: bool = False
    """People call a place so, by the words of the language."""
    well_known: bool = False
    """A large town's own name."""
    initials: bool = False


NOTHING = Named(())


@dataclass(frozen=True)
class Atlas:
    names: Names
    towns: Towns
    areas: Areas
    words: PlaceWords

    def named(self, key: str) -> Named:
        """What a name can mean: nothing, where nothing has it."""
        areas = [*self.areas.called.get(key, ()), *self._areas_by_nickname(key)]
        if key in self.words.initials:
            areas += self._countries((self.words.initials[key],))
        towns = self._towns(key)
        if not areas and not towns:
            return NOTHING
        own = [place for place, is_own in towns if is_own and place.population >= _WELL_KNOWN]
        by_initials = key in self.words.initials or (key in self.words.towns and len(key) < _SHORTEST_KNOWN)
        # "Philadelphia" is an old name of Amman, "India" one of a Serbian town: what is called so itself is meant, unless the other is far
        # larger.
        least = max((OTHER_NAME * place.population for place, is_own in towns if is_own), default=0)
        least = max(least, *(area.population // _PART for area in areas[:1]), 0)
        likely = [place for place, is_own in towns if is_own or place.population >= least]
        return Named(
            _in_order(likely, list(dict.fromkeys(areas))),
            tuple(place for place, _ in towns if place not in likely),
            bool(areas) or any(is_own for _, is_own in towns),
            any(key in names for names in (self.words.towns, self.words.countries, self.words.regions)),
            bool(own) and len(key) >= _SHORTEST_KNOWN,
            by_initials,
        )

    def known(self, keys: Collection[str]) -> frozenset[str]:
        """Those of the keys that name anything. One look for all of a message's, most of which name nothing."""
        words, areas = self.words, self.areas
        others = (areas.called, words.countries, words.regions, words.initials, words.towns)
        return frozenset(key for key in keys if any(key in names for names in others)) | self.towns.known(keys)

    def by_initials(self, key: str) -> tuple[Place, ...]:
        """The regions and countries with these initials, as they stand behind a town."""
        return (*self._countries(filter(None, (self.words.initials.get(key),))), *self.areas.initials.get(key, ()))

    def nearly(self, key: str, slips: int, *, well_led: bool) -> str | None:
        """The name of a large town, a region or a country that this is, but for so many slips. Of a larger town, if nothing leads to it."""
        near = process.extract(key, self._area_keys, scorer=OSA.distance, score_cutoff=slips, limit=None)
        areas = [(distance, name) for name, distance, _ in near if name[0] == key[0]]
        return min(areas)[1] if areas else self.towns.nearly(key, slips, WELL_KNOWN if well_led else _WELL_KNOWN)

    @cached_property
    def _area_keys(self) -> tuple[str, ...]:
        return tuple(key for key in chain(self.areas.called, self.words.countries) if len(key) > _SHORTEST_KNOWN)

    def town(self, row: int) -> Place:
        """The town of a row."""
        towns = self.towns
        code = towns.countries[row]
        region = self.areas.regions.get((code, towns.regions[row]))
        return Place(
            Kind.TOWN,
            towns.names[row],
            region.name if region else None,
            self.areas.country_names.get(code, code),
            code,
            float(towns.latitudes[row]),
            float(towns.longitudes[row]),
            int(towns.populations[row]),
        )

    def _towns(self, key: str) -> list[tuple[Place, bool]]:
        if key in self.words.towns:
            name, country = self.words.towns[key]
            meant = [(self.town(row), own) for row, own in self.towns.called(name) if self.towns.countries[row] == country]
            return meant[:1]
        if key in self.words.initials:
            return []
        return [(self.town(row), own) for row, own in self.towns.called(key)]

    def _areas_by_nickname(self, key: str) -> tuple[Place, ...]:
        region = self.areas.regions.get(self.words.regions.get(key, ("", "")))
        return (*((region,) if region else ()), *self._countries(filter(None, (self.words.countries.get(key),))))

    def _countries(self, codes: Iterable[str]) -> tuple[Place, ...]:
        countries: Mapping[str, Place] = self.areas.countries
        return tuple(countries[code] for code in codes if code in countries)


def _in_order(towns: list[Place], areas: list[Place]) -> tuple[Place, ...]:
    """Towns, which are in order, and areas together."""
    if not towns or not areas:
        return (*towns, *areas)
    part = _PART if areas[0].region is None else 1
    town_first = towns[0].population * part >= areas[0].population
    return (towns[0], *areas, *towns[1:]) if town_first else (*areas, *towns)
