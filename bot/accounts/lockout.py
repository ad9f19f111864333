"""How long an account takes no proof after so many wrong ones in a row: a guesser is slowed down, a person hardly."""

from __future__ import annotations

from datetime import datetime, timedelta

FREE = 4
"""So many wrong ones cost nothing: slips of the finger, an older password."""
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=15)


def pause_after(failures: int) -> timedelta:
    """The pause after the last of so many failures in a row: none at first, then 30 s, doubling, at most a quarter of an hour."""
    if failures <= FREE:
        return timedelta(0)
    # Not computed further than it can matter: the number of failures has no bound.
    doublings = min(failures - FREE - 1, 10)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


def is_locked(locked_until: datetime | None, now: datetime) -> bool:
    """Whether a pause is under way."""
    return locked_until is not None and now < locked_until
