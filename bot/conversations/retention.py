"""Retention: what has been kept long enough is erased, every day, as if somebody had asked for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.conversations.erasing import RETENTION, Erasures, erase
from bot.store import Conversation, Store
from bot.store.clock import Clock
from bot.store.retention import IN_WORK, NEVER

LOG_KEPT = timedelta(days=30)
"""How long the console shows what became of a notification, from when it arrived or was given up."""
_DELIVERED_AGAIN = timedelta(days=7)
"""How long a provider may deliver a message once more: far longer than any of them tries."""


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


def how_long(conversation: Conversation, asked: Collection[str], kept_for: Mapping[str, int], keep_days: int) -> Kept:
    """How long a conversation is kept, as it stands: as long as its trial says, and each whose study team is `asked` for contact.

    `kept_for` has the days of the trials that set some.
    """
    trials = {*asked, *(() if conversation.trial_id is None else (conversation.trial_id,))}
    days = {kept_for.get(trial, keep_days) for trial in trials} or {keep_days}
    if NEVER in days:
        return Kept(because="for_ever")
    if conversation.status in IN_WORK:
        return Kept(because="in_work")
    if conversation.taken_over_by is not None and conversation.status != "closed":
        return Kept(because="taken_over")
    return Kept(until=conversation.last_at + timedelta(days=max(days)))


def tidy_up(store: Store, clock: Clock) -> Mapping[str, int]:
    """Remove what only sessions of the console needed, numbers of channels' messages, and what was sent a month ago.

    How many rows of the first, of each kind.
    """
    now = clock()
    with store.unit() as unit:
        unit.forget_message_numbers(now - _DELIVERED_AGAIN)
        unit.forget_deliveries(now - LOG_KEPT)
        return unit.tidy_up(now)
