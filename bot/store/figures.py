"""What the figures count, by the database: counts come out of here, and no conversation."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from bot.figures.counting import TICK, Decided, Progress, Selection
from bot.store.part import Part
from bot.store.tables import ConversationRow, UnreadRow

_ENDS = (ConversationRow.consented, ConversationRow.stage, ConversationRow.verdict)


class Figures(Part):
    """The figures of a unit of work. Conversations that were erased are in none of them."""

    def note_unread(self, conversation_id: str, attribute: str) -> None:
        """Count a message that could not be read while that question was open."""
        row = self._locked(conversation_id)
        of = {"week": row.week, "trial_id": row.trial_id, "channel": row.channel, "locale": row.locale}
        self._session.add(UnreadRow(conversation_id=conversation_id, attribute=attribute, **of))
        self._session.flush()

    def progress_by_week(self, selection: Selection) -> list[Progress]:
        """How far conversations came, counted by week, channel and language."""
        kinds = (ConversationRow.week, ConversationRow.channel, ConversationRow.locale)
        rows = select(*kinds, *_ENDS, func.count()).where(*_within(ConversationRow, selection)).group_by(*kinds, *_ENDS)
        return [
            Progress(week, None, channel, locale, consented, stage, verdict, count)
            for week, channel, locale, consented, stage, verdict, count in self._session.execute(rows)
        ]

    def progress_by_trial(self, selection: Selection) -> list[Progress]:
        """The same by trial, all weeks, channels and languages together. None: searches among all trials."""
        rows = select(ConversationRow.trial_id, *_ENDS, func.count()).where(*_within(ConversationRow, selection))
        found = self._session.execute(rows.group_by(ConversationRow.trial_id, *_ENDS))
        return [
            Progress(selection.first, trial_id, "", "", consented, stage, verdict, count)
            for trial_id, consented, stage, verdict, count in found
        ]

    def stopped_at(self, selection: Selection, last_before: datetime) -> list[tuple[str, int]]:
        """The questions that were open when people stopped, and how many did: who was in progress and said nothing since that moment."""
        rows = (
            select(ConversationRow.asks, func.count())
            .where(
                *_within(ConversationRow, selection),
                ConversationRow.stage == "in_progress",
                ConversationRow.last_at < last_before,
                ConversationRow.asks.is_not(None),
            )
            .group_by(ConversationRow.asks)
        )
        return [(asks, count) for asks, count in self._session.execute(rows) if asks is not None]

    def unread_counts(self, selection: Selection) -> list[tuple[str, int]]:
        """How many messages could not be read, by the question that was open."""
        rows = select(UnreadRow.attribute, func.count()).where(*_within(UnreadRow, selection)).group_by(UnreadRow.attribute)
        return [(attribute, count) for attribute, count in self._session.execute(rows)]

    def times_to_a_result(self, selection: Selection) -> list[Decided]:
        """How long conversations took to their first result, counted by week and in steps of some seconds."""
        ticks = ConversationRow.decided_after // TICK
        rows = (
            select(ConversationRow.week, ticks, func.count())
            .where(*_within(ConversationRow, selection), ConversationRow.decided_after.is_not(None))
            .group_by(ConversationRow.week, ticks)
        )
        return [Decided(week, tick, count) for week, tick, count in self._session.execute(rows) if tick is not None]


def _within(table: type[ConversationRow] | type[UnreadRow], selection: Selection) -> list[ColumnElement[bool]]:
    """What a selection means; what somebody may not see is never among it."""
    where: list[ColumnElement[bool]] = [table.week.between(selection.first, selection.last)]
    if selection.trials is not None:
        where.append(table.trial_id.in_(sorted(selection.trials)))
    for column, wanted in ((table.trial_id, selection.trial_id), (table.channel, selection.channel), (table.locale, selection.locale)):
        if wanted is not None:
            where.append(column == wanted)
    return where
