"""The criteria of a record as a person is screened against them: what nobody has approved may not rule anybody out.

A criterion that a program has read, and no person, can be met; where it is not, that stays open for the study team. The
structured fields for age and sex count as they are. An operator may choose otherwise.
"""

from __future__ import annotations

from enum import StrEnum

from bot.criteria import AnyOf, CheckedBy, Criterion, Judgement, Rule, Section
from bot.trials.parts import TrialCriterion
from bot.trials.records import TrialRecord


class Deciding(StrEnum):
    """Which criteria that nobody has approved can make a trial unlikely."""

    AGE_AND_SEX = "age-and-sex"
    NONE = "none"
    ALL = "all"


def screened(record: TrialRecord, deciding: Deciding = Deciding.AGE_AND_SEX) -> tuple[Criterion, ...]:
    """The record's criteria, as they count in a screening."""
    return tuple(one if _decides(one, deciding) else _left_open(one) for one in record.criteria)


def _decides(criterion: TrialCriterion, deciding: Deciding) -> bool:
    if criterion.checked_by is CheckedBy.STUDY_TEAM:
        return True
    return counts_as_it_is(criterion.reviewed is not None, criterion.section, deciding)


def counts_as_it_is(reviewed: bool, section: Section, deciding: Deciding) -> bool:
    """Whether a criterion of the patient's may make a trial unlikely."""
    return reviewed or deciding is Deciding.ALL or (deciding is Deciding.AGE_AND_SEX and section is Section.REGISTRY)


def never_against(rule: Rule, judgement: str) -> Rule:
    """The rule, met as before, and unknown where it would not be met."""
    return AnyOf(any=(rule, Judgement(judgement=judgement)))


def _left_open(criterion: TrialCriterion) -> TrialCriterion:
    if criterion.requires is None:
        return criterion
    return criterion.model_copy(update={"requires": never_against(criterion.requires, criterion.text or criterion.id)})
