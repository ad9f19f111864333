"""Reading conversations whole, a batch at a time, for exports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select

from bot.store.conversations import consent_of, conversation_of
from bot.store.part import Part
from bot.store.records import Answer, Consent, Conversation, ConversationFile, ExportFilter, Screening, ScreeningFile, Verdict
from bot.store.screenings import answer_of, screening_of, verdict_of
from bot.store.tables import AnswerRow, ConsentRow, ConversationRow, ScreeningRow, VerdictRow


class Exports(Part):
    """What a unit of work hands out to be exported. `trials` limits it to conversations about these; None: all."""

    def count_to_export(self, wanted: ExportFilter, trials: frozenset[str] | None) -> int:
        """How many conversations that would be."""
        return self._session.scalar(select(func.count()).select_from(ConversationRow).where(*_where(wanted, trials))) or 0

    def batch_to_export(
        self, wanted: ExportFilter, trials: frozenset[str] | None, after: str = "", limit: int = 200
    ) -> list[ConversationFile]:
        """The next conversations after an id: in the order of their ids, which nobody moves by chatting meanwhile."""
        rows = select(ConversationRow).where(ConversationRow.id > after, *_where(wanted, trials)).order_by(ConversationRow.id).limit(limit)
        return self._files([conversation_of(row) for row in self._session.scalars(rows)])

    def conversation_file(self, conversation_id: str) -> ConversationFile | None:
        """One conversation whole."""
        row = self._session.get(ConversationRow, conversation_id)
        return None if row is None else self._files([conversation_of(row)])[0]

    def trials_with_conversations(self, trials: frozenset[str] | None) -> list[str]:
        """The trials that there are conversations about."""
        rows = select(ConversationRow.trial_id).where(ConversationRow.trial_id.is_not(None)).distinct().order_by(ConversationRow.trial_id)
        found = rows if trials is None else rows.where(ConversationRow.trial_id.in_(trials))
        return [trial for trial in self._session.scalars(found) if trial is not None]

    def _files(self, conversations: Sequence[Conversation]) -> list[ConversationFile]:
        ids = [conversation.id for conversation in conversations]
        screenings = defaultdict[str, list[Screening]](list)
        query = (
            select(ScreeningRow).where(ScreeningRow.conversation_id.in_(ids)).order_by(ScreeningRow.conversation_id, ScreeningRow.number)
        )
        for row in self._session.scalars(query):
            screenings[row.conversation_id].append(screening_of(row))
        numbers = [each.id for some in screenings.values() for each in some]
        answers = defaultdict[int, list[Answer]](list)
        for answer in self._session.scalars(select(AnswerRow).where(AnswerRow.screening_id.in_(numbers)).order_by(AnswerRow.id)):
            answers[answer.screening_id].append(answer_of(answer))
        verdicts = defaultdict[int, list[Verdict]](list)
        for verdict in self._session.scalars(select(VerdictRow).where(VerdictRow.screening_id.in_(numbers)).order_by(VerdictRow.id)):
            verdicts[verdict.screening_id].append(verdict_of(verdict))
        consents = defaultdict[str, list[Consent]](list)
        for consent in self._session.scalars(select(ConsentRow).where(ConsentRow.conversation_id.in_(ids)).order_by(ConsentRow.id)):
            consents[consent.conversation_id].append(consent_of(consent))
        return [
            ConversationFile(
                conversation,
                tuple(ScreeningFile(each, tuple(answers[each.id]), tuple(verdicts[each.id])) for each in screenings[conversation.id]),
                tuple(consents[conversation.id]),
            )
            for conversation in conversations
        ]


def _where(wanted: ExportFilter, trials: frozenset[str] | None) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [
        column == value
        for column, value in (
            (ConversationRow.trial_id, wanted.trial),
            (ConversationRow.stage, wanted.stage),
            (ConversationRow.verdict, wanted.verdict),
            (ConversationRow.status, wanted.status),
        )
        if value
    ]
    if trials is not None:
        where.append(ConversationRow.trial_id.in_(trials))
    if wanted.since is not None:
        where.append(ConversationRow.created_at >= wanted.since)
    if wanted.until is not None:
        where.append(ConversationRow.created_at < wanted.until)
    return where
