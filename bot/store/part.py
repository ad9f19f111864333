"""What every part of a unit of work shares."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.store.errors import UnknownConversationError
from bot.store.tables import ConversationRow


class Part:
    """A part of a unit: the session of its transaction, and what is to follow a commit."""

    def __init__(self, session: Session, after_commit: Callable[[str], None], audit_key: bytes = b"") -> None:
        self._session = session
        self._after_commit = after_commit
        self._audit_key = audit_key

    def _locked(self, conversation_id: str) -> ConversationRow:
        """The conversation's row, held until the transaction ends.

        Numbers within a conversation (screenings, lines) are the last one plus one; on PostgreSQL the lock makes two writers
        take turns. On SQLite a writing unit is alone anyway.
        """
        row = self._session.scalars(select(ConversationRow).where(ConversationRow.id == conversation_id).with_for_update()).one_or_none()
        if row is None:
            raise UnknownConversationError(conversation_id)
        return row

    def _note_change(self, row: ConversationRow, at: datetime) -> None:
        """Move the moment of the last change forward, always: who looks on sees that it is another one."""
        row.changed_at = at if row.changed_at is None or at > row.changed_at else row.changed_at + timedelta(milliseconds=1)
