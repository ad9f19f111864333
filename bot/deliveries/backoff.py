"""When to try again."""

from __future__ import annotations

from datetime import timedelta

SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(hours=6)
MOST_TRIES = 12
"""Together some 20 hours: longer than a server is away for the night."""
_SPREAD = 0.25


def wait_after(tries: int, chance: float) -> timedelta | None:
    """How long to wait after so many tries that failed (from 1 on); None: no more of them.

    Twice as long each time, and up to a quarter longer by `chance` (from 0 to 1), so that what failed together does not come
    back together.
    """
    if tries >= MOST_TRIES:
        return None
    return doubled(tries, SHORTEST, LONGEST, chance)


def doubled(tries: int, shortest: timedelta, longest: timedelta, chance: float) -> timedelta:
    """The `shortest` after the first try that failed, and twice as long after each, but never longer than that; see `wait_after`."""
    return min(longest, shortest * (1 << min(tries - 1, 40)) * (1 + _SPREAD * chance))
