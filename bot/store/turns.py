"""Turns: a message that is sent twice gets the answer it got the first time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from bot.store.part import Part
from bot.store.records import JsonObject, Turn
from bot.store.tables import TurnRow


class Turns(Part):
    """The turns of a unit of work."""

    def turn(self, conversation_id: str, message_id: str) -> Turn | None:
        """The turn that a client's message began."""
        row = self._turn_row(conversation_id, message_id)
        return None if row is None else _turn(row)

    def begin_turn(self, conversation_id: str, message_id: str, at: datetime) -> Turn:
        """The turn of that message as it stands, begun now if it is new."""
        self._locked(conversation_id)
        row = self._turn_row(conversation_id, message_id)
        if row is None:
            row = TurnRow(
                conversation_id=conversation_id,
                message_id=message_id,
                status="pending",
                replies=[],
                started_at=at,
                handled_at=None,
                finished_at=None,
            )
            self._session.add(row)
            self._session.flush()
        return _turn(row)

    def finish_turn(self, conversation_id: str, message_id: str, replies: Sequence[JsonObject], at: datetime) -> Turn | None:
        """Keep the replies of a turn. None when the turn is gone, as after the message that erased its conversation."""
        row = self._turn_row(conversation_id, message_id, lock=True)
        if row is None:
            return None
        if row.status != "done":
            row.status = "done"
            row.replies = list(replies)
            row.finished_at = at
            self._session.flush()
        return _turn(row)

    def fail_turn(self, conversation_id: str, message_id: str) -> None:
        """The engine said that it could not handle the message: sent again, it is handled from the start."""
        row = self._turn_row(conversation_id, message_id, lock=True)
        if row is not None and row.status == "pending":
            row.status = "failed"
            self._session.flush()

    def retry_turn(self, conversation_id: str, message_id: str) -> None:
        """The message goes to the engine once more; what is known of the attempt before does not count."""
        row = self._turn_row(conversation_id, message_id, lock=True)
        if row is not None and row.status != "done":
            row.status = "pending"
            row.handled_at = None
            self._session.flush()

    def note_handled(self, conversation_id: str, message_id: str, at: datetime) -> None:
        """The engine's events show that it came to the end of this turn."""
        row = self._turn_row(conversation_id, message_id, lock=True)
        if row is not None and row.handled_at is None:
            row.handled_at = at
            self._session.flush()

    def _turn_row(self, conversation_id: str, message_id: str, *, lock: bool = False) -> TurnRow | None:
        query = select(TurnRow).where(TurnRow.conversation_id == conversation_id, TurnRow.message_id == message_id)
        return self._session.scalars(query.with_for_update() if lock else query).one_or_none()


def _turn(row: TurnRow) -> Turn:
    return Turn(
        conversation_id=row.conversation_id,
        message_id=row.message_id,
        status=row.status,  # type: ignore[arg-type]  # a check constraint keeps it to these
        replies=list(row.replies),
        started_at=row.started_at,
        handled_at=row.handled_at,
        finished_at=row.finished_at,
    )
