"""What the page templates take: plain values, already in the reader's language.

A template decides how a page looks, never what is said: whatever depends on the record is
settled here, so that a record with other gaps still makes an honest page.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from bot.criteria import CheckedBy, Section
from bot.criteria.rules import Rule, mentioned
from bot.trials.ages import age_parts
from bot.trials.parts import Contact, Site, TrialWords
from bot.trials.records import TrialRecord
from bot.web.site_texts import SiteTexts

Status = Literal["met", "not_met", "unknown"]


@dataclass(frozen=True, slots=True)
class TrialCard:
    """A trial in the list."""

    nct_id: str
    title: str
    summary: str | None
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paging:
    """The place in a list of several pages, and the addresses of the pages beside it."""

    here: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of the quick facts. `address` makes the value a link."""

    label: str
    value: str
    hint: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class TextSection:
    """A heading with one text, shown only where the record has the text."""

    key: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ContactView:
    """A person or office to turn to. The addresses are None where a link would be unsafe or useless."""

    name: str
    phone: str | None
    phone_address: str | None
    email: str | None
    email_address: str | None


@dataclass(frozen=True, slots=True)
class SiteView:
    """A place, and what the record says of it."""

    place: str
    status: str
    contacts: tuple[ContactView, ...] = ()


@dataclass(frozen=True, slots=True)
class OfficialPoint:
    """A point in the registry's words: how deep it stands inside others, and the heading that it stands under first."""

    text: str
    depth: int
    heading: str | None


@dataclass(frozen=True, slots=True)
class TrialPage:
    """Everything on a trial's page."""

    nct_id: str
    title: str
    title_official: str
    phase: str
    sponsor: str
    summary: str | None
    facts: tuple[Fact, ...]
    studies: str | None
    sections: tuple[TextSection, ...]
    good_fit: str | None
    not_a_fit: str | None
    why_it_matters: str | None
    evidence: str | None
    caution: str | None
    asked: tuple[str, ...]
    team: tuple[str, ...]
    #: The registry's own points, where nobody has worded the trial: for taking part, and against it.
    official: tuple[tuple[str, tuple[OfficialPoint, ...]], ...]
    #: Whether something is tried on people; a study that only watches promises nothing that could be better or worse.
    interventional: bool
    sites_lead: str
    sites: tuple[SiteView, ...]
    more_sites: tuple[SiteView, ...]
    contacts: tuple[ContactView, ...]
    steps: tuple[str, ...]
    conditions: tuple[str, ...]
    registry_url: str
    reviewed: str | None
    as_of: str


@dataclass(frozen=True, slots=True)
class Point:
    """One criterion of a summary, with what the person said."""

    status: Status
    plain: str
    said: str | None
    why: str | None


@dataclass(frozen=True, slots=True)
class SummaryPage:
    """Everything on a printable summary."""

    nct_id: str
    title: str
    title_official: str
    registry_url: str
    verdict: str
    made: str
    groups: tuple[tuple[Status, tuple[Point, ...]], ...]
    questions: tuple[str, ...]
    steps: tuple[str, ...]
    contacts: tuple[ContactView, ...]
    record_date: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where one criterion stood when the result was made: the contract's `criteria` item."""

    id: str
    status: Status
    checked_by: Literal["patient", "study_team"]
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SummaryData:
    """What a summary page is made of. `record` is the one the result was made with."""

    record: TrialRecord
    locale: str
    verdict: Literal["unlikely", "possible", "likely"]
    made_on: datetime.date
    outcomes: tuple[Outcome, ...]
    #: To bring to the doctor: what only the study team can judge, and what the person could not tell.
    questions: tuple[str, ...]


def paging(page: int, total: int, on_a_page: int, texts: SiteTexts) -> Paging | None:
    """How to get on in a list; None where it fits on one page."""
    pages = -(-total // on_a_page)
    if pages < 2:
        return None
    return Paging(
        here=texts.text("pages.home.page", page=page, pages=pages),
        before=f"/?page={page - 1}" if page > 1 else None,
        after=f"/?page={page + 1}" if page < pages else None,
    )


def trial_card(record: TrialRecord, texts: SiteTexts) -> TrialCard:
    """A trial for the list of trials."""
    words = record.in_words(texts.locale)
    phase = texts.value("phase", record.phase) if record.phase and record.phase != "NA" else ""
    tags = (phase, *record.conditions[:_MOST_TAGS], _places_in_short(record, texts))
    summary = None if words.summary is None else _shortened(words.summary)
    return TrialCard(nct_id=record.nct_id, title=words.title, summary=summary, tags=tuple(tag for tag in tags if tag))


_DEEPEST = 3
_MOST_SITES = 12
"""Shown at once; the others are folded away."""
_MOST_TAGS = 4
_CARD_CHARACTERS = 400
"""Our own summaries are shorter; a registry's may run over pages."""


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    if len(text) <= _CARD_CHARACTERS:
        return text
    return text[:_CARD_CHARACTERS].rsplit(" ", 1)[0].rstrip(".,;:") + " …"


def trial_page(record: TrialRecord, texts: SiteTexts) -> TrialPage:
    """A trial for its own page."""
    words = record.in_words(texts.locale)
    own = record.reviewed is not None
    sites = [_site(site, texts) for site in record.sites]
    asked = [words.criteria[c.id].plain for c in record.criteria if c.checked_by is CheckedBy.PATIENT and _asks_something(c.requires)]
    team = [words.criteria[c.id].plain for c in record.criteria if c.checked_by is CheckedBy.STUDY_TEAM]
    return TrialPage(
        nct_id=record.nct_id,
        title=words.title,
        title_official=record.title_official,
        phase=texts.value("phase", record.phase) if record.phase else "",
        sponsor=record.sponsor.name,
        summary=words.summary,
        facts=tuple(_facts(record, texts)),
        studies=words.studies,
        sections=tuple(_sections(words, texts)),
        good_fit=words.good_fit,
        not_a_fit=words.not_a_fit,
        why_it_matters=words.why_it_matters,
        evidence=words.evidence,
        caution=words.caution,
        asked=tuple(asked) if own else (),
        team=tuple(team) if own else (),
        interventional=record.study_type == "INTERVENTIONAL",
        official=() if own else tuple(_official(record, texts)),
        sites_lead=_sites_lead(record, texts),
        sites=tuple(sites[:_MOST_SITES]),
        more_sites=tuple(sites[_MOST_SITES:]),
        contacts=tuple(_contact(contact, texts) for contact in record.contacts),
        steps=words.steps,
        conditions=record.conditions,
        registry_url=record.registry_url,
        reviewed=texts.text("pages.trial.reviewed", date=texts.date(record.last_reviewed)) if record.last_reviewed else None,
        as_of=texts.text("pages.trial.as_of", date=texts.date(record.source.as_of)),
    )


def summary_page(data: SummaryData, texts: SiteTexts) -> SummaryPage:
    """A finished screening, to be printed and taken along."""
    record = data.record
    words = record.in_words(texts.locale)
    patient = [outcome for outcome in data.outcomes if outcome.checked_by == "patient"]
    statuses: tuple[Status, ...] = ("not_met", "unknown", "met")
    grouped = tuple((status, tuple(_point(o, words) for o in patient if o.status == status)) for status in statuses)
    return SummaryPage(
        nct_id=record.nct_id,
        title=words.title,
        title_official=record.title_official,
        registry_url=record.registry_url,
        verdict=data.verdict,
        made=texts.text("summary.made", date=texts.date(data.made_on)),
        groups=tuple((status, points) for status, points in grouped if points),
        questions=data.questions,
        steps=words.steps,
        contacts=tuple(_contact(contact, texts) for contact in record.people_to_ask),
        record_date=texts.text("summary.record_date", date=texts.date(record.source.as_of)),
    )


def _official(record: TrialRecord, texts: SiteTexts) -> Iterator[tuple[str, tuple[OfficialPoint, ...]]]:
    for section, title in ((Section.INCLUSION, "official_inclusion"), (Section.EXCLUSION, "official_exclusion")):
        points: list[OfficialPoint] = []
        depths: dict[str, int] = {}
        under: tuple[str, ...] = ()
        for one in record.criteria:
            if one.section is not section or not one.text:
                continue
            depths[one.id] = depths.get(one.inside_of or "", -1) + 1
            heading = " ".join(one.under[-1].split()) if one.under and one.under != under else None
            under = one.under
            points.append(OfficialPoint(_without_escapes(one.text), min(depths[one.id], _DEEPEST), heading))
        if points:
            yield texts.text(f"pages.trial.{title}"), tuple(points)


def _without_escapes(text: str) -> str:
    return " ".join(text.split()).replace("\\", "")


def _asks_something(requires: Rule | None) -> bool:
    """A rule without any attribute (a record that takes people of any sex) is a fact, not a condition."""
    return requires is not None and bool(mentioned(requires))


def _point(outcome: Outcome, words: TrialWords) -> Point:
    text = words.criteria[outcome.id]
    return Point(
        status=outcome.status,
        plain=text.plain,
        said="; ".join(outcome.said) or None,
        why=text.not_met if outcome.status == "not_met" else None,
    )


def _facts(record: TrialRecord, texts: SiteTexts) -> list[Fact]:
    labels: Mapping[str, str] = texts.section("pages")["trial"]["facts"]
    enrollment = record.enrollment
    taking_part = (
        f"{enrollment.count} ({texts.value('enrollment_type', enrollment.type)})"
        if enrollment and enrollment.type
        else str(enrollment.count)
        if enrollment
        else texts.text("pages.not_stated")
    )
    healthy = None if record.healthy_volunteers is None else str(record.healthy_volunteers).lower()
    interventions = [_intervention(one.name, texts.value("intervention_type", one.type)) for one in record.interventions]
    return [
        Fact(labels["phase"], texts.value("phase", record.phase), texts.hint("phase", record.phase)),
        Fact(labels["study_type"], texts.value("study_type", record.study_type)),
        Fact(labels["conditions"], texts.listed(record.conditions)),
        Fact(labels["interventions"], texts.listed(interventions) or texts.text("pages.not_stated")),
        Fact(labels["enrollment"], taking_part),
        Fact(labels["ages"], _ages(record, texts)),
        Fact(labels["sex"], texts.value("sex", record.sex)),
        Fact(labels["healthy_volunteers"], texts.value("yes_no", healthy)),
        Fact(labels["allocation"], texts.value("allocation", record.allocation)),
        Fact(labels["masking"], texts.value("masking", record.masking)),
        Fact(labels["sponsor"], f"{record.sponsor.name} ({texts.value('sponsor_class', record.sponsor.class_)})"),
        Fact(labels["locations"], _places(record, texts)),
        Fact(labels["status"], texts.value("status", record.status)),
        Fact(labels["registry"], record.nct_id, address=record.registry_url),
    ]


def _intervention(name: str, kind: str) -> str:
    return name if name.lower() == kind.lower() else f"{name} ({kind})"


def _sections(words: TrialWords, texts: SiteTexts) -> list[TextSection]:
    found = (("arms", words.arms), ("duration", words.duration), ("risks", words.risks), ("cost", words.cost))
    return [TextSection(key, texts.text(f"pages.trial.{key}_title"), text) for key, text in found if text]


def _ages(record: TrialRecord, texts: SiteTexts) -> str:
    low, high = record.ages.minimum, record.ages.maximum
    if low is not None and high is not None:
        return texts.text("pages.values.ages_between", minimum=_age(low, texts), maximum=_age(high, texts))
    if low is not None:
        return texts.text("pages.values.ages_from", minimum=_age(low, texts))
    if high is not None:
        return texts.text("pages.values.ages_to", maximum=_age(high, texts))
    return texts.text("pages.values.ages_any")


def _age(years: float, texts: SiteTexts) -> str:
    count, unit = age_parts(years)
    return texts.text(f"pages.values.{unit}_one" if count == 1 else f"pages.values.{unit}", count=count)


def _place(site: Site, texts: SiteTexts) -> str:
    return texts.listed(part for part in (site.facility, site.city, site.state, site.country) if part)


def _total(record: TrialRecord) -> int:
    return max(record.sites_total or 0, len(record.sites))


def _places(record: TrialRecord, texts: SiteTexts) -> str:
    total, named = _total(record), len(record.sites)
    if not total:
        return texts.text("pages.not_stated")
    if named == 1 and total > 1:
        return texts.text("pages.values.sites_named", count=total, first=record.sites[0].city, others=total - 1)
    return _places_in_short(record, texts)


def _places_in_short(record: TrialRecord, texts: SiteTexts) -> str:
    total = _total(record)
    if not total:
        return ""
    return texts.text("pages.values.sites_one") if total == 1 else texts.text("pages.values.sites", count=total)


def _sites_lead(record: TrialRecord, texts: SiteTexts) -> str:
    total, named = _total(record), len(record.sites)
    if not named:
        return texts.text("pages.trial.sites_none")
    if named < total and named == 1:
        return texts.text("pages.trial.sites_lead_some_one", total=total)
    if named < total:
        return texts.text("pages.trial.sites_lead_some", total=total, count=named)
    return texts.text("pages.trial.sites_lead_one") if named == 1 else texts.text("pages.trial.sites_lead_all", count=named)


def _site(site: Site, texts: SiteTexts) -> SiteView:
    unknown = texts.text("pages.trial.site_status_unknown")
    return SiteView(
        place=_place(site, texts),
        status=texts.value("site_status", site.status) if site.status else unknown,
        contacts=tuple(_contact(contact, texts) for contact in site.contacts if contact.phone or contact.email),
    )


_PHONE = re.compile(r"\+?[\d\s().-]{4,25}")
_EMAIL = re.compile(r"[^\s@?&:/]+@[^\s@?&:/]+")


def _role(role: str | None, texts: SiteTexts) -> str | None:
    """A role in words; the registry's own codes, such as PRINCIPAL_INVESTIGATOR, are put into words."""
    return texts.value("contact_role", role) if role and role.isupper() else role


def _contact(contact: Contact, texts: SiteTexts) -> ContactView:
    """Only what looks like a number or an address becomes a link that a device acts on."""
    phone, email = contact.phone, contact.email
    return ContactView(
        name=texts.listed(part for part in (contact.name, _role(contact.role, texts), contact.site) if part),
        phone=phone,
        phone_address=f"tel:{re.sub(r'[^0-9+]', '', phone)}" if phone and _PHONE.fullmatch(phone) else None,
        email=email,
        email_address=f"mailto:{email}" if email and _EMAIL.fullmatch(email) else None,
    )
