"""The sites of all trials in columns: how far each trial is from a person, at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.matching.distances import EARTH_KM
from bot.matching.nearest import Located, SiteT, is_taking

_NO_COUNTRY = ""


@dataclass(frozen=True, eq=False)
class SiteColumns:
    """Every site of every trial, trial by trial: those of trial `t` are rows `starts[t]` to `starts[t + 1]`.

    Degrees, NaN where nobody knows where the site lies; `open`: the site takes people now; `countries`: rows of `country_codes`.
    """

    latitudes: NDArray[np.float32]
    longitudes: NDArray[np.float32]
    open: NDArray[np.bool_]
    countries: NDArray[np.int16]
    starts: NDArray[np.int64]
    country_codes: tuple[str, ...]

    @classmethod
    def of(
        cls, trials: Iterable[tuple[str | None, Sequence[SiteT]]], *, locate: Callable[[SiteT], Located], open_codes: Set[str]
    ) -> SiteColumns:
        """The columns of trials, each its status and its sites."""
        degrees: list[tuple[float, float]] = []
        taking: list[bool] = []
        countries: list[int] = []
        starts = [0]
        codes: dict[str, int] = {_NO_COUNTRY: 0}
        for status, sites in trials:
            for site in sites:
                place = locate(site)
                known = place.latitude is not None and place.longitude is not None
                degrees.append((place.latitude or 0.0, place.longitude or 0.0) if known else (np.nan, np.nan))
                taking.append(is_taking(site.status, status, open_codes) is True)
                countries.append(codes.setdefault(place.country_code or _NO_COUNTRY, len(codes)))
            starts.append(len(taking))
        columns = np.array(degrees, np.float32).reshape(-1, 2)
        return cls(
            columns[:, 0].copy(),
            columns[:, 1].copy(),
            np.array(taking, np.bool_),
            np.array(countries, np.int16),
            np.array(starts, np.int64),
            tuple(codes),
        )

    def __len__(self) -> int:
        """How many trials."""
        return len(self.starts) - 1

    def nearest_open_km(self, person: Located) -> NDArray[np.float32]:
        """For each trial, how far its nearest open site is: kilometres; infinite where it has none, or none that can be placed.

        From the middle of the area where the person named no town; ValueError where the person's place has no degrees.
        """
        if person.latitude is None or person.longitude is None:
            raise ValueError("A distance needs a place with degrees.")
        nearest: NDArray[np.float32] = np.full(len(self), np.inf, np.float32)
        points, trials, starts = self._open_points
        if len(trials):
            own = _points(np.array([person.latitude]), np.array([person.longitude]))
            # The straight line through the earth grows with the way around it, and costs a fifth of it to work out.
            squares = np.square(points[0] - own[0])
            squares += np.square(points[1] - own[1])
            squares += np.square(points[2] - own[2])
            straight = np.sqrt(np.minimum.reduceat(squares, starts))
            nearest[trials] = 2 * EARTH_KM * np.arcsin(np.minimum(straight / 2, 1))
        return nearest

    def open_in(self, country_code: str) -> NDArray[np.bool_]:
        """For each trial, whether a site in this country takes people now."""
        found: NDArray[np.bool_] = np.zeros(len(self), np.bool_)
        if country_code in self.country_codes:
            rows = np.flatnonzero(self.open & (self.countries == self.country_codes.index(country_code)))
            found[np.searchsorted(self.starts, rows, "right") - 1] = True
        return found

    @cached_property
    def _open_points(self) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]:
        """Open sites that can be placed, as points on a sphere of radius 1; the trials that have any; where those of each begin."""
        rows = np.flatnonzero(self.open & ~np.isnan(self.latitudes) & ~np.isnan(self.longitudes))
        of_trial = np.searchsorted(self.starts, rows, "right") - 1
        trials, starts = np.unique(of_trial, return_index=True)
        return _points(self.latitudes[rows], self.longitudes[rows]), trials, starts


def _points(latitudes: NDArray[np.floating[Any]], longitudes: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    """Three rows: the coordinates of points on a sphere of radius 1."""
    north, east = np.radians(latitudes.astype(np.float64)), np.radians(longitudes.astype(np.float64))
    return np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)]).astype(np.float32)
