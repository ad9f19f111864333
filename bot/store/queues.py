"""How much waits, and since when: for whoever watches the installation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from bot.store.channel_tables import ChannelFailureRow, ChannelMessageRow, ChannelReplyRow
from bot.store.console_tables import AccountRow, DeliveryRow, ErasureRow
from bot.store.part import Part


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in a queue: how many, and since when the oldest does; None where nothing waits."""

    number: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Queues:
    """All of it, as of one moment."""

    waiting: Mapping[str, Waiting]
    # Answers to channels that were given up, and that nobody has looked after yet.
    unsettled_failures: int
    # Accounts that take no proof for now, after too many wrong ones.
    locked_accounts: int


class QueueFigures(Part):
    """The queues' figures in a unit of work. Each is found by an index that holds what waits, or in a table that holds
    little else; the list of erasures is read through, which takes some 20 ms where there are 200,000."""

    def queues(self, now: datetime) -> Queues:
        """How much waits."""
        locked = select(func.count()).select_from(AccountRow).where(AccountRow.locked_until > now)
        failed = select(func.count()).select_from(ChannelFailureRow).where(ChannelFailureRow.settled.is_(False))
        return Queues(
            waiting={
                "outbox": self._waiting(DeliveryRow.created_at, DeliveryRow.done.is_(False)),
                "channel_messages": self._waiting(ChannelMessageRow.at, ChannelMessageRow.to_hear.is_(True)),
                "channel_answers": self._waiting(ChannelReplyRow.at),
                "erasures": self._waiting(ErasureRow.at, ErasureRow.conversation_id.is_not(None)),
            },
            unsettled_failures=self._session.scalar(failed) or 0,
            locked_accounts=self._session.scalar(locked) or 0,
        )

    def _waiting(self, since: InstrumentedAttribute[datetime], *where: ColumnElement[bool]) -> Waiting:
        number, oldest = self._session.execute(select(func.count(), func.min(since)).where(*where)).one()
        return Waiting(number, oldest)
