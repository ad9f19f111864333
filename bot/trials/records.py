"""The trial records that ship, one YAML file each in `trials/`.

A record that cannot be trusted is refused: `RecordFault` names the file, the field, what was
found and what was expected. Everything a patient may read about a trial is here, worded by
us; the facts come from the registry (`source`).
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError, field_validator, model_validator

from bot.criteria import CheckedBy, Criterion, Section
from bot.criteria.rules import Judgement, walk
from bot.screening.attributes import Attributes
from bot.yaml_files import YamlFault, read_yaml


class RecordFault(Exception):
    """A record that cannot be used. The message says where, what was found, what was expected."""

    def __init__(self, file: str, field: str, problem: str) -> None:
        self.file, self.field, self.problem = file, field, problem
        super().__init__(f"{file}: {field}: {problem}")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Reviewed(_Part):
    """Who checked our wording and rules against the official text, and when."""

    by: str
    on: datetime.date


class Source(_Part):
    """Where the facts come from. `as_of` is the day they were true."""

    registry_url: HttpUrl
    as_of: datetime.date


class Enrollment(_Part):
    count: int = Field(gt=0)
    type: str


class Ages(_Part):
    """Years. A bound that the record does not give is None, never a number."""

    minimum: int | None = Field(default=None, ge=0, le=130)
    maximum: int | None = Field(default=None, ge=0, le=130)

    @model_validator(mode="after")
    def _in_order(self) -> Ages:
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError("`minimum` is above `maximum`")
        return self


class Sponsor(_Part):
    name: str
    class_: str = Field(alias="class")


class Intervention(_Part):
    type: str
    name: str


class Site(_Part):
    """A place where the trial runs. `status` None: the record does not say."""

    city: str
    country: str
    facility: str | None = None
    status: str | None = None


class Contact(_Part):
    name: str
    role: str | None = None
    phone: str | None = None
    email: str | None = None
    site: str | None = None


class CriterionWords(_Part):
    """One criterion for patients: what must hold, why it may not fit, what to ask the doctor."""

    plain: str
    not_met: str | None = None
    to_ask: str | None = None


class TrialWords(_Part):
    """A trial in one language. `about` texts that are None are things the record does not say."""

    title: str
    summary: str
    studies: str
    good_fit: str
    not_a_fit: str
    why_it_matters: str
    evidence: str
    steps: tuple[str, ...] = Field(min_length=1)
    criteria: Mapping[str, CriterionWords]
    purpose: str | None = None
    interventions: str | None = None
    arms: str | None = None
    duration: str | None = None
    risks: str | None = None
    cost: str | None = None


class TrialRecord(_Part):
    """One trial: facts, criteria with rules, and our words by locale."""

    nct_id: str = Field(pattern=r"^NCT\d{8}$")
    version: str
    reviewed: Reviewed
    source: Source
    title_official: str
    organization: str
    phase: str | None
    study_type: str
    allocation: str | None = None
    arms_ratio: str | None = None
    masking: str | None = None
    purpose: str | None = None
    enrollment: Enrollment | None = None
    ages: Ages
    sex: str
    healthy_volunteers: bool | None = None
    sponsor: Sponsor
    interventions: tuple[Intervention, ...]
    conditions: tuple[str, ...] = Field(min_length=1)
    status: str | None
    sites: tuple[Site, ...]
    sites_total: int | None = None
    contacts: tuple[Contact, ...]
    last_reviewed: datetime.date
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    words: Mapping[str, TrialWords]

    @field_validator("criteria")
    @classmethod
    def _ids_are_unique_and_in_order(cls, criteria: tuple[Criterion, ...]) -> tuple[Criterion, ...]:
        ids = [criterion.id for criterion in criteria]
        for id_ in ids:
            if ids.count(id_) > 1:
                raise ValueError(f"criterion {id_} stands twice")
        for letter, section in (("I", Section.INCLUSION), ("E", Section.EXCLUSION), ("R", Section.REGISTRY)):
            wrong = [c.id for c in criteria if (c.id[0] == letter) != (c.section is section)]
            if wrong:
                raise ValueError(f"criterion {wrong[0]} stands in the wrong section")
            if section is not Section.REGISTRY:
                numbered = [id_ for id_ in ids if id_[0] == letter]
                expected = [f"{letter}{number}" for number in range(1, len(numbered) + 1)]
                if numbered != expected:
                    raise ValueError(f"{section} criteria are numbered {', '.join(numbered)}; expected {letter}1 on, in order")
        return criteria

    @model_validator(mode="after")
    def _every_criterion_has_words(self) -> TrialRecord:
        ids = {criterion.id for criterion in self.criteria}
        for locale, words in self.words.items():
            for missing in sorted(ids - words.criteria.keys()):
                raise ValueError(f"words.{locale}.criteria has nothing for {missing}")
            for extra in sorted(words.criteria.keys() - ids):
                raise ValueError(f"words.{locale}.criteria names {extra}, which is no criterion of this record")
            for criterion in self.criteria:
                text = words.criteria[criterion.id]
                judged = criterion.requires is not None and any(isinstance(part, Judgement) for part in walk(criterion.requires))
                if (criterion.checked_by is CheckedBy.STUDY_TEAM or judged) and not text.to_ask:
                    raise ValueError(f"words.{locale}.criteria.{criterion.id} needs `to_ask`: only the study team can settle it")
                if criterion.checked_by is CheckedBy.PATIENT and not text.not_met:
                    raise ValueError(f"words.{locale}.criteria.{criterion.id} needs `not_met`: an answer can rule it out")
        return self

    def in_words(self, locale: str) -> TrialWords:
        """The record in a language, or in the first it has where that one is missing."""
        return self.words.get(locale) or next(iter(self.words.values()))

    @property
    def registry_url(self) -> str:
        return str(self.source.registry_url)


def load_record(path: Path, attributes: Attributes) -> TrialRecord:
    """Read and check one record file; `RecordFault` where anything is wrong with it."""
    try:
        data = read_yaml(path)
    except YamlFault as fault:
        file, field, problem = str(fault).split(": ", 2)
        raise RecordFault(file, field, problem) from fault
    return parse_record(data, path.name, attributes)


def parse_record(data: Mapping[str, object], file: str, attributes: Attributes) -> TrialRecord:
    """Check a record's data; `RecordFault` names the first field that is wrong."""
    try:
        record = TrialRecord.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        raise RecordFault(file, _field(first["loc"], data), _expectation(first)) from error
    if file.startswith("NCT") and file.split(".")[0] != record.nct_id:
        raise RecordFault(file, "nct_id", f"says {record.nct_id}; expected the number in the file's name")
    for criterion in record.criteria:
        if criterion.requires is not None:
            for fault in attributes.faults(criterion.requires):
                raise RecordFault(file, f"criteria.{criterion.id}", fault)
    return record


def load_records(folder: Path, attributes: Attributes) -> tuple[TrialRecord, ...]:
    """Every record of a folder, by file name."""
    return tuple(load_record(path, attributes) for path in sorted(folder.glob("*.yaml")))


_UNION_TAGS = frozenset({"AllOf", "AnyOf", "Not", "Judgement", "Comparison"})


def _field(location: tuple[int | str, ...], data: object) -> str:
    """The path to a field as a person would write it, criteria named by their id."""
    parts: list[str] = []
    here = data
    for step in location:
        if step in _UNION_TAGS:
            continue
        here = (
            here[step]
            if isinstance(here, list) and isinstance(step, int) and step < len(here)
            else (here.get(step) if isinstance(here, Mapping) else None)
        )
        named = here.get("id") if parts == ["criteria"] and isinstance(here, Mapping) else None
        parts.append(str(named or step))
    return ".".join(parts) or "the record"


def _expectation(error: Mapping[str, object]) -> str:
    kind, message, found = str(error["type"]), str(error["msg"]), error.get("input")
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        return "is no field of a trial record; check its spelling"
    message = message.removeprefix("Value error, ")
    shown = "" if isinstance(found, Mapping | list | tuple) else f" (found {found!r})"
    return f"{message[0].lower()}{message[1:]}{shown}"
