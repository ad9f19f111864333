"""A criterion of a trial, and where a person stands on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.criteria.evaluation import Evaluation, evaluate
from bot.criteria.operators import Known
from bot.criteria.rules import Not, Rule
from bot.criteria.truth import Truth


class Section(StrEnum):
    """Where the criterion stands in the record; `registry` for its structured fields."""

    INCLUSION = "inclusion"
    EXCLUSION = "exclusion"
    REGISTRY = "registry"


class CheckedBy(StrEnum):
    """Who can settle it: the person's own answers, or only a clinician or the site."""

    PATIENT = "patient"
    STUDY_TEAM = "study_team"


class Status(StrEnum):
    """Where a person stands on a criterion."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


class Criterion(BaseModel):
    """One criterion. `requires` is what must hold to be allowed in, whatever the section.

    Exclusions are turned round once, here, when the criterion is made: a record may say
    `excludes_when`, which becomes `requires: {not: …}`. Nothing after this knows polarity.
    A criterion of the study team has no rule: no answer settles it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^(I[1-9]\d*|E[1-9]\d*|R-[a-z]+)$")
    section: Section
    checked_by: CheckedBy
    requires: Rule | None = None

    @model_validator(mode="before")
    @classmethod
    def _turn_exclusion_round(cls, data: object) -> object:
        if not isinstance(data, Mapping) or "excludes_when" not in data:
            return data
        if "requires" in data:
            raise ValueError("a criterion has either `requires` or `excludes_when`, not both")
        turned = {key: value for key, value in data.items() if key != "excludes_when"}
        return turned | {"requires": {"not": data["excludes_when"]}}

    @model_validator(mode="after")
    def _rule_fits_who_checks(self) -> Criterion:
        if self.checked_by is CheckedBy.PATIENT and self.requires is None:
            raise ValueError("a criterion checked by the patient needs a rule: `requires` or `excludes_when`")
        if self.checked_by is CheckedBy.STUDY_TEAM and self.requires is not None:
            raise ValueError("a criterion checked by the study team takes no rule")
        return self

    @classmethod
    def excluding(cls, criterion_id: str, when: Rule) -> Criterion:
        """An exclusion criterion that keeps people out when `when` holds."""
        return cls(
            id=criterion_id,
            section=Section.EXCLUSION,
            checked_by=CheckedBy.PATIENT,
            requires=Not(negated=when),
        )


@dataclass(frozen=True)
class CriterionResult:
    """Where a person stands on one criterion, and why."""

    criterion: Criterion
    evaluation: Evaluation

    @property
    def id(self) -> str:
        return self.criterion.id

    @property
    def checked_by(self) -> CheckedBy:
        return self.criterion.checked_by

    @property
    def status(self) -> Status:
        return _STATUS[self.evaluation.truth]


_STATUS = {
    Truth.TRUE: Status.MET,
    Truth.FALSE: Status.NOT_MET,
    Truth.UNKNOWN: Status.UNKNOWN,
}


def check(criterion: Criterion, facts: Mapping[str, Known]) -> CriterionResult:
    """Where a person with these known facts stands on the criterion."""
    if criterion.requires is None:
        return CriterionResult(criterion, Evaluation(Truth.UNKNOWN))
    return CriterionResult(criterion, evaluate(criterion.requires, facts))
