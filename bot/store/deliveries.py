"""The outbox: what is to be sent to whom, written down in the transaction of what it tells, and what became of it."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, Select, delete, false, or_, select, update
from sqlalchemy.engine import CursorResult

from bot.store.api_tables import EventRow
from bot.store.console_tables import AuditRow, DeliveryRow, DeliveryTargetRow
from bot.store.event_names import FOR_PEOPLE, Event
from bot.store.part import Part
from bot.store.records import Delivery, DeliveryOutcome, DeliveryTarget, JsonObject, TargetKind


class Deliveries(Part):
    """The outbox of a unit of work.

    Where `trials` is asked for it is the trials that somebody sees, None for all. What is told of all trials is for those who see all.
    """

    # -- whom to tell

    def add_delivery_target(
        self,
        *,
        trial_id: str | None,
        kind: TargetKind,
        address: str,
        secret: str | None,
        at: datetime,
        events: Collection[Event] = FOR_PEOPLE,
    ) -> DeliveryTarget:
        """Add somebody to tell of these events. `secret` is sealed."""
        named = _named(events)
        row = DeliveryTargetRow(trial_id=trial_id, kind=kind, address=address, secret=secret, active=True, events=named, created_at=at)
        self._session.add(row)
        self._session.flush()
        return _target(row)

    def delivery_targets(self, trials: Collection[str] | None = None) -> list[DeliveryTarget]:
        """The targets of trials, those in use first."""
        found = select(DeliveryTargetRow).where(_of_trials(trials))
        return [_target(row) for row in self._session.scalars(found.order_by(DeliveryTargetRow.active.desc(), DeliveryTargetRow.id))]

    def delivery_target(self, target_id: int, trials: Collection[str] | None = None) -> DeliveryTarget | None:
        """One target, where it is of one of these trials."""
        row = self._session.scalars(select(DeliveryTargetRow).where(DeliveryTargetRow.id == target_id, _of_trials(trials))).one_or_none()
        return None if row is None else _target(row)

    def targets_to_tell(self, trial_id: str | None, event: Event) -> list[DeliveryTarget]:
        """Who is told when this happens with a trial; None: in a search among all, of which those hear who are told of every trial."""
        rows = self._session.scalars(
            select(DeliveryTargetRow)
            .where(
                DeliveryTargetRow.active.is_(True),
                or_(DeliveryTargetRow.trial_id == trial_id, DeliveryTargetRow.trial_id.is_(None)),
            )
            .order_by(DeliveryTargetRow.id)
        )
        return [_target(row) for row in rows if event.value in row.events]

    def set_target_events(self, target_id: int, events: Collection[Event]) -> None:
        """What a target is told from now on. What waits for it already is sent."""
        self._session.execute(update(DeliveryTargetRow).where(DeliveryTargetRow.id == target_id).values(events=_named(events)))
        self._session.expire_all()

    def set_target_active(self, target_id: int, active: bool) -> None:
        """Switch a target on or off. What waits for one that is off is given up when its turn comes."""
        self._session.execute(update(DeliveryTargetRow).where(DeliveryTargetRow.id == target_id).values(active=active))
        self._session.expire_all()

    # -- what is to be sent

    def enqueue(
        self,
        event: str,
        target_id: int,
        body: JsonObject,
        *,
        at: datetime,
        conversation_id: str | None = None,
        event_number: int | None = None,
    ) -> Delivery:
        """Note something to be sent, as soon as this transaction is kept, under a new random key. `event_number`: that of the feed."""
        row = DeliveryRow(
            key=secrets.token_hex(16),
            event=event,
            target_id=target_id,
            conversation_id=conversation_id,
            body=body,
            created_at=at,
            next_at=at,
            attempts=0,
            outcome="waiting",
            done=False,
            event_number=event_number,
        )
        self._session.add(row)
        self._session.flush()
        return _delivery(row)

    def claim_deliveries(self, now: datetime, until: datetime, limit: int) -> list[tuple[Delivery, DeliveryTarget]]:
        """Take what is due, and count the attempt. Nobody else takes it before `until`; whoever dies over it only delays it.

        On PostgreSQL rows that another takes at this moment are passed over; on SQLite a writing unit is alone.
        """
        rows = self._session.scalars(
            select(DeliveryRow)
            .where(DeliveryRow.done.is_(False), DeliveryRow.next_at <= now)
            .order_by(DeliveryRow.next_at, DeliveryRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            row.next_at = until
            row.attempts += 1
        self._session.flush()
        targets = self._session.scalars(select(DeliveryTargetRow).where(DeliveryTargetRow.id.in_({row.target_id for row in rows})))
        by_id = {target.id: _target(target) for target in targets}
        erased = self._erased({row.event_number for row in rows if row.event == Event.CONVERSATION_ERASED})
        return [(_delivery(row, erased.get(row.event_number)), by_id[row.target_id]) for row in rows]

    def end_delivery(
        self,
        delivery: Delivery,
        outcome: Literal["delivered", "given_up"],
        *,
        at: datetime,
        problem: str | None = None,
        status: int | None = None,
    ) -> bool:
        """It arrived, or never will. False where it is gone or ended before; or is given up by one while another tries it."""
        row = self._open_row(delivery.id)
        if row is None or (outcome == "given_up" and row.attempts != delivery.attempts):
            return False
        row.outcome, row.done, row.done_at, row.problem, row.status = outcome, True, at, problem, status
        self._session.flush()
        return True

    def delay_delivery(self, delivery: Delivery, *, next_at: datetime, problem: str, status: int | None = None) -> bool:
        """It did not arrive, and is tried again. False where another has taken it meanwhile: then theirs counts."""
        row = self._open_row(delivery.id)
        if row is None or row.attempts != delivery.attempts:
            return False
        row.next_at, row.problem, row.status = next_at, problem, status
        self._session.flush()
        return True

    def redeliver(self, delivery_id: int, *, at: datetime) -> bool:
        """Send it once more, now, under the same key, with all its tries before it; False where what it told of was erased."""
        held = select(DeliveryRow).where(DeliveryRow.id == delivery_id).with_for_update()
        # As it is now that it is held: an erasure may have come after it was read.
        row = self._session.scalars(held.execution_options(populate_existing=True)).one_or_none()
        if row is None or not row.body:
            return False
        row.outcome, row.done, row.done_at, row.problem, row.status = "waiting", False, None, None, None
        row.attempts, row.next_at = 0, at
        self._session.flush()
        return True

    def next_delivery_at(self) -> datetime | None:
        """When the next one is due."""
        return self._session.scalar(select(DeliveryRow.next_at).where(DeliveryRow.done.is_(False)).order_by(DeliveryRow.next_at).limit(1))

    # -- what became of it

    def deliveries(
        self,
        trials: Collection[str] | None = None,
        *,
        before: int | None = None,
        limit: int = 50,
        target: int | None = None,
        event: Event | None = None,
        outcome: DeliveryOutcome | None = None,
    ) -> list[tuple[Delivery, DeliveryTarget]]:
        """The log, latest first: those before an id; to one target, of one event, with one outcome."""
        targets = {one.id: one for one in self.delivery_targets(trials)}
        wanted = set(targets) if target is None else {target} & set(targets)
        if not wanted:
            return []
        # Only what the log's index has is asked for here.
        ids = select(DeliveryRow.id).order_by(DeliveryRow.id.desc()).limit(limit)
        if target is not None or trials is not None:
            ids = ids.where(DeliveryRow.target_id.in_(sorted(wanted)))
        if before is not None:
            ids = ids.where(DeliveryRow.id < before)
        if event is not None:
            ids = ids.where(DeliveryRow.event == event.value)
        if outcome is not None:
            ids = ids.where(DeliveryRow.outcome == outcome)
        found = self._session.scalars(ids).all()
        rows = self._session.scalars(select(DeliveryRow).where(DeliveryRow.id.in_(found)).order_by(DeliveryRow.id.desc()))
        return [(_delivery(row), targets[row.target_id]) for row in rows]

    def delivery(self, delivery_id: int, trials: Collection[str] | None = None) -> tuple[Delivery, DeliveryTarget] | None:
        """One entry of the log, where its target is of one of these trials."""
        row = self._session.execute(_with_target(trials).where(DeliveryRow.id == delivery_id)).one_or_none()
        return None if row is None else (_delivery(row[0]), _target(row[1]))

    def forget_deliveries(self, before: datetime) -> int:
        """What ended before that is in the log no longer; how many that were."""
        # By when they were taken last, which an index has, and which is before they ended but for the minutes of a claim.
        over = (DeliveryRow.done.is_(True), DeliveryRow.next_at < before, DeliveryRow.done_at < before)
        result = self._session.execute(delete(DeliveryRow).where(*over).execution_options(synchronize_session=False))
        return result.rowcount if isinstance(result, CursorResult) else 0

    def _erased(self, numbers: Collection[int | None]) -> dict[int | None, str]:
        """Which conversations were erased, by the numbers of these events: the audit knows, and no other table."""
        if not numbers:
            return {}
        proofs = select(EventRow.number, AuditRow.object_id).join(AuditRow, AuditRow.number == EventRow.audit_number)
        found = self._session.execute(proofs.where(EventRow.number.in_([number for number in numbers if number is not None])))
        return {number: conversation_id for number, conversation_id in found}  # noqa: C416 - rows, which `dict` takes for mappings

    def _open_row(self, delivery_id: int) -> DeliveryRow | None:
        return self._session.scalars(
            select(DeliveryRow).where(DeliveryRow.id == delivery_id, DeliveryRow.done.is_(False)).with_for_update()
        ).one_or_none()


def _of_trials(trials: Collection[str] | None) -> ColumnElement[bool]:
    if trials is None:
        return DeliveryTargetRow.id.is_not(None)
    return DeliveryTargetRow.trial_id.in_(sorted(trials)) if trials else false()


def _with_target(trials: Collection[str] | None) -> Select[DeliveryRow, DeliveryTargetRow]:
    joined = select(DeliveryRow, DeliveryTargetRow).join(DeliveryTargetRow, DeliveryTargetRow.id == DeliveryRow.target_id)
    return joined.where(_of_trials(trials))


def _named(events: Collection[Event]) -> list[str]:
    return [event.value for event in Event if event in events]


def _target(row: DeliveryTargetRow) -> DeliveryTarget:
    return DeliveryTarget(
        id=row.id,
        trial_id=row.trial_id,
        kind="webhook" if row.kind == "webhook" else "mail",
        address=row.address,
        secret=row.secret,
        active=row.active,
        events=frozenset(row.events),
        created_at=row.created_at,
    )


def _delivery(row: DeliveryRow, erased: str | None = None) -> Delivery:
    return Delivery(
        id=row.id,
        key=row.key,
        event=row.event,
        target_id=row.target_id,
        conversation_id=row.conversation_id,
        body=row.body if erased is None else {**row.body, "conversation_id": erased},
        created_at=row.created_at,
        next_at=row.next_at,
        attempts=row.attempts,
        outcome=row.outcome,  # type: ignore[arg-type]  # a check constraint keeps it to these
        done_at=row.done_at,
        problem=row.problem,
        status=row.status,
    )
