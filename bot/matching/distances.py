"""Distances on the earth, and how far is said of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

EARTH_KM = 6371.0088
"""The mean radius."""
_KM_A_MILE = 1.609344
_STEPS = ((10, 1), (100, 5), (1000, 10))
"""Below each number, what it is rounded to; from the last on, to hundreds."""
_FAR = 100


class Unit(StrEnum):
    KILOMETRES = "km"
    MILES = "mi"


@dataclass(frozen=True)
class Distance:
    """A distance as it is told: a whole number, never 0."""

    number: int
    unit: Unit


def distances_km(latitude: float, longitude: float, latitudes: ArrayLike, longitudes: ArrayLike) -> NDArray[np.float64]:
    """Great circles from one point to many, in kilometres, by the haversine formula. Degrees; NaN stays NaN."""
    north, norths = np.radians(latitude), np.radians(np.asarray(latitudes, np.float64))
    east = np.radians(np.asarray(longitudes, np.float64) - longitude)
    part = np.sin((norths - north) / 2) ** 2 + np.cos(north) * np.cos(norths) * np.sin(east / 2) ** 2
    # Rounding takes opposite points a little beyond 1.
    kilometres: NDArray[np.float64] = 2 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(part, 1)))
    return kilometres


def kindly(kilometres: float, unit: Unit = Unit.KILOMETRES) -> Distance:
    """A distance rounded as people tell it: 3, 40, 250, 1200. ValueError for what is no distance."""
    if not 0 <= kilometres < float("inf"):
        raise ValueError(f"{kilometres} is no distance in kilometres")
    number = kilometres / _KM_A_MILE if unit is Unit.MILES else kilometres
    step = next((step for below, step in _STEPS if number < below), _FAR)
    return Distance(max(1, step * round(number / step)), unit)
