"""What somebody needs who reads a whole conversation, each kind of row asked for once."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from bot.store.console_tables import AccountRow
from bot.store.part import Part
from bot.store.records import Answer, Verdict
from bot.store.screenings import answer_of, verdict_of
from bot.store.tables import AnswerRow, ScreeningRow, VerdictRow


class Review(Part):
    """Reading conversations whole, in a unit of work."""

    def answers_of_conversation(self, conversation_id: str) -> list[Answer]:
        """The answers of all screenings of a conversation, oldest first."""
        rows = (
            select(AnswerRow)
            .join(ScreeningRow, ScreeningRow.id == AnswerRow.screening_id)
            .where(ScreeningRow.conversation_id == conversation_id)
            .order_by(AnswerRow.id)
        )
        return [answer_of(row) for row in self._session.scalars(rows)]

    def verdicts_of_conversation(self, conversation_id: str) -> list[Verdict]:
        """The verdicts of all screenings of a conversation, oldest first."""
        rows = (
            select(VerdictRow)
            .join(ScreeningRow, ScreeningRow.id == VerdictRow.screening_id)
            .where(ScreeningRow.conversation_id == conversation_id)
            .order_by(VerdictRow.id)
        )
        return [verdict_of(row) for row in self._session.scalars(rows)]

    def account_names(self, ids: Collection[int]) -> dict[int, str]:
        """The names of some accounts."""
        if not ids:
            return {}
        rows = self._session.execute(select(AccountRow.id, AccountRow.name).where(AccountRow.id.in_(ids)))
        return {row.id: row.name for row in rows}
