"""What a session of the console may see unmasked, and which conversations it has opened."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import delete, select

from bot.store.console_tables import AuditRow, RevealRow
from bot.store.part import Part

ANSWERS, CONTACT = "answers", "contact"
"""What can be revealed of a conversation: what was said, or how to reach the person."""
REVEALED_FOR = timedelta(minutes=15)
_OPENED = "opened"


def seconds_left(until: datetime | None, now: datetime) -> int:
    """How long something is still revealed, in whole seconds; 0 where it is masked."""
    return 0 if until is None else max(1, ceil((until - now).total_seconds()))


class Reveals(Part):
    """The reveals of a unit of work."""

    def reveal(self, session_id: int, conversation_id: str, what: str, until: datetime) -> None:
        """Let a session see something of a conversation until a moment."""
        row = self._session.get(RevealRow, (session_id, conversation_id, what))
        if row is None:
            self._session.add(RevealRow(session_id=session_id, conversation_id=conversation_id, what=what, until=until))
        else:
            row.until = until
        self._session.flush()

    def hide(self, session_id: int, conversation_id: str, what: str) -> None:
        """Mask it again."""
        self._session.execute(
            delete(RevealRow).where(
                RevealRow.session_id == session_id, RevealRow.conversation_id == conversation_id, RevealRow.what == what
            )
        )
        self._session.flush()

    def revealed_until(self, session_id: int, conversation_id: str, what: str, now: datetime) -> datetime | None:
        """Until when a session sees it; None where it is masked."""
        row = self._session.get(RevealRow, (session_id, conversation_id, what))
        return row.until if row is not None and now < row.until else None

    def opened_since(self, actor: str, session_id: int, conversation_id: str, moment: datetime) -> bool:
        """Whether the audit has it that a session opened a conversation at a moment or later."""
        details = self._session.scalars(
            select(AuditRow.detail).where(
                AuditRow.object_kind == "conversation",
                AuditRow.object_id == conversation_id,
                AuditRow.action == _OPENED,
                AuditRow.actor == actor,
                AuditRow.at >= moment,
            )
        )
        return any(isinstance(detail, dict) and detail.get("session") == session_id for detail in details)
