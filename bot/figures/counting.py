"""What is counted, of which conversations: what a store is asked for, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

STOPPED_AFTER = timedelta(hours=24)
"""Without a message for that long, somebody who was still being asked has stopped."""
TICK = 30
"""Seconds: times to a result are counted in steps of so many."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which conversations are counted: those that began in the weeks `first` to `last`, and are about one of `trials` (None: about any,
    and searches). None in another field: whatever it is there."""

    trials: frozenset[str] | None
    first: int
    last: int
    trial_id: str | None = None
    channel: str | None = None
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How many conversations of one kind came so far. What it was not counted by is None or empty; `trial_id` is None for searches, too.

    `consented` is None where the question for consent was never put.
    """

    week: int
    trial_id: str | None
    channel: str
    locale: str
    consented: bool | None
    stage: str
    verdict: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Decided:
    """How many conversations of a week came to their first result within `ticks` times `TICK` seconds, rounded down."""

    week: int
    ticks: int
    count: int
