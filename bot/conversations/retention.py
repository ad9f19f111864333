"""Retention: what has been kept long enough is erased, every day, as if somebody had asked for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.conversations.erasing import RETENTION, Erasures, erase
from bot.store import Conversation, Store
from bot.store.clock import Clock
from bot.store.retention import IN_WORK, NEVER


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


@dataclass(frozen=True, slots=True)
class Kept:
    """How long a conversation is kept: until a moment, or as long as what `because` names holds."""

    until: datetime | None = None
    because: Literal["", "for_ever", "in_work", "taken_over"] = ""


def how_long(conversation: Conversation, kept_for: Mapping[str, int], keep_days: int) -> Kept:
    """How long a conversation is kept, as it stands; `kept_for` has the days of the trials that set some."""
    days = keep_days if conversation.trial_id is None else kept_for.get(conversation.trial_id, keep_days)
    if days == NEVER:
        return Kept(because="for_ever")
    if conversation.status in IN_WORK:
        return Kept(because="in_work")
    if conversation.taken_over_by is not None and conversation.status != "closed":
        return Kept(because="taken_over")
    return Kept(until=conversation.last_at + timedelta(days=days))


def tidy_up(store: Store, clock: Clock) -> Mapping[str, int]:
    """Remove what only sessions of the console needed; how many rows of each kind."""
    with store.unit() as unit:
        return unit.tidy_up(clock())
