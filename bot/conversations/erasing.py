"""Erasing a conversation everywhere: in the store at once, in the engine's files as soon as they let go of it.

The store's part is one transaction. The engine's files are not part of it: they may be busy, or a turn may be under way that
writes to them once more. So each erasure stays on a list, in the store, until nothing is left, and is not called complete before.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from bot.conversations.engine_records import NotForgottenError
from bot.deliveries.events import note_event
from bot.store import Erasure, Event, EventRecord, Store, StoreError, Unit
from bot.store.clock import Clock

_log = logging.getLogger(__name__)

PATIENT, RETENTION, SYSTEM = "patient", "retention", "system"
"""Who erases, beside `account:<id>`."""


def erase(unit: Unit, conversation_id: str, *, by: str, at: datetime) -> Erasure | None:
    """Erase a conversation from the store, and note in the audit that it was, without anything of it. None: there is none."""
    erasure = unit.erase_conversation(conversation_id, by=by, at=at)
    if erasure is not None:
        events = [_tell(unit, erasure, trial_id, at) for trial_id in _told(erasure)]
        entry = unit.audit(
            SYSTEM if by == RETENTION else by,
            "conversation_erased",
            "conversation",
            conversation_id,
            at=at,
            trial_id=erasure.trial_id,
            detail={"receipt": erasure.receipt} | ({"because": RETENTION} if by == RETENTION else {}),
        )
        for event in events:
            if event is not None:
                unit.prove_event(event.number, entry.number)
    return erasure


def _told(erasure: Erasure) -> list[str | None]:
    """The trials whose readers learn of it: the one it was about, and each of which something of the conversation was told."""
    trials = erasure.told if erasure.trial_id is None else erasure.told | {erasure.trial_id}
    return [*sorted(trials)] or [None]


def _tell(unit: Unit, erasure: Erasure, trial_id: str | None, at: datetime) -> EventRecord | None:
    return note_event(
        unit,
        Event.CONVERSATION_ERASED,
        thing=f"{erasure.receipt}:{trial_id}",
        conversation_id=None,
        trial_id=trial_id,
        at=at,
        receipt=erasure.receipt,
    )


class Erasures:
    """Brings erasures to their end. Safe to call from several threads and processes: forgetting twice is forgetting."""

    def __init__(self, store: Store, forget: Callable[[str], object], clock: Clock) -> None:
        """`forget` removes a conversation from the engine's files, or raises `NotForgottenError`."""
        self._store, self._forget, self._clock = store, forget, clock

    def erase(self, conversation_id: str, *, by: str) -> Erasure | None:
        """Erase a conversation everywhere; None where there is none. The erasure says whether that is complete."""
        with self._store.unit() as unit:
            erasure = erase(unit, conversation_id, by=by, at=self._clock())
        if erasure is None:
            return None
        self.complete(conversation_id)
        with self._store.reading() as unit:
            return unit.erasure(erasure.receipt)

    def complete(self, conversation_id: str, *, is_through: bool = False) -> bool:
        """Remove what the engine's files hold of an erased conversation; whether nothing is left, for good.

        `is_through`: the engine has answered the last turn, and so writes nothing more.
        """
        with self._store.reading() as unit:
            waiting = unit.erasures_to_complete(conversation_id)
        return not sum(not self._complete(erasure, is_through=is_through) for erasure in waiting)

    def complete_all(self) -> int:
        """Go through the list; how many are still on it afterwards."""
        with self._store.reading() as unit:
            waiting = unit.erasures_to_complete()
        return sum(not self._complete(erasure) for erasure in waiting)

    def _complete(self, erasure: Erasure, *, is_through: bool = False) -> bool:
        now = self._clock()
        try:
            self._forget(erasure.conversation_id or "")
        except NotForgottenError as problem:
            _log.warning("an erasure is not complete yet, and is tried again: %s", problem)
            return False
        if not (is_through or now >= erasure.settles_at):
            return False
        try:
            if not self._store.empty_journal():
                _log.warning("an erasure is not complete yet, and is tried again: the store's journal is in use")
                return False
            with self._store.unit() as unit:
                unit.complete_erasure(erasure.receipt, now)
        except StoreError as problem:
            _log.warning("an erasure is not complete yet, and is tried again: %s", problem)
            return False
        return True
