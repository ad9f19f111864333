"""How long something took: the median and the quartiles of times that come counted in steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil

from bot.figures.counting import TICK, Decided


@dataclass(frozen=True, slots=True)
class Quartiles:
    """Seconds: a quarter took no longer than `lower`, half no longer than `median`, three quarters no longer than `upper`.

    Each is a time that somebody took (the nearest rank), rounded down to a step of `TICK` seconds.
    """

    count: int
    lower: int
    median: int
    upper: int


def quartiles(counted: Iterable[Decided]) -> Quartiles | None:
    """Of all these together; None where there are none."""
    ticks: Counter[int] = Counter()
    for one in counted:
        ticks[one.ticks] += one.count
    total = ticks.total()
    if not total:
        return None
    ranks = [ceil(total * quarter / 4) for quarter in (1, 2, 3)]
    found: list[int] = []
    below = 0
    for tick, count in sorted(ticks.items()):
        below += count
        while len(found) < len(ranks) and below >= ranks[len(found)]:
            found.append(tick * TICK)
    return Quartiles(total, *found)


def quartiles_by_week(counted: Iterable[Decided]) -> Mapping[int, Quartiles]:
    """The same, week by week; weeks without any are not there."""
    apart: dict[int, list[Decided]] = {}
    for one in counted:
        apart.setdefault(one.week, []).append(one)
    return {week: made for week, some in apart.items() if (made := quartiles(some)) is not None}
