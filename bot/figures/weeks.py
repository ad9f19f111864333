"""Weeks as the calendar of ISO 8601 counts them: Monday to Sunday, the first with the year's first Thursday.

A week is a number where it is stored and compared (202648), and a text where people read and write it (2026-W48, as a browser's
field for weeks has it).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

_WRITTEN = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)


def week_of(at: datetime | date) -> int:
    """The week of a moment, in UTC, or of a day."""
    day = at.astimezone(UTC) if isinstance(at, datetime) else at
    year, week, _ = day.isocalendar()
    return year * 100 + week


def monday_of(week: int) -> date:
    """The first day of a week; `ValueError` where that year has no such week."""
    return date.fromisocalendar(week // 100, week % 100, 1)


def later(week: int, by: int) -> int:
    """The week so many weeks later."""
    return week_of(monday_of(week) + timedelta(weeks=by))


def weeks_between(first: int, last: int) -> Iterator[int]:
    """Every week from the first to the last."""
    while first <= last:
        yield first
        first = later(first, 1)


def written(week: int) -> str:
    """As people write it: 2026-W48."""
    return f"{week // 100:04}-W{week % 100:02}"


def read_week(text: str) -> int | None:
    """The week that is written so; None for anything else, for a week that its year has not, and for another millennium."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        return None
    if not 2000 <= int(found[1]) < 3000:
        return None
    week = int(found[1]) * 100 + int(found[2])
    try:
        monday_of(week)
    except ValueError:
        return None
    return week
