"""FHIR resources, as far as this description goes: their elements are those of R4 (4.0.1)."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from bot.web.api.models.base import Shape


class _Resource(Shape):
    model_config = ConfigDict(frozen=True, extra="allow")


class FhirCapabilities(_Resource):
    """A CapabilityStatement."""

    resource_type: Literal["CapabilityStatement"] = Field(alias="resourceType")


class FhirStudy(_Resource):
    """A ResearchStudy."""

    resource_type: Literal["ResearchStudy"] = Field(alias="resourceType")
    id: str


class FhirQuestionnaire(_Resource):
    """A Questionnaire."""

    resource_type: Literal["Questionnaire"] = Field(alias="resourceType")
    id: str


class FhirResponse(_Resource):
    """A QuestionnaireResponse."""

    resource_type: Literal["QuestionnaireResponse"] = Field(alias="resourceType")
    id: str


class FhirSubject(_Resource):
    """A ResearchSubject."""

    resource_type: Literal["ResearchSubject"] = Field(alias="resourceType")
    id: str


class FhirOutcome(_Resource):
    """An OperationOutcome: what went wrong."""

    resource_type: Literal["OperationOutcome"] = Field(alias="resourceType")
