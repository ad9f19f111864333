"""Countries, regions and counties: their names, and where their people are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.places.names import Names
from bot.places.place import Kind, Place
from bot.places.towns import Towns, package_data

_OF_A_COUNTY = 5
"""How many times the people of the towns that stand for a county live in all of it, about."""
_US = "US"

Key = tuple[str, str]
"""A country's ISO code and GeoNames' code of a region in it."""


@dataclass(frozen=True)
class Areas:
    """Countries by ISO code, regions by country and code, and all of them by their names and by initials."""

    codes: Mapping[str, str]
    """ISO codes by the keys of countries' names, those without any town too."""
    countries: Mapping[str, Place]
    regions: Mapping[Key, Place]
    called: Mapping[str, tuple[Place, ...]]
    """By key; where several have one name, the one with most people first."""
    initials: Mapping[str, tuple[Place, ...]]
    """By key: "tx", "nsw"; of a country the ISO code."""
    country_names: Mapping[str, str]
    """The package's name of every country, by ISO code."""

    @classmethod
    def of(cls, towns: Towns, names: Names, data: Mapping[str, Any]) -> Areas:
        """Areas of `lexicon/places.yaml` and the package; their centres are those of their towns."""
        return _Making(towns, names, data).areas()


class _Making:
    def __init__(self, towns: Towns, names: Names, data: Mapping[str, Any]) -> None:
        self._towns, self._names, self._data = towns, names, data
        self._country_names = {code: str(country["name"]).strip() for code, country in package_data("countries.json").items()}
        self._called: dict[str, list[Place]] = {}
        self._initials: dict[str, list[Place]] = {}

    def areas(self) -> Areas:
        in_country: dict[str, list[int]] = {}
        in_region: dict[Key, list[int]] = {}
        for row, (country, region) in enumerate(zip(self._towns.countries, self._towns.regions, strict=True)):
            in_country.setdefault(country, []).append(row)
            in_region.setdefault((country, region), []).append(row)
        people = {code: int(country["population"]) for code, country in package_data("countries.json").items()}
        codes: dict[str, str] = {}
        of_country = {code: int(self._towns.populations[rows].sum()) for code, rows in in_country.items()}
        countries: dict[str, Place] = {}
        for code, name in self._country_names.items():
            known_as = (name, *map(str, self._data["registry"].get(code) or ()))
            codes.update(dict.fromkeys(map(self._names.key, known_as), code))
            if rows := in_country.get(code):
                countries[code] = self._place(Kind.COUNTRY, name, None, code, rows, people[code])
                self._add(countries[code], known_as, (code,))
        regions: dict[Key, Place] = {}
        for (country, code), written in self._regions():
            if rows := in_region.get((country, code)):
                name = str(written["name"])
                # Not all live in a town that is known: a region has the same share of its country's people as of those who do.
                share = int(self._towns.populations[rows].sum()) / max(1, of_country[country])
                regions[country, code] = self._place(Kind.REGION, name, None, country, rows, round(share * people[country]))
                self._add(regions[country, code], (name, *map(str, written.get("also") or ())), map(str, written.get("initials") or ()))
        for country, within in self._data["counties"].items():
            for code, counties in within.items():
                self._add_counties((country, code), regions[country, code].name, counties)
        return Areas(codes, countries, regions, _likeliest(self._called), _likeliest(self._initials), self._country_names)

    def _regions(self) -> Iterable[tuple[Key, Mapping[str, Any]]]:
        for code, state in package_data("us_states.json").items():
            yield (_US, code), {"name": state["name"], "initials": [code]}
        for country, regions in self._data["regions"].items():
            for code, region in regions.items():
                yield (country, str(code)), region

    def _add_counties(self, region: Key, region_name: str, counties: Mapping[str, Sequence[str]]) -> None:
        for name, towns in counties.items():
            rows = [row for town in towns for row in self._called_in(str(town), region)[:1]]
            people = _OF_A_COUNTY * int(self._towns.populations[rows].sum())
            self._add(self._place(Kind.REGION, name, region_name, region[0], rows, people), (name,), ())

    def _called_in(self, town: str, region: Key) -> list[int]:
        rows = [row for row, _ in self._towns.called(self._names.key(town))]
        return [row for row in rows if (self._towns.countries[row], self._towns.regions[row]) == region]

    def _add(self, area: Place, names: Iterable[str], initials: Iterable[str]) -> None:
        for key in dict.fromkeys(map(self._names.key, names)):
            self._called.setdefault(key, []).append(area)
        for key in map(self._names.key, initials):
            self._initials.setdefault(key, []).append(area)

    def _place(self, kind: Kind, name: str, region: str | None, code: str, rows: Sequence[int], people: int) -> Place:
        """An area in the middle of its people. Of a sphere, since some areas lie on both sides of the date line."""
        weights = np.maximum(self._towns.populations[rows], 1)
        north, east = np.radians(self._towns.latitudes[rows]), np.radians(self._towns.longitudes[rows])
        x, y, z = (float((weights * part).sum()) for part in (np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)))
        latitude, longitude = np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x))
        return Place(
            kind,
            name,
            region,
            self._country_names[code],
            code,
            round(float(latitude), 4),
            round(float(longitude), 4),
            people,
        )


def _likeliest(areas: Mapping[str, list[Place]]) -> dict[str, tuple[Place, ...]]:
    return {key: tuple(sorted(places, key=lambda place: -place.population)) for key, places in areas.items()}
