"""Conversations that a person has taken over, and the lines that reach the patient without being asked for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, update

from bot.store.part import Part
from bot.store.records import Message
from bot.store.tables import ConversationRow, MessageRow
from bot.store.transcripts import message_of


class TakeOvers(Part):
    """Who has taken a conversation over, who waits, and what is still to be delivered."""

    def take_over(self, conversation_id: str, account_id: int, *, shown_as: str | None, at: datetime) -> None:
        """Note who has it from now on, and what the patient knows them by."""
        row = self._locked(conversation_id)
        row.taken_over_by, row.taken_over_at, row.taken_over_as = account_id, at, shown_as
        self._note_change(row, at)
        self._session.flush()

    def hand_back(self, conversation_id: str, at: datetime) -> None:
        """Nobody has it any more, and nobody waits for a person."""
        row = self._locked(conversation_id)
        row.taken_over_by = row.taken_over_at = row.taken_over_as = row.waiting_since = None
        self._note_change(row, at)
        self._session.flush()

    def holder(self, conversation_id: str) -> int | None:
        """The account that has it; the answer stays true until the transaction ends."""
        row: ConversationRow = self._locked(conversation_id)
        return row.taken_over_by

    def note_waiting(self, conversation_id: str, at: datetime) -> bool:
        """The patient waits for a person's answer, since now unless they waited already, which gives False."""
        row = self._locked(conversation_id)
        begins = row.waiting_since is None
        row.waiting_since = row.waiting_since or at
        self._note_change(row, at)
        self._session.flush()
        return begins

    def note_answered(self, conversation_id: str, at: datetime) -> None:
        """A person has answered."""
        row = self._locked(conversation_id)
        row.waiting_since = None
        self._note_change(row, at)
        self._session.flush()

    # -- lines that nobody asked for

    def unasked_lines(self, conversation_id: str, after: int = -1) -> list[Message]:
        """Those at later positions than `after`, first to last, whether or not they were delivered before."""
        rows = select(MessageRow).where(
            MessageRow.conversation_id == conversation_id,
            MessageRow.position > after,
            MessageRow.delivery.is_not(None),
            MessageRow.shown.is_(True),
        )
        return [message_of(row) for row in self._session.scalars(rows.order_by(MessageRow.position))]

    def waiting_lines(self, conversation_id: str) -> list[Message]:
        """Those that the patient's channel does not have yet, first to last."""
        return [line for line in self.unasked_lines(conversation_id) if line.delivery == "waiting"]

    def note_delivered(self, conversation_id: str, through: int) -> None:
        """The patient's channel has every line up to this position."""
        self._session.execute(
            update(MessageRow)
            .where(
                MessageRow.conversation_id == conversation_id,
                MessageRow.position <= through,
                MessageRow.delivery == "waiting",
            )
            .values(delivery="delivered")
        )

    # -- what whoever looks after it has to know

    def last_written(self, conversation_id: str) -> datetime | None:
        """When a coordinator wrote last."""
        return self._session.scalar(
            select(func.max(MessageRow.at)).where(MessageRow.conversation_id == conversation_id, MessageRow.who == "coordinator")
        )

    def unanswered_lines(self, conversation_id: str) -> list[Message]:
        """What the patient said after the last line that they did not ask for, such as a coordinator's."""
        last = select(func.max(MessageRow.position)).where(MessageRow.conversation_id == conversation_id, MessageRow.delivery.is_not(None))
        rows = select(MessageRow).where(
            MessageRow.conversation_id == conversation_id,
            MessageRow.who == "patient",
            MessageRow.shown.is_(True),
            MessageRow.position > func.coalesce(last.scalar_subquery(), -1),
        )
        return [message_of(row) for row in self._session.scalars(rows.order_by(MessageRow.position))]
