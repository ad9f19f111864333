"""Trials and their criteria."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field

from bot.web.api.models.base import Limit, Line, Locale, NctId, Query, Shape


class TrialsQuery(Query):
    """Which trials to list."""

    text: Line = Field(default="", description="Words that stand in a trial's title or number; all have to.")
    status: Line = Field(default="", description="The registry's code, such as `RECRUITING`.")
    condition: Line = Field(default="", description="Part of the name of a condition that the trial is about.")
    locale: Locale = "en"
    limit: Limit = 50
    after: NctId | None = Field(default=None, description="Go on after this trial; `next` has it.")


class TrialItem(Shape):
    """A trial in short."""

    nct_id: str
    title: str
    status: str | None = Field(description="The registry's code, such as `RECRUITING`; null where the record does not say.")
    phase: str | None
    conditions: list[str]
    version: str = Field(description="Of the record; another one where anything of it changed.")


class TrialList(Shape):
    """Trials, by number."""

    items: list[TrialItem]
    next: str | None = Field(description="The address of the next page; null at the end.")


class TrialContact(Shape):
    """Whom to ask about the trial, as its record says."""

    name: str
    role: str | None
    phone: str | None
    email: str | None
    site: str | None


class TrialSite(Shape):
    """A place where the trial runs."""

    facility: str | None
    city: str
    state: str | None
    country: str
    status: str | None


class TrialIntervention(Shape):
    """What is studied."""

    type: str
    name: str


class Trial(TrialItem):
    """A trial, as far as its record says."""

    official_title: str
    summary: str | None = Field(description="In plain words.")
    study_type: str
    minimum_age: float | None = Field(description="In years.")
    maximum_age: float | None
    sex: str | None
    healthy_volunteers: bool | None
    sponsor: str
    interventions: list[TrialIntervention]
    sites: list[TrialSite]
    contacts: list[TrialContact]
    steps: list[str] = Field(description="How to take part.")
    registry_url: str
    as_of: date = Field(description="The day for which the record's facts hold.")
    reviewed: bool = Field(description="Whether a person has approved the record's words and rules.")


class CriterionShape(Shape):
    """A criterion, and how it is checked."""

    id: str = Field(description="As in the official text: I1 on, E1 on, R-age and R-sex.")
    section: Literal["inclusion", "exclusion", "registry"]
    checked_by: Literal["patient", "study_team"]
    plain: str
    official: str | None = Field(description="The registry's own words, where they were imported.")
    rule: dict[str, Any] | None = Field(description="What must hold to be allowed in; null where no answer settles it.")
    attributes: list[str] = Field(description="What the rule depends on.")
    decides: bool = Field(description="Whether it can make a trial unlikely; what nobody has approved cannot, but for age and sex.")


class CriterionList(Shape):
    """The criteria of a trial, in the record's order."""

    nct_id: str
    version: str
    items: list[CriterionShape]
