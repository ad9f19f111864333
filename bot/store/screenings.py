"""Screenings with their answers and verdicts."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm.attributes import flag_modified

from bot.store.errors import UnknownScreeningError
from bot.store.part import Part
from bot.store.records import Answer, AnswerState, Json, JsonObject, Screening, Verdict
from bot.store.tables import AnswerRow, ScreeningRow, VerdictRow


class Screenings(Part):
    """The screenings of a unit of work."""

    def screening(self, screening_id: int) -> Screening | None:
        """The screening of that id."""
        return self._screening_where(ScreeningRow.id == screening_id)

    def screenings(self, conversation_id: str) -> list[Screening]:
        """All screenings of a conversation, first to last."""
        rows = self._session.scalars(
            select(ScreeningRow).where(ScreeningRow.conversation_id == conversation_id).order_by(ScreeningRow.number)
        )
        return [screening_of(row) for row in rows]

    def current_screening(self, conversation_id: str) -> Screening | None:
        """The latest screening of a conversation, finished or not."""
        row = self._session.scalars(
            select(ScreeningRow).where(ScreeningRow.conversation_id == conversation_id).order_by(ScreeningRow.number.desc()).limit(1)
        ).one_or_none()
        return None if row is None else screening_of(row)

    def start_screening(
        self,
        conversation_id: str,
        trial_id: str | None,
        *,
        words_version: str,
        at: datetime,
        snapshot: JsonObject | None = None,
        state: str = "open",
    ) -> Screening:
        """Start the next screening of a conversation; those before it stay as they are."""
        self._locked(conversation_id)
        last = self._session.scalar(select(func.max(ScreeningRow.number)).where(ScreeningRow.conversation_id == conversation_id))
        row = ScreeningRow(
            conversation_id=conversation_id,
            number=(last or 0) + 1,
            trial_id=trial_id,
            snapshot=snapshot or {},
            state=state,
            verdict=None,
            words_version=words_version,
            started_at=at,
            finished_at=None,
            summary_key=None,
        )
        self._session.add(row)
        self._session.flush()
        return screening_of(row)

    def save_screening(
        self,
        screening_id: int,
        *,
        snapshot: JsonObject | None = None,
        state: str | None = None,
        verdict: str | None = None,
        finished_at: datetime | None = None,
        trial_id: str | None = None,
        words_version: str | None = None,
    ) -> Screening:
        """Change what is given, keep the rest."""
        row = self._screening_row(screening_id)
        if snapshot is not None:
            row.snapshot = snapshot
            # The caller may have changed in place the very dict that was read: equal to itself, it would not be written.
            flag_modified(row, "snapshot")
        if state is not None:
            row.state = state
        if verdict is not None:
            row.verdict = verdict
        if finished_at is not None:
            row.finished_at = finished_at
        if trial_id is not None:
            row.trial_id = trial_id
        if words_version is not None:
            row.words_version = words_version
        self._session.flush()
        return screening_of(row)

    def reopen_screening(self, screening_id: int, *, state: str = "open") -> Screening:
        """Take back a verdict and an end: an answer was changed afterwards. The verdicts given stay in their table."""
        row = self._screening_row(screening_id)
        row.state = state
        row.verdict = None
        row.finished_at = None
        self._session.flush()
        return screening_of(row)

    def ensure_summary_key(self, screening_id: int) -> str:
        """The key of the screening's summary page: 256 random bits, made once."""
        row = self._screening_row(screening_id)
        if row.summary_key is None:
            row.summary_key = secrets.token_urlsafe(32)
            self._session.flush()
        return row.summary_key

    def screening_by_summary_key(self, summary_key: str) -> Screening | None:
        """The screening that a summary page shows."""
        return self._screening_where(ScreeningRow.summary_key == summary_key)

    def add_answer(
        self,
        screening_id: int,
        *,
        attribute: str,
        state: AnswerState,
        said: str,
        at: datetime,
        value: Json = None,
        message_id: str | None = None,
    ) -> Answer:
        """Add an answer after those that are there; a correction is one more answer."""
        row = AnswerRow(
            screening_id=self._screening_row(screening_id).id,
            attribute=attribute,
            state=state,
            value=value,
            said=said,
            message_id=message_id,
            at=at,
        )
        self._session.add(row)
        self._session.flush()
        return answer_of(row)

    def answers(self, screening_id: int) -> list[Answer]:
        """The answers of a screening, oldest first."""
        rows = self._session.scalars(select(AnswerRow).where(AnswerRow.screening_id == screening_id).order_by(AnswerRow.id))
        return [answer_of(row) for row in rows]

    def answers_for_message(self, screening_id: int, message_id: str) -> list[Answer]:
        """What one message answered: the open question first, then what it volunteered."""
        rows = self._session.scalars(
            select(AnswerRow).where(AnswerRow.screening_id == screening_id, AnswerRow.message_id == message_id).order_by(AnswerRow.id)
        )
        return [answer_of(row) for row in rows]

    def add_verdict(self, screening_id: int, *, trial_id: str, verdict: str, at: datetime, detail: Json = None) -> Verdict:
        """Keep a verdict as it was given."""
        row = VerdictRow(screening_id=self._screening_row(screening_id).id, trial_id=trial_id, verdict=verdict, detail=detail, at=at)
        self._session.add(row)
        self._session.flush()
        return verdict_of(row)

    def verdicts(self, screening_id: int) -> list[Verdict]:
        """The verdicts of a screening, oldest first."""
        rows = self._session.scalars(select(VerdictRow).where(VerdictRow.screening_id == screening_id).order_by(VerdictRow.id))
        return [verdict_of(row) for row in rows]

    def _screening_row(self, screening_id: int) -> ScreeningRow:
        row = self._session.scalars(select(ScreeningRow).where(ScreeningRow.id == screening_id).with_for_update()).one_or_none()
        if row is None:
            raise UnknownScreeningError(screening_id)
        return row

    def _screening_where(self, where: ColumnElement[bool]) -> Screening | None:
        row = self._session.scalars(select(ScreeningRow).where(where)).one_or_none()
        return None if row is None else screening_of(row)


def screening_of(row: ScreeningRow) -> Screening:
    return Screening(
        id=row.id,
        conversation_id=row.conversation_id,
        number=row.number,
        trial_id=row.trial_id,
        snapshot=row.snapshot,
        state=row.state,
        verdict=row.verdict,
        words_version=row.words_version,
        started_at=row.started_at,
        finished_at=row.finished_at,
        summary_key=row.summary_key,
        contact_key=row.contact_key,
    )


def answer_of(row: AnswerRow) -> Answer:
    """The answer of a row."""
    return Answer(
        id=row.id,
        screening_id=row.screening_id,
        attribute=row.attribute,
        state=row.state,  # type: ignore[arg-type]  # a check constraint keeps it to these
        value=row.value,
        said=row.said,
        message_id=row.message_id,
        at=row.at,
    )


def verdict_of(row: VerdictRow) -> Verdict:
    """The verdict of a row."""
    return Verdict(
        id=row.id,
        screening_id=row.screening_id,
        trial_id=row.trial_id,
        verdict=row.verdict,
        detail=row.detail,
        at=row.at,
    )
