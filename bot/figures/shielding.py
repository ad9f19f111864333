"""Small counts kept back: few people of one language, at one question, in one week may be told apart by who knows them.

Whoever reads the conversations anyway learns nothing from a small count. Others, and files, which travel, get "<5". That keeps a
glance from telling; it is no proof against somebody who takes tables away from each other.
"""

from __future__ import annotations

SMALL = 5


def shielded(count: int, keep_back: bool) -> str:
    """A count as it is shown; nobody is nobody, and told."""
    return f"<{SMALL}" if keep_back and 0 < count < SMALL else str(count)
