"""The gazetteer: places by name, in messages and in trial records."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from bot.places.areas import Areas
from bot.places.atlas import Atlas
from bot.places.finding import Finding
from bot.places.names import Names
from bot.places.place import Found, Kind, Place
from bot.places.towns import SMALLEST, Towns
from bot.places.words import PlaceWords
from bot.words.words import FALLBACK_LOCALE, ROOT, WordsFault
from bot.yaml_files import YamlFault, read_yaml


@dataclass(frozen=True)
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

    # -- places of trial records

    def country_code(self, name: str) -> str | None:
        """The ISO code of a country as registries or people write it, None where it is none."""
        key = self.atlas.names.key(name)
        return self.atlas.areas.codes.get(key) or self.atlas.words.countries.get(key) or self.atlas.words.initials.get(key)

    def town(self, city: str, state: str | None, country: str) -> Place | None:
        """The town of a trial's site; None where it is not known, as small ones are not."""
        code = self.country_code(country)
        towns = [place for place in self._called(city) if place.kind is Kind.TOWN and place.country_code == code]
        regions = [area for area in self._called(state or "") if area.kind is Kind.REGION and area.country_code == code]
        inside = [town for town in towns if any(town.lies_in(area) for area in regions)]
        if regions:
            # A town of another region that is called alike is not meant, unless the record's region is none of those that are known.
            return inside[0] if inside else None
        return towns[0] if towns else None

    def region(self, state: str | None, country: str) -> str | None:
        """The name of a region as places have it, from how a record writes it; None where it is not known."""
        code = self.country_code(country)
        areas = self._called(state or "")
        return next((area.region or area.name for area in areas if area.kind is Kind.REGION and area.country_code == code), None)

    def region_at(self, latitude: float, longitude: float, country_code: str) -> str | None:
        """The region of a place in a country: that of the nearest known town."""
        rows = self._rows_of(country_code)
        if not len(rows):
            return None
        towns = self.atlas.towns
        north = towns.latitudes[rows] - latitude
        east = (towns.longitudes[rows] - longitude) * np.cos(np.radians(latitude))
        return self.atlas.town(int(rows[np.argmin(north**2 + east**2)])).region

    def _rows_of(self, country_code: str) -> Any:
        return np.flatnonzero(np.array(self.atlas.towns.countries) == country_code)

    def _called(self, name: str) -> tuple[Place, ...]:
        return self.atlas.named(self.atlas.names.key(name)).places if name else ()


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
