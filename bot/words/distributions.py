"""Distributions of numbers as data, and a few weighted values in their place."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import pairwise
from statistics import NormalDist
from typing import Any, TypeGuard

from bot.screening.attributes import Attribute

KINDS = ("normal", "lognormal", "quantiles")
_END = 0.0005
"""The weight of each end of what is plausible: what a distribution does not reach happens all the same."""

Quantile = Callable[[float], float]
"""The value below which a share of all lies."""


def weighted_values(data: Mapping[str, Any], attribute: Attribute, count: int, whole: bool) -> list[tuple[float, float]]:
    """Values with weights, at most `count`: the middles of equal parts, and both ends of what is plausible.

    `data` has one of `KINDS`; ValueError "field: what was expected" where it is not well formed.
    """
    given = [kind for kind in KINDS if kind in data]
    if len(given) != 1:
        raise ValueError(f"{' and '.join(given) or KINDS[0]}: expected exactly one of {', '.join(KINDS)}, found {len(given)}")
    at = _quantile(given[0], data[given[0]])
    low, high = attribute.plausible or attribute.possible or (at(_END), at(1 - _END))
    parts = count - 2
    weights = [(min(max(at((place + 0.5) / parts), low), high), (1 - 2 * _END) / parts) for place in range(parts)]
    made: dict[float, float] = {}
    for value, weight in (*weights, (low, _END), (high, _END)):
        # Nobody has more than four figures of a value in mind.
        rounded: float = round(value) if whole else float(f"{value:.4g}")
        made[rounded] = made.get(rounded, 0.0) + weight
    return sorted(made.items())


def _quantile(kind: str, data: Any) -> Quantile:
    if not isinstance(data, Mapping):
        raise ValueError(f"{kind}: expected a mapping of numbers, found {data!r}")
    if kind == "quantiles":
        return _between(data)
    middle, width = ("mean", "sd") if kind == "normal" else ("median", "spread")
    if set(data) != {middle, width} or not all(map(is_number, data.values())):
        raise ValueError(f"{kind}: expected {middle} and {width}, two numbers")
    if data[width] <= 0:
        raise ValueError(f"{kind}.{width}: expected a number above 0, found {data[width]}")
    if kind == "normal":
        return NormalDist(data[middle], data[width]).inv_cdf
    if data[middle] <= 0:
        raise ValueError(f"{kind}.{middle}: expected a number above 0, found {data[middle]}")
    logarithm = NormalDist(math.log(data[middle]), data[width])
    return lambda share: math.exp(logarithm.inv_cdf(share))


def _between(data: Mapping[Any, Any]) -> Quantile:
    if not all(is_number(number) for point in data.items() for number in point):
        raise ValueError("quantiles: expected numbers, such as {0: 18, 0.5: 50, 1: 90}")
    points = list(data.items())
    rising = all(before[0] < after[0] and before[1] <= after[1] for before, after in pairwise(points))
    if len(points) < 2 or points[0][0] != 0 or points[-1][0] != 1 or not rising:
        raise ValueError("quantiles: expected shares that rise from 0 to 1, with values that do not fall")

    def at(share: float) -> float:
        (below, low), (above, high) = next((one, other) for one, other in pairwise(points) if share <= other[0])
        return float(low + (high - low) * (share - below) / (above - below))

    return at


def is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
