"""The messages the bot sends, in the shapes of the contract (docs/contract.md, section 2)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


class Button(_Shape):
    """A quick reply. Sending the payload means the same as typing the title."""

    title: str
    payload: str


class Option(_Shape):
    value: str
    title: str


class ProgressShape(_Shape):
    answered: int
    remaining: int


class QuestionCustom(_Shape):
    """`prompt` is the question without the line of options that the text carries for plain channels."""

    type: Literal["question"] = "question"
    attribute: str
    answer_type: str
    options: list[Option] = Field(default_factory=list)
    exclusive: list[str] = Field(default_factory=list)
    unit: str | None = None
    progress: ProgressShape
    prompt: str


class BecauseShape(_Shape):
    attribute: str
    value: Any
    said: str


class CriterionShape(_Shape):
    id: str
    status: str
    checked_by: str
    plain: str
    because: list[BecauseShape]


class TrialResultShape(_Shape):
    """`notes` are the lines that a short list says of the trial beside its points: what fits, what is open, where it runs."""

    nct_id: str
    title: str
    verdict: str
    criteria: list[CriterionShape]
    notes: list[str] = Field(default_factory=list)


class ResultCustom(_Shape):
    type: Literal["result"] = "result"
    trials: list[TrialResultShape]


class ContactShape(_Shape):
    name: str
    role: str | None = None
    phone: str | None = None
    email: str | None = None
    site: str | None = None


class SiteShape(_Shape):
    city: str
    country: str
    facility: str | None = None
    status: str | None = None


class HandoffCustom(_Shape):
    """`contact_url` is a page where the person may ask the study team to contact them; None where nobody would."""

    type: Literal["handoff"] = "handoff"
    nct_id: str
    steps: list[str]
    contacts: list[ContactShape]
    registry_url: str
    sites: list[SiteShape]
    contact_url: str | None = None


class FactCustom(_Shape):
    type: Literal["fact"] = "fact"
    topic: str
    nct_id: str
    source: str
    as_of: str


class SafetyCustom(_Shape):
    type: Literal["safety"] = "safety"
    category: Literal["emergency", "crisis", "medical_advice"]


class NoticeCustom(_Shape):
    type: Literal["notice"] = "notice"
    code: str
    url: str | None = None


class CoordinatorNoticeCustom(NoticeCustom):
    """With a line that a person of the study team wrote. `name`: what they are known by; None: they gave none."""

    name: str | None = None


Custom = QuestionCustom | ResultCustom | HandoffCustom | FactCustom | SafetyCustom | NoticeCustom


class Message(_Shape):
    """One message: a text that is enough by itself, quick replies, and data for richer channels."""

    text: str
    buttons: tuple[Button, ...] = ()
    custom: Custom | None = None

    def as_json(self) -> dict[str, Any]:
        """As channels receive it; empty parts are left out."""
        message: dict[str, Any] = {"text": self.text}
        if self.buttons:
            message["buttons"] = [button.model_dump() for button in self.buttons]
        if self.custom is not None:
            message["custom"] = self.custom.model_dump(mode="json")
        return message
