"""What the pages show, out of the store."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.conversations.results import ResultTexts
from bot.conversations.snapshots import about_of, answers_of
from bot.screening.screening import Interview
from bot.store import Store
from bot.trials import TrialRecord
from bot.trials.record_cache import RecordCache
from bot.trials.screened import Deciding, screened
from bot.web import views
from bot.words import Library


class StoredPages:
    """The stored trials that people may see, and results as they were when they were made."""

    def __init__(self, store: Store, library: Library, unreviewed: Deciding = Deciding.AGE_AND_SEX) -> None:
        self._store = store
        self._library = library
        self._unreviewed = unreviewed
        self._records = RecordCache()

    async def trials(self, offset: int, limit: int) -> tuple[Sequence[TrialRecord], int]:
        """Some of the trials, by number, and how many there are."""
        return await asyncio.to_thread(self._trials, offset, limit)

    async def trial(self, nct_id: str) -> TrialRecord | None:
        """One trial."""
        return await asyncio.to_thread(self._trial, nct_id)

    async def summary(self, key: str) -> views.SummaryData | None:
        """The result behind a summary's key; None before there is a result."""
        return await asyncio.to_thread(self._summary, key)

    def _trials(self, offset: int, limit: int) -> tuple[list[TrialRecord], int]:
        with self._store.reading() as unit:
            return [self._records.record(trial) for trial in unit.shown_trials(offset, limit)], unit.count_shown_trials()

    def _trial(self, nct_id: str) -> TrialRecord | None:
        with self._store.reading() as unit:
            found = unit.shown_trial(nct_id)
        return None if found is None else self._records.record(found)

    def _summary(self, key: str) -> views.SummaryData | None:
        with self._store.reading() as unit:
            screening = unit.screening_by_summary_key(key)
            if screening is None or screening.trial_id is None:
                return None
            conversation = unit.conversation(screening.conversation_id)
            verdicts = unit.verdicts(screening.id)
            if conversation is None or not verdicts:
                return None
            stored = unit.trial_as_of(screening.trial_id, verdicts[-1].at) or unit.trial(screening.trial_id)
            answers = answers_of(unit.answers(screening.id), self._library.attributes)
        if stored is None:
            return None
        record = self._records.record(stored)
        words = self._library.in_locale(conversation.locale).speaking_of(about_of(screening))
        assessment = Interview(self._library.attributes, screened(record, self._unreviewed)).assess(answers)
        texts = ResultTexts(words, record, answers)
        return views.SummaryData(
            record=record,
            locale=conversation.locale,
            verdict=assessment.verdict.value,
            made_on=verdicts[-1].at.date(),
            questions=tuple(texts.questions_for_the_doctor(assessment)),
            outcomes=tuple(
                views.Outcome(
                    id=result.id,
                    status=result.status.value,
                    checked_by=result.checked_by.value,
                    said=tuple(texts.clauses(result, assessment.facts)),
                )
                for result in assessment.results
            ),
        )
