"""Retention: what has been kept long enough is erased, every day, as if somebody had asked for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from bot.conversations.erasing import RETENTION, Erasures, erase
from bot.store import Store
from bot.store.clock import Clock


def erase_what_is_due(store: Store, erasures: Erasures, clock: Clock, keep_days: int) -> Mapping[str | None, int]:
    """Erase every conversation that is due; how many were, of each trial (None: searches among all).

    Each is a transaction of its own, so that people who chat meanwhile do not wait. What the engine's files do not let go of now
    is removed later, like that of any erasure.
    """
    erased: Counter[str | None] = Counter()
    while True:
        with store.reading() as unit:
            batch = unit.conversations_due(clock(), keep_days)
        before = erased.total()
        for due in batch:
            with store.unit() as unit:
                # Somebody may have come back, or may have been called, since the list was made.
                is_due = unit.is_due(due.conversation_id, clock(), keep_days)
                done = erase(unit, due.conversation_id, by=RETENTION, at=clock()) if is_due else None
            if done is not None:
                erased[due.trial_id] += 1
                erasures.complete(due.conversation_id)
        if erased.total() == before:
            return erased


def tidy_up(store: Store, clock: Clock) -> Mapping[str, int]:
    """Remove what only sessions of the console needed; how many rows of each kind."""
    with store.unit() as unit:
        return unit.tidy_up(clock())
