"""A trial record: facts, criteria with rules, and words for patients by locale.

Records that ship are YAML files in `trials/`, reviewed and worded by us; the others are made from the registry
(`bot.trials.registry`). One that cannot be trusted is refused: `RecordFault` names the file, the field, what was found
and what was expected.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, ValidationError, field_validator, model_validator

from bot.criteria import CheckedBy, Section
from bot.criteria.rules import Judgement, walk
from bot.screening.attributes import Attributes
from bot.trials.parts import (
    Ages,
    Arm,
    Contact,
    Dates,
    Enrollment,
    Intervention,
    Part,
    Reviewed,
    Site,
    Source,
    Sponsor,
    Terms,
    TrialCriterion,
    TrialWords,
)
from bot.yaml_files import YamlFault, read_yaml


class RecordFault(Exception):
    """A record that cannot be used. The message says where, what was found, what was expected."""

    def __init__(self, file: str, field: str, problem: str) -> None:
        self.file, self.field, self.problem = file, field, problem
        super().__init__(f"{file}: {field}: {problem}")


#: What a record must say in its own words before it may call itself reviewed.
_TEXTS_OF_A_REVIEWED_RECORD = ("summary", "studies", "good_fit", "not_a_fit", "why_it_matters", "evidence")


OPEN = frozenset({"RECRUITING", "ENROLLING_BY_INVITATION", "AVAILABLE"})
"""Codes of a site or a trial that takes people now."""
_MOST_TO_ASK = 5


class TrialRecord(Part):
    """One trial. `reviewed` is None for a record that was made from the registry and that nobody here has worded."""

    nct_id: str = Field(pattern=r"^NCT\d{8}$")
    version: str
    reviewed: Reviewed | None
    source: Source
    title_official: str
    title_brief: str | None = None
    acronym: str | None = None
    organization: str
    phase: str | None
    study_type: str
    allocation: str | None = None
    arms_ratio: str | None = None
    intervention_model: str | None = None
    observational_model: str | None = None
    time_perspective: str | None = None
    masking: str | None = None
    who_masked: tuple[str, ...] = ()
    purpose: str | None = None
    enrollment: Enrollment | None = None
    ages: Ages
    sex: str | None
    healthy_volunteers: bool | None = None
    sponsor: Sponsor
    collaborators: tuple[Sponsor, ...] = ()
    interventions: tuple[Intervention, ...]
    intervention_terms: Terms = Terms()
    arms: tuple[Arm, ...] = ()
    conditions: tuple[str, ...] = Field(min_length=1)
    condition_terms: Terms = Terms()
    keywords: tuple[str, ...] = ()
    status: str | None
    why_stopped: str | None = None
    dates: Dates = Dates()
    sites: tuple[Site, ...]
    sites_total: int | None = None
    contacts: tuple[Contact, ...]
    officials: tuple[Contact, ...] = ()
    last_reviewed: datetime.date | None
    summary_official: str | None = None
    description_official: str | None = None
    eligibility_text: str | None = None
    criteria: tuple[TrialCriterion, ...] = Field(min_length=1)
    words: Mapping[str, TrialWords]

    @field_validator("criteria")
    @classmethod
    def _ids_are_unique_and_in_order(cls, criteria: tuple[TrialCriterion, ...]) -> tuple[TrialCriterion, ...]:
        ids = [criterion.id for criterion in criteria]
        twice = [id_ for id_, count in Counter(ids).items() if count > 1]
        if twice:
            raise ValueError(f"criterion {twice[0]} stands twice")
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
            for name in _TEXTS_OF_A_REVIEWED_RECORD:
                if self.reviewed is not None and not getattr(words, name):
                    raise ValueError(f"words.{locale}.{name} is missing")
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

    def criterion(self, criterion_id: str) -> TrialCriterion | None:
        """The criterion of an id, None where there is none."""
        return next((criterion for criterion in self.criteria if criterion.id == criterion_id), None)

    @property
    def people_to_ask(self) -> tuple[Contact, ...]:
        """The trial's own contacts; where it names none, those of its sites, the sites that take people first."""
        if self.contacts:
            return self.contacts
        open_first = sorted(self.sites, key=lambda site: site.status not in OPEN)
        return tuple(
            contact.model_copy(update={"site": ", ".join(filter(None, (site.facility, site.city)))})
            for site in open_first
            for contact in site.contacts
            if contact.phone or contact.email
        )[:_MOST_TO_ASK]

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
        raise RecordFault(file, field_of(first["loc"], data), expectation_of(first)) from error
    if file.startswith("NCT") and file.split(".")[0] != record.nct_id:
        raise RecordFault(file, "nct_id", f"says {record.nct_id}; expected the number in the file's name")
    for criterion in record.criteria:
        if criterion.requires is not None:
            for fault in attributes.faults(criterion.requires):
                raise RecordFault(file, f"criteria.{criterion.id}", fault)
    # Whoever reviewed the record reviewed each of its criteria.
    return record.model_copy(update={"criteria": tuple(one.model_copy(update={"reviewed": record.reviewed}) for one in record.criteria)})


def load_records(folder: Path, attributes: Attributes) -> tuple[TrialRecord, ...]:
    """Every record of a folder, by file name."""
    return tuple(load_record(path, attributes) for path in sorted(folder.glob("*.yaml")))


_MOST_SHOWN = 60
"""Characters of a wrong value that a message shows."""
_UNION_TAGS = frozenset({"AllOf", "AnyOf", "Not", "Judgement", "Comparison"})


def field_of(location: tuple[int | str, ...], data: object) -> str:
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


def expectation_of(error: Mapping[str, object]) -> str:
    kind, message, found = str(error["type"]), str(error["msg"]), error.get("input")
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        return "is no field of a trial record; check its spelling"
    message = message.removeprefix("Value error, ")
    shown = "" if isinstance(found, Mapping | list | tuple) else f" (found {_short(repr(found))})"
    return f"{message[0].lower()}{message[1:]}{shown}"


def _short(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"
