"""The outbox: what is to be sent to whom, written down in the transaction of what it tells, and what became of it."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, Select, false, or_, select, update

from bot.store.console_tables import DeliveryRow, DeliveryTargetRow
from bot.store.part import Part
from bot.store.records import Delivery, DeliveryTarget, JsonObject, TargetKind


class Deliveries(Part):
    """The outbox of a unit of work.

    Where `trials` is asked for it is the trials that somebody sees, None for all. What is told of all trials is for those who see all.
    """

    # -- whom to tell

    def add_delivery_target(
        self, *, trial_id: str | None, kind: TargetKind, address: str, secret: str | None, at: datetime
    ) -> DeliveryTarget:
        """Add somebody to tell. `secret` is sealed."""
        row = DeliveryTargetRow(trial_id=trial_id, kind=kind, address=address, secret=secret, active=True, created_at=at)
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

    def targets_to_tell(self, trial_id: str) -> list[DeliveryTarget]:
        """Who is told of what happens with a trial."""
        rows = self._session.scalars(
            select(DeliveryTargetRow)
            .where(
                DeliveryTargetRow.active.is_(True),
                or_(DeliveryTargetRow.trial_id == trial_id, DeliveryTargetRow.trial_id.is_(None)),
            )
            .order_by(DeliveryTargetRow.id)
        )
        return [_target(row) for row in rows]

    def set_target_active(self, target_id: int, active: bool) -> None:
        """Switch a target on or off. What waits for one that is off is given up when its turn comes."""
        self._session.execute(update(DeliveryTargetRow).where(DeliveryTargetRow.id == target_id).values(active=active))
        self._session.expire_all()

    # -- what is to be sent

    def enqueue(self, event: str, target_id: int, body: JsonObject, *, at: datetime, conversation_id: str | None = None) -> Delivery:
        """Note something to be sent, as soon as this transaction is kept, under a new random key."""
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
        return [(_delivery(row), by_id[row.target_id]) for row in rows]

    def end_delivery(
        self, delivery: Delivery, outcome: Literal["delivered", "given_up"], *, at: datetime, problem: str | None = None
    ) -> bool:
        """It arrived, or never will. False where it is gone or ended before; or is given up by one while another tries it."""
        row = self._open_row(delivery.id)
        if row is None or (outcome == "given_up" and row.attempts != delivery.attempts):
            return False
        row.outcome, row.done, row.done_at, row.problem = outcome, True, at, problem
        self._session.flush()
        return True

    def delay_delivery(self, delivery: Delivery, *, next_at: datetime, problem: str) -> bool:
        """It did not arrive, and is tried again. False where another has taken it meanwhile: then theirs counts."""
        row = self._open_row(delivery.id)
        if row is None or row.attempts != delivery.attempts:
            return False
        row.next_at, row.problem = next_at, problem
        self._session.flush()
        return True

    def redeliver(self, delivery_id: int, *, at: datetime) -> None:
        """Send it once more, now, under the same key, with all its tries before it."""
        row = self._session.scalars(select(DeliveryRow).where(DeliveryRow.id == delivery_id).with_for_update()).one()
        row.outcome, row.done, row.done_at, row.problem = "waiting", False, None, None
        row.attempts, row.next_at = 0, at
        self._session.flush()

    def next_delivery_at(self) -> datetime | None:
        """When the next one is due."""
        return self._session.scalar(select(DeliveryRow.next_at).where(DeliveryRow.done.is_(False)).order_by(DeliveryRow.next_at).limit(1))

    # -- what became of it

    def deliveries(
        self, trials: Collection[str] | None = None, *, before: int | None = None, limit: int = 50
    ) -> list[tuple[Delivery, DeliveryTarget]]:
        """The log, latest first: those before an id."""
        found = _with_target(trials)
        if before is not None:
            found = found.where(DeliveryRow.id < before)
        rows = self._session.execute(found.order_by(DeliveryRow.id.desc()).limit(limit))
        return [(_delivery(delivery), _target(target)) for delivery, target in rows]

    def delivery(self, delivery_id: int, trials: Collection[str] | None = None) -> tuple[Delivery, DeliveryTarget] | None:
        """One entry of the log, where its target is of one of these trials."""
        row = self._session.execute(_with_target(trials).where(DeliveryRow.id == delivery_id)).one_or_none()
        return None if row is None else (_delivery(row[0]), _target(row[1]))

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


def _target(row: DeliveryTargetRow) -> DeliveryTarget:
    return DeliveryTarget(
        id=row.id,
        trial_id=row.trial_id,
        kind="webhook" if row.kind == "webhook" else "mail",
        address=row.address,
        secret=row.secret,
        active=row.active,
        created_at=row.created_at,
    )


def _delivery(row: DeliveryRow) -> Delivery:
    return Delivery(
        id=row.id,
        key=row.key,
        event=row.event,
        target_id=row.target_id,
        conversation_id=row.conversation_id,
        body=row.body,
        created_at=row.created_at,
        next_at=row.next_at,
        attempts=row.attempts,
        outcome=row.outcome,  # type: ignore[arg-type]  # a check constraint keeps it to these
        done_at=row.done_at,
        problem=row.problem,
    )
