"""The audit's entries: written one after another, never changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select, text

from bot.audit.actions import Action, ObjectKind
from bot.audit.chain import START, Entry, Head, Unreadable, digest_of, seal_of
from bot.store.console_tables import AuditHeadRow, AuditRow
from bot.store.part import Part
from bot.store.records import Json

_HEAD = 1
# Any number will do, as long as nobody else on that PostgreSQL server uses it to lock something.
_CHAIN_LOCK = 6_141_071
_AT_ONCE = 1_000


class Audit(Part):
    """The audit of a unit of work."""

    def audit(
        self,
        actor: str,
        action: Action,
        object_kind: ObjectKind,
        object_id: str,
        *,
        at: datetime,
        trial_id: str | None = None,
        detail: Json = None,
    ) -> Entry:
        """Note what was done, in the transaction in which it is done: neither is kept without the other.

        `detail` holds names of what changed, never messages, health answers or contact data.
        """
        self._take_turns()
        head = self._session.get(AuditHeadRow, _HEAD)
        if head is None:
            head = AuditHeadRow(id=_HEAD, number=0, digest=START, seal="")
            self._session.add(head)
        number, previous = head.number + 1, head.digest
        digest = digest_of(
            number=number,
            at=at,
            actor=actor,
            action=action,
            object_kind=object_kind,
            object_id=object_id,
            trial_id=trial_id,
            detail=detail,
            previous=previous,
        )
        row = AuditRow(
            number=number,
            at=at,
            actor=actor,
            action=action,
            object_kind=object_kind,
            object_id=object_id,
            trial_id=trial_id,
            detail=detail,
            previous=previous,
            digest=digest,
        )
        self._session.add(row)
        head.number, head.digest, head.seal = number, digest, seal_of(number, digest, self._audit_key)
        self._session.flush()
        return _entry(row)

    def audit_entries(
        self,
        *,
        before: int | None = None,
        limit: int | None = None,
        object_kind: str = "",
        object_id: str = "",
        actor: str = "",
        action: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        trials: frozenset[str] | None = None,
    ) -> list[Entry]:
        """Entries, latest first: those before a number; of one object, actor, action, where one is named; from a moment on, and before one.

        `trials`: only what concerns one of these; None: everything.
        """
        wanted = [
            row == value
            for row, value in (
                (AuditRow.object_kind, object_kind),
                (AuditRow.object_id, object_id),
                (AuditRow.actor, actor),
                (AuditRow.action, action),
            )
            if value
        ]
        if before is not None:
            wanted.append(AuditRow.number < before)
        if since is not None:
            wanted.append(AuditRow.at >= since)
        if until is not None:
            wanted.append(AuditRow.at < until)
        if trials is not None:
            wanted.append(AuditRow.trial_id.in_(trials))
        rows = select(AuditRow).where(*wanted).order_by(AuditRow.number.desc())
        return [_entry(row) for row in self._session.scalars(rows if limit is None else rows.limit(limit))]

    def audit_chain(self) -> Iterator[Entry | Unreadable]:
        """All entries, first to last; where one cannot be read any more, its number."""
        last: int | None = None
        while True:
            numbers = select(AuditRow.number).order_by(AuditRow.number).limit(_AT_ONCE)
            batch = list(self._session.scalars(numbers if last is None else numbers.where(AuditRow.number > last)))
            if not batch:
                return
            last = batch[-1]
            try:
                yield from self._entries_between(batch[0], last)
            except (ValueError, TypeError):
                # Somebody put into SQLite what is no moment, or no JSON.
                for number in batch:
                    try:
                        found = self._entries_between(number, number)
                    except (ValueError, TypeError):
                        found = [Unreadable(number)]
                    yield from found

    def _entries_between(self, first: int, last: int) -> list[Entry | Unreadable]:
        rows = select(AuditRow).where(AuditRow.number.between(first, last)).order_by(AuditRow.number)
        found: list[Entry | Unreadable] = [_entry(row) for row in self._session.scalars(rows)]
        self._session.expunge_all()
        return found

    def audit_head(self) -> Head | None:
        """The end of the chain, as it was sealed."""
        row = self._session.get(AuditHeadRow, _HEAD)
        return None if row is None else Head(row.number, row.digest, row.seal)

    def _take_turns(self) -> None:
        """On PostgreSQL two writers would read the same head; on SQLite a writing unit is alone anyway."""
        if self._session.get_bind().dialect.name == "postgresql":
            self._session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK})


def _entry(row: AuditRow) -> Entry:
    return Entry(
        number=row.number,
        at=row.at,
        actor=row.actor,
        action=row.action,
        object_kind=row.object_kind,
        object_id=row.object_id,
        trial_id=row.trial_id,
        detail=row.detail,
        previous=row.previous,
        digest=row.digest,
    )
