"""What a search among all trials needs of each: its illnesses, whether and where it takes people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.criteria import CheckedBy, Criterion, Section
from bot.criteria.rules import parse_rule
from bot.store import BriefCriterion
from bot.store.records import JsonObject
from bot.trials.parts import Terms
from bot.trials.records import TrialRecord
from bot.trials.screened import Deciding, counts_as_it_is, never_against


@dataclass(frozen=True, slots=True)
class BriefPoint:
    """Degrees, north and east positive."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class BriefSite:
    """A place of a trial; `number` is its place in the record."""

    number: int
    city: str
    state: str | None
    country: str
    status: str | None
    coordinates: BriefPoint | None


@dataclass(frozen=True, slots=True)
class Brief:
    """A trial in short. `terms` and `ancestors` are of the MeSH thesaurus, id and name."""

    title: str
    status: str | None
    conditions: tuple[str, ...]
    keywords: tuple[str, ...]
    terms: tuple[tuple[str, str], ...]
    ancestors: tuple[tuple[str, str], ...]
    sites: tuple[BriefSite, ...]


def brief_of(record: TrialRecord) -> JsonObject:
    """The brief of a record, as it is stored."""
    return {
        "title": " ".join(filter(None, (record.title_brief, record.title_official))),
        "status": record.status,
        "conditions": list(record.conditions),
        "keywords": list(record.keywords),
        **_terms(record.condition_terms),
        "sites": [
            [
                site.city,
                site.state,
                site.country,
                site.status,
                [site.coordinates.latitude, site.coordinates.longitude] if site.coordinates else None,
            ]
            for site in record.sites
        ],
    }


def _terms(terms: Terms) -> dict[str, list[list[str]]]:
    return {
        "terms": [[term.id, term.name] for term in terms.terms],
        "ancestors": [[term.id, term.name] for term in terms.ancestors],
    }


def read_brief(data: JsonObject) -> Brief:
    """A stored brief."""
    return Brief(
        data["title"],
        data["status"],
        tuple(data["conditions"]),
        tuple(data["keywords"]),
        tuple((str(number), str(name)) for number, name in data["terms"]),
        tuple((str(number), str(name)) for number, name in data["ancestors"]),
        tuple(_site(number, site) for number, site in enumerate(data["sites"])),
    )


def _site(number: int, data: Any) -> BriefSite:
    city, state, country, status, point = data
    return BriefSite(number, city, state, country, status, BriefPoint(*point) if point else None)


def screened_brief(criteria: list[BriefCriterion], deciding: Deciding) -> tuple[Criterion, ...]:
    """Stored criteria as they count in a screening (`bot.trials.screened`)."""
    return tuple(_criterion(one, deciding) for one in criteria)


def _criterion(stored: BriefCriterion, deciding: Deciding) -> Criterion:
    section, rule = Section(stored.section), None if stored.rule is None else parse_rule(stored.rule)
    if rule is not None and not counts_as_it_is(stored.status == "reviewed", section, deciding):
        rule = never_against(rule, stored.criterion_id)
    return Criterion(id=stored.criterion_id, section=section, checked_by=CheckedBy(stored.checked_by), requires=rule)
