"""What happened, in the order in which it did: written in the transaction of what it tells, read by programs that follow."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import delete, select, text

from bot.store.api_records import EventRecord
from bot.store.api_tables import EventRow
from bot.store.console_tables import AuditRow
from bot.store.event_names import Event
from bot.store.part import Part

# Any number will do, as long as nobody else on that PostgreSQL server uses it to lock something.
_EVENTS_LOCK = 6_141_073


class Events(Part):
    """The events of a unit of work."""

    def add_event(
        self, event: Event, thing: str, *, conversation_id: str | None, trial_id: str | None, at: datetime, receipt: str | None = None
    ) -> EventRecord | None:
        """Note that something happened; None where it was noted before. `thing` names what it happened to.

        Numbers are given in the order in which transactions are kept: on PostgreSQL those that note something take turns, or a
        reader who has seen 8 would never learn of a 7 that is committed afterwards. On SQLite a writing unit is alone anyway.
        """
        if self._session.get_bind().dialect.name == "postgresql":
            self._session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _EVENTS_LOCK})
        key = hashlib.sha256(f"{event.value}:{thing}".encode()).hexdigest()
        if self._session.scalar(select(EventRow.number).where(EventRow.key == key)) is not None:
            return None
        row = EventRow(event=event.value, key=key, conversation_id=conversation_id, trial_id=trial_id, receipt=receipt, at=at)
        self._session.add(row)
        self._session.flush()
        return _event(row)

    def events_after(self, number: int, trials: frozenset[str] | None, *, limit: int, event: Event | None = None) -> list[EventRecord]:
        """Those with higher numbers, in their order: of these trials (None: of all), of one kind where one is named."""
        rows = select(EventRow).where(EventRow.number > number).order_by(EventRow.number).limit(limit)
        if trials is not None:
            rows = rows.where(EventRow.trial_id.in_(sorted(trials)))
        if event is not None:
            rows = rows.where(EventRow.event == event.value)
        found = self._session.scalars(rows).all()
        proofs = {row.audit_number for row in found if row.audit_number is not None}
        erased = dict(iter(self._session.execute(select(AuditRow.number, AuditRow.object_id).where(AuditRow.number.in_(sorted(proofs))))))
        return [_event(row, None if row.audit_number is None else erased.get(row.audit_number)) for row in found]

    def prove_event(self, number: int, audit_number: int) -> None:
        """Say which entry of the audit an event is the same as: there stands which conversation was erased, and nowhere else."""
        self._session.get_one(EventRow, number).audit_number = audit_number
        self._session.flush()

    def trials_told(self, conversation_id: str) -> frozenset[str]:
        """The trials whose readers were told something of a conversation."""
        rows = select(EventRow.trial_id).where(EventRow.conversation_id == conversation_id, EventRow.trial_id.is_not(None)).distinct()
        return frozenset(trial for trial in self._session.scalars(rows) if trial is not None)

    def forget_events(self, conversation_id: str) -> None:
        """Nothing of a conversation is told any longer."""
        gone = delete(EventRow).where(EventRow.conversation_id == conversation_id)
        self._session.execute(gone.execution_options(synchronize_session=False))


def _event(row: EventRow, erased: str | None = None) -> EventRecord:
    return EventRecord(
        number=row.number,
        event=Event(row.event),
        conversation_id=erased or row.conversation_id,
        trial_id=row.trial_id,
        receipt=row.receipt,
        at=row.at,
    )
