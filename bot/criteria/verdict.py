"""What the criteria of a trial come to together."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from bot.criteria.criterion import CheckedBy, CriterionResult, Status


class Verdict(StrEnum):
    """How a trial looks for a person. None of them says that a person is eligible."""

    UNLIKELY = "unlikely"
    POSSIBLE = "possible"
    LIKELY = "likely"


def verdict(results: Iterable[CriterionResult]) -> Verdict:
    """Only criteria that the person's own answers settle count; the study team's never do."""
    statuses = {result.status for result in results if result.checked_by is CheckedBy.PATIENT}
    if Status.NOT_MET in statuses:
        return Verdict.UNLIKELY
    if Status.UNKNOWN in statuses:
        return Verdict.POSSIBLE
    return Verdict.LIKELY
