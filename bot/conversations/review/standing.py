"""Where the person stands on the trials of a conversation, worked out by the pure core from the answers at some moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.conversations.review.study_words import StudyWords, capital
from bot.conversations.review.views import Point, PointChange, PointRef, Reason, Standing, TrialChange
from bot.criteria import CheckedBy, CriterionResult, Status
from bot.criteria.rules import mentioned
from bot.criteria.sentences import sentence
from bot.screening.answers import Answer
from bot.screening.attributes import Attributes
from bot.screening.screening import Interview
from bot.screening.steps import Assessment
from bot.store import Verdict
from bot.trials import TrialCriterion, TrialRecord
from bot.trials.screened import Deciding, screened

Answers = Mapping[str, Answer]


class Standings:
    """Assessments of one conversation, none made twice. Points are worded in `words`, answers in `study`."""

    def __init__(self, attributes: Attributes, unreviewed: Deciding, study: StudyWords, locale: str) -> None:
        self._attributes, self._unreviewed = attributes, unreviewed
        self._study, self._locale = study, locale
        self._interviews: dict[int, tuple[TrialRecord, Interview]] = {}
        self._depending: dict[tuple[int, str], tuple[str, ...]] = {}
        self._assessed: dict[tuple[int, int], tuple[Answers, Assessment]] = {}

    def interview(self, record: TrialRecord) -> Interview:
        """The questions of a trial, as the conversation had them."""
        kept = self._interviews.get(id(record))
        if kept is None:
            kept = self._interviews[id(record)] = record, Interview(self._attributes, screened(record, self._unreviewed))
        return kept[1]

    def assess(self, record: TrialRecord, answers: Answers) -> Assessment:
        """Where these answers leave the person."""
        key = id(record), id(answers)
        kept = self._assessed.get(key)
        if kept is None:
            kept = self._assessed[key] = answers, self.interview(record).assess(answers)
        return kept[1]

    def points_on(self, record: TrialRecord, attribute: str, answers: Answers | None) -> tuple[PointRef, ...]:
        """The criteria that an attribute bears on; where answers are given, only those that they leave open."""
        key = id(record), attribute
        if key not in self._depending:
            self._depending[key] = self.interview(record).depending(attribute)
        depending = self._depending[key]
        if answers is not None:
            status = {result.id: result.status for result in self.assess(record, answers).results}
            depending = tuple(name for name in depending if status[name] is Status.UNKNOWN)
        return tuple(self._ref(record, name) for name in depending)

    def change(self, record: TrialRecord, before: Answers, after: Answers) -> TrialChange | None:
        """What changed between two moments; None where nothing did."""
        then, now = self.assess(record, before), self.assess(record, after)
        points = tuple(
            PointChange(self._ref(record, new.id), old.status.value, new.status.value)
            for old, new in zip(then.results, now.results, strict=True)
            if old.status is not new.status
        )
        if not points and then.verdict is now.verdict:
            return None
        return TrialChange(record.nct_id, then.verdict.value, now.verdict.value, points)

    def standing(self, record: TrialRecord, answers: Answers | None, given: Verdict | None) -> Standing:
        """A trial with its criteria; without answers, nothing that follows from them."""
        assessment = None if answers is None else self.assess(record, answers)
        results = {} if assessment is None else {result.id: result for result in assessment.results}
        about = record.in_words(self._locale)
        points = []
        for criterion in record.criteria:
            result = results.get(criterion.id)
            points.append(
                Point(
                    id=criterion.id,
                    section=criterion.section.value,
                    checked_by=criterion.checked_by.value,
                    plain=about.criteria[criterion.id].plain,
                    official=None if criterion.text is None else " ".join(criterion.text.split()),
                    rule=self._rule(criterion),
                    approved=criterion.reviewed is not None,
                    status=None if result is None else result.status.value,
                    reasons=None if result is None or assessment is None else tuple(self._reasons(result, assessment, answers or {})),
                )
            )
        now = None if assessment is None else assessment.verdict.value
        verdict, at = (None, None) if given is None else (given.verdict, given.at)
        return Standing(record.nct_id, about.title, verdict, at, now, tuple(points))

    def _ref(self, record: TrialRecord, criterion_id: str) -> PointRef:
        return PointRef(record.nct_id, criterion_id, record.in_words(self._locale).criteria[criterion_id].plain)

    def _rule(self, criterion: TrialCriterion) -> str | None:
        if criterion.requires is None or not mentioned(criterion.requires):
            return None
        return capital(sentence(criterion.requires, self._study, " ".join((criterion.text or "").split())))

    def _reasons(self, result: CriterionResult, assessment: Assessment, answers: Answers) -> Iterator[Reason]:
        """What was said that brought it there; for what is open, what is missing too."""
        if result.checked_by is CheckedBy.STUDY_TEAM:
            return
        told = assessment.facts.stated(result.evaluation.because)
        for name in dict.fromkeys((*told, *result.evaluation.missing)):
            answer = answers.get(name)
            if answer is None:
                yield Reason(capital(self._study.name(name)), self._study.text("no_answer"), "")
            else:
                yield Reason(capital(self._study.name(name)), self._study.answer(answer), answer.said)
