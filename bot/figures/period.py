"""Which weeks are looked at, as an address names them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.figures.weeks import later, monday_of, read_week, week_of

USUAL = 12
"""Weeks that are shown where none are named, this one included."""
MOST = 160
"""Weeks at once: three years."""


@dataclass(frozen=True, slots=True)
class Period:
    """The weeks `first` to `last`. `fault` is why they are not those that were asked for: a key of the page's texts."""

    first: int
    last: int
    fault: str | None = None


def period_of(first: str, last: str, now: datetime) -> Period:
    """The weeks that two texts name; an empty one is the usual. Where they cannot be used, the usual ones, with the fault."""
    this = week_of(now)
    usual_end = (read_week(last) or this) if last else this
    usual = Period(later(usual_end, 1 - USUAL), usual_end)
    begins, ends = (read_week(first) if first else usual.first), (read_week(last) if last else this)
    if begins is None or ends is None:
        return Period(usual.first, usual.last, "no_week")
    if begins > ends:
        return Period(usual.first, usual.last, "wrong_order")
    if (monday_of(ends) - monday_of(begins)).days >= 7 * MOST:
        return Period(later(ends, 1 - MOST), ends, "too_long")
    return Period(begins, ends)
