"""The gazetteer: places by name, in messages and in trial records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Protocol

import numpy as np

from bot.matching.distances import Unit, distances_km
from bot.matching.nearest import Located
from bot.places.areas import Areas
from bot.places.atlas import Atlas
from bot.places.finding import Finding
from bot.places.names import Names
from bot.places.place import Found, Kind, Place
from bot.places.towns import SMALLEST, Towns
from bot.places.words import PlaceWords
from bot.words.words import FALLBACK_LOCALE, ROOT, WordsFault
from bot.yaml_files import YamlFault, read_yaml


class SiteLike(Protocol):
    """A trial's site, as its record has it."""

    @property
    def city(self) -> str: ...
    @property
    def state(self) -> str | None: ...
    @property
    def country(self) -> str: ...
    @property
    def coordinates(self) -> CoordinatesLike | None: ...


class CoordinatesLike(Protocol):
    """Degrees, north and east positive."""

    @property
    def latitude(self) -> float: ...
    @property
    def longitude(self) -> float: ...


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """Places by name. Made by `load`, once for each language; towns are shared between languages."""

    atlas: Atlas
    miles: frozenset[str]
    """ISO codes of the countries whose roads count in miles."""

    @classmethod
    def load(cls, locale: str = FALLBACK_LOCALE, smallest: int = SMALLEST, root: Path = ROOT) -> Gazetteer:
        """The gazetteer in a language, read when it is first asked for; `WordsFault` where a file of it cannot be used.

        `smallest`: people in the smallest towns that are known, 15000, 5000, 1000 or 500.
        """
        return _loaded(locale, smallest, root)

    def find(self, text: str) -> tuple[Found, ...]:
        """The places that a message names, from left to right; empty where it names none."""
        return Finding(text, self.atlas).found()

    def located(self, place: Place) -> Located:
        """Where somebody is who named this place."""
        exact = place.kind is Kind.TOWN
        region = place.name if place.kind is Kind.REGION and place.region is None else place.region
        return Located(place.country_code, region, place.latitude, place.longitude, exact)

    def unit(self, country_code: str | None) -> Unit:
        """In what people of a country count their roads."""
        return Unit.MILES if country_code in self.miles else Unit.KILOMETRES

    # -- places of trial records

    def country_code(self, name: str) -> str | None:
        """The ISO code of a country as registries or people write it, None where it is none."""
        key = self.atlas.names.key(name)
        return self.atlas.areas.codes.get(key) or self.atlas.words.countries.get(key) or self.atlas.words.initials.get(key)

    def locate(self, site: SiteLike) -> Located:
        """Where a site is: by its own degrees, else by its town; its country alone where the town is not known."""
        key = (site.city, site.state, site.country)
        if key not in self._sites:
            self._sites[key] = self._locate(site)
        known = self._sites[key]
        at = site.coordinates
        return replace(known, latitude=at.latitude, longitude=at.longitude) if at else known

    @cached_property
    def _sites(self) -> dict[tuple[str, str | None, str], Located]:
        """Sites by how records write their towns, of which there are far fewer than sites. Without the degrees of any one site."""
        return {}

    def _locate(self, site: SiteLike) -> Located:
        code = self.country_code(site.country)
        regions = [area for area in self._called(site.state) if area.kind is Kind.REGION and area.country_code == code]
        named = regions[0].region or regions[0].name if regions else None
        town = self.town(site.city, site.state, site.country)
        if town is None:
            at = site.coordinates
            return Located(code, named or (self._region_at(at.latitude, at.longitude, code) if at and code else None))
        return Located(code, named or town.region, town.latitude, town.longitude)

    def town(self, city: str, state: str | None, country: str) -> Place | None:
        """The town of a trial's site; None where it is not known, as small ones are not."""
        code = self.country_code(country)
        towns = [place for place in self._called(city) if place.kind is Kind.TOWN and place.country_code == code]
        regions = [area for area in self._called(state) if area.kind is Kind.REGION and area.country_code == code]
        if regions:
            # A town that is called alike in another region is not meant.
            towns = [town for town in towns if any(town.lies_in(area) for area in regions)]
        return towns[0] if towns else None

    def _region_at(self, latitude: float, longitude: float, country_code: str) -> str | None:
        """The region of a point in a country: that of the nearest known town."""
        towns = self.atlas.towns
        rows = np.flatnonzero(np.array(towns.countries) == country_code)
        if not rows.size:
            return None
        nearest = np.argmin(distances_km(latitude, longitude, towns.latitudes[rows], towns.longitudes[rows]))
        return self.atlas.town(int(rows[int(nearest)])).region

    def _called(self, name: str | None) -> tuple[Place, ...]:
        if not name:
            return ()
        named = self.atlas.named(self.atlas.names.key(name))
        return (*named.places, *named.unlikely)


@cache
def _loaded(locale: str, smallest: int, root: Path) -> Gazetteer:
    names, towns, areas, miles = _map(smallest, root)
    path = root / "words" / locale / "places.yaml"
    try:
        words = PlaceWords.of(read_yaml(path), names)
    except (YamlFault, FileNotFoundError, KeyError) as fault:
        raise WordsFault(f"words/{locale}/places.yaml: {fault}") from fault
    return Gazetteer(Atlas(names, towns, areas, words), miles)


@cache
def _map(smallest: int, root: Path) -> tuple[Names, Towns, Areas, frozenset[str]]:
    try:
        data = read_yaml(root / "lexicon" / "places.yaml")
        names = Names({str(short): str(long) for short, long in data["written_out"].items()})
        towns = Towns.read(names, smallest)
        return names, towns, Areas.of(towns, names, data), frozenset(map(str, data["miles"]))
    except (YamlFault, FileNotFoundError, KeyError) as fault:
        raise WordsFault(f"lexicon/places.yaml: {fault}") from fault
