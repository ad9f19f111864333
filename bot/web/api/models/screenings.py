"""Screening answers that are sent along."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bot.web.api.models.attributes import AnswerTypeName, OptionShape
from bot.web.api.models.base import Locale, NctId, Shape, Taken

MOST_TRIALS = 50

VerdictName = Literal["unlikely", "possible", "likely"]


class NoFacts(Taken):
    """Stands for the model that is made of the attributes when the app starts."""


class ScreeningRequest(Taken):
    """What is known about a person, and for which trials that is to be looked at."""

    nct_ids: list[NctId] | None = Field(
        default=None,
        min_length=1,
        max_length=MOST_TRIALS,
        description=f"Which trials; left out, all of this key, {MOST_TRIALS} at a time.",
        examples=[["NCT06141070"]],
    )
    facts: NoFacts = Field(default_factory=NoFacts)
    after: NctId | None = Field(default=None, description="Where `nct_ids` is left out: go on after this trial.")
    locale: Locale = "en"


class Because(Shape):
    """A fact that brought a criterion to where it is."""

    attribute: str
    value: bool | int | float | str | list[str]


class CriterionOutcome(Shape):
    """Where the person stands on a criterion."""

    id: str
    status: Literal["met", "not_met", "unknown"]
    checked_by: Literal["patient", "study_team"]
    plain: str
    because: list[Because]


class Question(Shape):
    """What to ask next."""

    attribute: str
    answer_type: AnswerTypeName
    text: str
    options: list[OptionShape]
    exclusive: list[str]
    unit: str | None


class Progress(Shape):
    """How far it is."""

    answered: int
    remaining: int = Field(description="How many questions may still come; an honest estimate that may shrink.")


class TrialOutcome(Shape):
    """Where the person stands on a trial. It never says that somebody is eligible: the study team decides."""

    nct_id: str
    title: str
    version: str
    verdict: VerdictName
    criteria: list[CriterionOutcome]
    next_question: Question | None = Field(description="Null where nothing is left to ask, or the verdict is `unlikely`.")
    progress: Progress


class ScreeningResult(Shape):
    """The result for each trial, and the question that settles most among those left."""

    trials: list[TrialOutcome]
    next_question: Question | None = Field(description="Of all trials here that are not unlikely.")
    progress: Progress
    next_after: str | None = Field(description="Where there are more trials: what to send as `after`. Null at the end.")
