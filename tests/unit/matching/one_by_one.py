"""The same as the columns say, worked out criterion by criterion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.criteria import CheckedBy, Criterion, CriterionResult, Known, Partly, Status, Value, check, verdict
from bot.matching import Columns, Standing
from bot.matching.standing import VERDICTS


def results(criteria: Sequence[Criterion], facts: Mapping[str, Known]) -> list[CriterionResult]:
    """Where a person stands on each criterion of the patient's."""
    return [check(one, facts) for one in criteria if one.checked_by is CheckedBy.PATIENT]


def assert_the_same(columns: Columns, standing: Standing, trials: Mapping[str, Sequence[Criterion]], facts: Mapping[str, Known]) -> None:
    """Every status, count and verdict."""
    assert len(columns) == len(trials)
    verdicts, alive = standing.verdicts, standing.alive
    met, not_met, unknown = standing.met, standing.not_met, standing.unknown
    for trial_id, criteria in trials.items():
        expected = results(criteria, facts)
        statuses = [result.status for result in expected]
        row = columns.row(trial_id)
        assert list(standing.statuses(trial_id)) == statuses
        assert [met[row], not_met[row], unknown[row]] == [statuses.count(each) for each in (Status.MET, Status.NOT_MET, Status.UNKNOWN)]
        assert VERDICTS[verdicts[row]] is verdict(expected)
        assert alive[row] == (Status.NOT_MET not in statuses)


def completed(sample: Value, known: Known | None) -> Value:
    """The sample of somebody of whom a part is known."""
    if not isinstance(known, Partly) or not isinstance(sample, tuple):
        return sample
    return tuple({*sample, *known.has} - {*known.lacks})
