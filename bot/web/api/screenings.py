"""Screening what is sent along: the same pure core as in the chat, with nothing stored and nothing logged."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from bot.conversations.results import ResultTexts
from bot.criteria import Criterion, Verdict
from bot.screening.answers import Answer
from bot.screening.screening import Interview
from bot.screening.steps import Assessment
from bot.store.trial_settings import TrialFilter
from bot.trials import TrialRecord
from bot.trials.screened import screened
from bot.web.api.facts import answers_of
from bot.web.api.models.screenings import (
    MOST_TRIALS,
    Because,
    CriterionOutcome,
    Progress,
    Question,
    ScreeningRequest,
    ScreeningResult,
    TrialOutcome,
)
from bot.web.api.operation import Call
from bot.web.api.problems import Fault, not_found
from bot.web.api.trials import options_of
from bot.words import Words


async def screen(call: Call) -> ScreeningResult:
    """POST /api/v1/screenings"""
    return await asyncio.to_thread(_screen, call, call.body)


def _screen(call: Call, request: ScreeningRequest) -> ScreeningResult:
    records, next_after = _records(call, request)
    return _Screening(call, request).result(records, next_after)


def _records(call: Call, request: ScreeningRequest) -> tuple[list[TrialRecord], str | None]:
    keep = call.services.records.record
    if request.nct_ids is None:
        wanted = TrialFilter(trials=call.key.trials, active=True)
        with call.services.store.reading() as unit:
            found = unit.matching_trials(wanted, after=request.after or "", limit=MOST_TRIALS + 1)
        shown = found[:MOST_TRIALS]
        return [keep(each) for each in shown], shown[-1].nct_id if len(found) > MOST_TRIALS else None
    with call.services.store.reading() as unit:
        named = {number: unit.shown_trial(number) for number in request.nct_ids if call.key.sees_trial(number)}
    missing = [place for place, number in enumerate(request.nct_ids) if named.get(number) is None]
    if missing:
        raise not_found(*(Fault(f"nct_ids[{place}]", "there is no such trial for this key") for place in missing))
    return [keep(each) for each in named.values() if each is not None], None


class _Screening:
    """One request's facts, held against trials."""

    def __init__(self, call: Call, request: ScreeningRequest) -> None:
        self._attributes, self._unreviewed = call.services.library.attributes, call.services.unreviewed
        self._words: Words = call.services.library.in_locale(request.locale)
        self._locale = request.locale
        self._answers: Mapping[str, Answer] = answers_of(request.facts)

    def result(self, records: Sequence[TrialRecord], next_after: str | None) -> ScreeningResult:
        found: list[TrialOutcome] = []
        open_criteria: list[Criterion] = []
        for record in records:
            interview = self._interview(screened(record, self._unreviewed))
            assessment = interview.assess(self._answers)
            is_open = assessment.verdict is not Verdict.UNLIKELY
            if is_open:
                open_criteria += interview.criteria
            found.append(self._outcome(record, assessment, interview if is_open else None))
        attribute, remaining = self._interview(open_criteria).next_question(self._answers)
        return ScreeningResult(
            trials=found, next_question=self._question(attribute), progress=self._progress(remaining), next_after=next_after
        )

    def _interview(self, criteria: Sequence[Criterion]) -> Interview:
        return Interview(self._attributes, criteria, self._words.lexicon.condition_names)

    def _outcome(self, record: TrialRecord, assessment: Assessment, interview: Interview | None) -> TrialOutcome:
        about = record.in_words(self._locale)
        texts = ResultTexts(self._words, record, self._answers)
        attribute, remaining = (None, 0) if interview is None else interview.next_question(self._answers)
        return TrialOutcome(
            nct_id=record.nct_id,
            title=about.title,
            version=record.version,
            verdict=assessment.verdict.value,
            criteria=[
                CriterionOutcome(
                    id=result.id,
                    status=result.status.value,
                    checked_by=result.checked_by.value,
                    plain=about.criteria[result.id].plain,
                    because=[Because(attribute=each.attribute, value=each.value) for each in texts.because(result, assessment.facts)],
                )
                for result in assessment.results
            ],
            next_question=self._question(attribute),
            progress=self._progress(remaining),
        )

    def _question(self, name: str | None) -> Question | None:
        if name is None:
            return None
        attribute = self._attributes[name]
        return Question(
            attribute=name,
            answer_type=attribute.answer_type.value,
            text=str(self._words.about(name)["question"]),
            options=options_of(attribute, self._words),
            exclusive=list(attribute.exclusive),
            unit=attribute.unit,
        )

    def _progress(self, remaining: int) -> Progress:
        return Progress(answered=len(self._answers), remaining=remaining)
