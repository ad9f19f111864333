"""A study as the ClinicalTrials.gov API (version 2) gives it: the parts of it that are used here, checked.

Field names are the API's, so that a fault names the field as the record has it. What the API adds later, and what is not used
(results, documents, browsing aids), is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from bot.trials.records import expectation_of, field_of

Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class StudyFault(ValueError):
    """A record that cannot be used. Says which (its number, where it has one), which field, and what was expected."""

    def __init__(self, nct_id: str | None, field: str, problem: str) -> None:
        self.nct_id, self.field, self.problem = nct_id, field, problem
        super().__init__(f"{nct_id or 'a record without a number'}: {field}: {problem}")


class _Module(BaseModel):
    # Strict: a number where the API has a text is a damaged record, not one to be guessed at.
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)


class _Organization(_Module):
    full_name: Filled


class Identification(_Module):
    nct_id: Annotated[str, StringConstraints(pattern=r"^NCT\d{8}$")]
    brief_title: Filled | None = None
    official_title: Filled | None = None
    acronym: Text | None = None
    organization: _Organization | None = None
    nct_id_aliases: list[str] = []


class DateStruct(_Module):
    date: Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
    type: Text | None = None


class StatusModule(_Module):
    overall_status: Filled | None = None
    last_known_status: Filled | None = None
    why_stopped: Text | None = None
    status_verified_date: Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")] | None = None
    start_date_struct: DateStruct | None = None
    primary_completion_date_struct: DateStruct | None = None
    completion_date_struct: DateStruct | None = None
    study_first_post_date_struct: DateStruct | None = None
    last_update_post_date_struct: DateStruct | None = None


class Body(_Module):
    name: Filled
    class_: str = Field(default="OTHER", alias="class")


class Sponsors(_Module):
    lead_sponsor: Body
    collaborators: list[Body] = []


class Description(_Module):
    brief_summary: Text | None = None
    detailed_description: Text | None = None


class Conditions(_Module):
    conditions: list[Filled] = Field(min_length=1)
    keywords: list[Text] = []


class Masking(_Module):
    masking: Text | None = None
    who_masked: list[str] = []


class DesignInfo(_Module):
    allocation: Text | None = None
    intervention_model: Text | None = None
    primary_purpose: Text | None = None
    observational_model: Text | None = None
    time_perspective: Text | None = None
    masking_info: Masking | None = None


class EnrollmentInfo(_Module):
    count: int | None = Field(default=None, ge=0)
    type: Text | None = None


class Design(_Module):
    study_type: Filled
    phases: list[str] = []
    design_info: DesignInfo = DesignInfo()
    enrollment_info: EnrollmentInfo | None = None


class ArmGroup(_Module):
    label: Filled
    type: Text | None = None
    description: Text | None = None
    intervention_names: list[str] = []


class InterventionInfo(_Module):
    type: Filled
    name: Filled
    description: Text | None = None
    other_names: list[str] = []


class Arms(_Module):
    arm_groups: list[ArmGroup] = []
    interventions: list[InterventionInfo] = []


class Eligibility(_Module):
    # Not stripped: every place in it is counted in its characters as they are.
    eligibility_criteria: Annotated[str, StringConstraints(pattern=r"\S")]
    sex: Filled | None = None
    minimum_age: Text | None = None
    maximum_age: Text | None = None
    healthy_volunteers: bool | None = None


class ContactInfo(_Module):
    name: Text | None = None
    role: Text | None = None
    phone: Text | None = None
    phone_ext: Text | None = None
    email: Text | None = None


class Official(_Module):
    name: Filled
    role: Text | None = None
    affiliation: Text | None = None


class GeoPoint(_Module):
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)


class Location(_Module):
    facility: Text | None = None
    status: Text | None = None
    city: Text | None = None
    state: Text | None = None
    zip: Text | None = None
    country: Text | None = None
    contacts: list[ContactInfo] = []
    geo_point: GeoPoint | None = None


class ContactsLocations(_Module):
    central_contacts: list[ContactInfo] = []
    overall_officials: list[Official] = []
    locations: list[Location] = []


class Protocol(_Module):
    identification_module: Identification
    status_module: StatusModule = StatusModule()
    sponsor_collaborators_module: Sponsors
    description_module: Description = Description()
    conditions_module: Conditions
    design_module: Design
    arms_interventions_module: Arms = Arms()
    eligibility_module: Eligibility
    contacts_locations_module: ContactsLocations = ContactsLocations()


class Mesh(_Module):
    id: Filled
    term: Filled


class Browse(_Module):
    meshes: list[Mesh] = []
    ancestors: list[Mesh] = []


class MiscInfo(_Module):
    version_holder: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None


class Derived(_Module):
    misc_info_module: MiscInfo = MiscInfo()
    condition_browse_module: Browse = Browse()
    intervention_browse_module: Browse = Browse()


class Study(_Module):
    """One study. `as_given` keeps only what the models name, under the API's own names: what the store holds."""

    protocol_section: Protocol
    derived_section: Derived = Derived()

    @property
    def nct_id(self) -> str:
        return self.protocol_section.identification_module.nct_id

    def as_given(self) -> dict[str, Any]:
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)


def parse_study(data: object) -> Study:
    """Check a study's data; `StudyFault` names the first field that is wrong."""
    if not isinstance(data, Mapping):
        raise StudyFault(None, "the record", "expected a JSON object with a `protocolSection`")
    number = _number(data)
    try:
        study = Study.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        raise StudyFault(number, field_of(first["loc"], data), _problem(first)) from error
    identification = study.protocol_section.identification_module
    for field, text in _texts(study.as_given()):
        if _UNSTORABLE.search(text):
            raise StudyFault(number, field, "holds a character that no text can have (U+0000, or half of a pair)")
    if not (identification.brief_title or identification.official_title):
        raise StudyFault(number, "protocolSection.identificationModule.briefTitle", "is missing, and so is `officialTitle`")
    return study


_UNSTORABLE = re.compile("[\\x00\\ud800-\\udfff]")
"""What JSON lets through and no database takes."""


def _texts(data: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, Mapping):
        for name, value in data.items():
            yield from _texts(value, f"{path}.{name}" if path else str(name))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _texts(value, f"{path}.{number}")


def _problem(error: Mapping[str, Any]) -> str:
    if error["type"] == "string_too_short" or (error["type"] == "string_pattern_mismatch" and not str(error.get("input", "")).strip()):
        return "is empty"
    return expectation_of(error)


def _number(data: Mapping[str, Any]) -> str | None:
    """The number a damaged record may still have."""
    protocol = data.get("protocolSection")
    identification = protocol.get("identificationModule") if isinstance(protocol, Mapping) else None
    number = identification.get("nctId") if isinstance(identification, Mapping) else None
    return number[:20] if isinstance(number, str) and number.isascii() and number.isalnum() else None
