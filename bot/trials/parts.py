"""The parts of a trial record: its facts, one small model each. Codes are the registry's own (`PHASE3`, `RECRUITING`).

What the record does not say is None or empty, never a guess.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, model_validator

from bot.criteria import Criterion
from bot.criteria.reading import Reading


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Reviewed(Part):
    """Who checked our wording and rules against the official text, and when."""

    by: str
    on: datetime.date


class Source(Part):
    """Where the facts come from. `as_of` is the day they were true."""

    registry_url: HttpUrl
    as_of: datetime.date


class Enrollment(Part):
    count: int = Field(ge=0)
    type: str | None = None


class Ages(Part):
    """Years; a child's age in months or days is a fraction. A bound that the record does not give is None, never a number."""

    minimum: float | None = Field(default=None, ge=0, le=130)
    maximum: float | None = Field(default=None, ge=0, le=130)

    @model_validator(mode="after")
    def _in_order(self) -> Ages:
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError("`minimum` is above `maximum`")
        return self


class Sponsor(Part):
    name: str
    class_: str = Field(default="OTHER", alias="class")


class Intervention(Part):
    type: str
    name: str
    description: str | None = None
    other_names: tuple[str, ...] = ()


class Arm(Part):
    """A group of the trial, and by name what it gets."""

    label: str
    type: str | None = None
    description: str | None = None
    interventions: tuple[str, ...] = ()


class Term(Part):
    """A term of the MeSH thesaurus, such as D002289, Carcinoma, Non-Small-Cell Lung."""

    id: str
    name: str


class Terms(Part):
    """What the registry derived from the names of conditions or of interventions: terms, and the wider terms above them."""

    terms: tuple[Term, ...] = ()
    ancestors: tuple[Term, ...] = ()


class When(Part):
    """A day, or a month where the record gives no day; `type` says whether it came true (`ACTUAL`) or is planned (`ESTIMATED`)."""

    date: str = Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")
    type: str | None = None


class Dates(Part):
    start: When | None = None
    primary_completion: When | None = None
    completion: When | None = None
    first_posted: When | None = None
    last_updated: When | None = None
    status_verified: When | None = None


class Contact(Part):
    name: str
    role: str | None = None
    phone: str | None = None
    email: str | None = None
    site: str | None = None


class Coordinates(Part):
    """Degrees, north and east positive."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class Site(Part):
    """A place where the trial runs. `status` is the site's own, which is often another than the trial's; None: the record does not say."""

    city: str
    country: str
    facility: str | None = None
    status: str | None = None
    state: str | None = None
    zip: str | None = None
    coordinates: Coordinates | None = None
    contacts: tuple[Contact, ...] = ()


class FormerReview(Part):
    """A criterion as somebody approved it before its official text changed: for whoever reviews the new text."""

    text: str | None = None
    plain: str
    rule: Mapping[str, object] | None = None
    reviewed: Reviewed


class TrialCriterion(Criterion):
    """A criterion with its place in the official text, how it was read, and who approved it.

    `text` is its own official words, `span` its place in `TrialRecord.eligibility_text` with all that leads to it, `words_span`
    the place of its own words. All None where the official text has not been imported, or for a structured field.
    """

    text: str | None = None
    span: tuple[int, int] | None = None
    words_span: tuple[int, int] | None = None
    reading: Reading | None = None
    under: tuple[str, ...] = ()
    inside_of: str | None = None
    #: Which official text rule and words were made for (`bot.trials.review.fingerprint`).
    fingerprint: str | None = None
    #: None: nobody has approved it. What ships is approved with its record (`TrialRecord.reviewed`).
    reviewed: Reviewed | None = None
    former: FormerReview | None = None


class CriterionWords(Part):
    """One criterion for patients: what must hold, why it may not fit, what to ask the doctor."""

    plain: str
    not_met: str | None = None
    to_ask: str | None = None


class TrialWords(Part):
    """A trial in one language. Texts that are None are things the record does not say."""

    title: str
    summary: str | None = None
    studies: str | None = None
    good_fit: str | None = None
    not_a_fit: str | None = None
    why_it_matters: str | None = None
    evidence: str | None = None
    steps: tuple[str, ...] = Field(min_length=1)
    criteria: Mapping[str, CriterionWords]
    purpose: str | None = None
    interventions: str | None = None
    arms: str | None = None
    duration: str | None = None
    risks: str | None = None
    cost: str | None = None
    #: Said before the points of a trial whose criteria nobody has approved yet.
    caution: str | None = None
