"""Reading conversations whole, a batch at a time, for exports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select

from bot.store.console_tables import ContactRequestRow
from bot.store.conversations import consent_of, conversation_of
from bot.store.part import Part
from bot.store.records import Answer, Consent, Conversation, ConversationFile, ExportFilter, Screening, ScreeningFile, Verdict
from bot.store.scope import of_trials
from bot.store.screenings import answer_of, screening_of, verdict_of
from bot.store.tables import AnswerRow, ConsentRow, ConversationRow, ScreeningRow, VerdictRow


class Exports(Part):
    """What a unit of work hands out to be exported. `trials` limits it to conversations of these, as lists show them; None: all."""

    def count_to_export(self, wanted: ExportFilter, trials: frozenset[str] | None) -> int:
        """How many conversations that would be."""
        return self._session.scalar(select(func.count()).select_from(ConversationRow).where(*_where(wanted, trials))) or 0

    def ids_to_export(self, wanted: ExportFilter, trials: frozenset[str] | None) -> list[str]:
        """The ids of all of them, in no order: whoever exports them says which."""
        return list(self._session.scalars(select(ConversationRow.id).where(*_where(wanted, trials))))

    def batch_to_export(self, ids: Sequence[str], wanted: ExportFilter, trials: frozenset[str] | None) -> list[ConversationFile]:
        """Conversations in the order of these ids. One that was erased meanwhile, or is no longer wanted, is left out."""
        rows = self._session.scalars(select(ConversationRow).where(ConversationRow.id.in_(ids), *_where(wanted, trials)))
        found = {row.id: conversation_of(row) for row in rows}
        return self._files([found[one] for one in ids if one in found])

    def conversation_file(self, conversation_id: str) -> ConversationFile | None:
        """One conversation whole."""
        row = self._session.get(ConversationRow, conversation_id)
        return None if row is None else self._files([conversation_of(row)])[0]

    def trials_with_conversations(self, trials: frozenset[str] | None) -> list[str]:
        """The trials that there are conversations of."""
        found: set[str] = set()
        for column in (ConversationRow.trial_id.expression, ContactRequestRow.trial_id.expression):
            rows = select(column).where(column.is_not(None) if trials is None else column.in_(trials)).distinct()
            found.update(self._session.scalars(rows))
        return sorted(found)

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
            (ConversationRow.stage, wanted.stage),
            (ConversationRow.verdict, wanted.verdict),
            (ConversationRow.status, wanted.status),
        )
        if value
    ]
    about = ConversationRow.trial_id.expression
    if wanted.trial:
        where.append(of_trials(about, [wanted.trial], seen=trials))
    if trials is not None:
        where.append(of_trials(about, trials))
    if wanted.since is not None:
        where.append(ConversationRow.created_at >= wanted.since)
    if wanted.until is not None:
        where.append(ConversationRow.created_at < wanted.until)
    return where
