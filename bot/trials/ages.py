"""Ages as people say them."""

from __future__ import annotations

from typing import Literal

_MONTHS, _DAYS = 12, 365.25
_CLOSE = 0.01


def age_parts(years: float) -> tuple[int, Literal["years", "months", "days"]]:
    """An age in the largest unit in which it is a whole number: 18 years, 6 months, 28 days."""
    if abs(years - round(years)) < _CLOSE / _MONTHS:
        return round(years), "years"
    months = years * _MONTHS
    if abs(months - round(months)) < _CLOSE:
        return round(months), "months"
    return round(years * _DAYS), "days"
