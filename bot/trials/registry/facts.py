"""The facts of a registry study in the shape of a trial record."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from bot.trials.parts import Ages, Arm, Contact, Coordinates, Dates, Enrollment, Intervention, Site, Source, Sponsor, Term, Terms, When
from bot.trials.registry.fields import age_in_years
from bot.trials.registry.study import Body, Browse, ContactInfo, DateStruct, Location, Study

REGISTRY_URL = "https://clinicaltrials.gov/study/"


def facts_of(study: Study, imported_on: datetime.date) -> dict[str, Any]:
    """The fields of a `TrialRecord` that come straight from the study: all but criteria, words and version."""
    protocol, derived = study.protocol_section, study.derived_section
    identification, status = protocol.identification_module, protocol.status_module
    design, described = protocol.design_module, protocol.description_module
    lead = protocol.sponsor_collaborators_module.lead_sponsor
    contacts = protocol.contacts_locations_module
    eligibility = protocol.eligibility_module
    info, masking = design.design_info, design.design_info.masking_info
    enrollment = design.enrollment_info
    return {
        "nct_id": study.nct_id,
        "source": Source.model_validate({"registry_url": REGISTRY_URL + study.nct_id, "as_of": as_of(study) or imported_on}),
        "title_official": identification.official_title or identification.brief_title,
        "title_brief": identification.brief_title,
        "acronym": identification.acronym or None,
        "organization": identification.organization.full_name if identification.organization else lead.name,
        "phase": "/".join(design.phases) or None,
        "study_type": design.study_type,
        "allocation": info.allocation,
        "intervention_model": info.intervention_model,
        "observational_model": info.observational_model,
        "time_perspective": info.time_perspective,
        "masking": masking.masking if masking else None,
        "who_masked": tuple(masking.who_masked) if masking else (),
        "purpose": info.primary_purpose,
        "enrollment": Enrollment(count=enrollment.count, type=enrollment.type) if enrollment and enrollment.count is not None else None,
        "ages": _ages(eligibility.minimum_age, eligibility.maximum_age),
        "sex": eligibility.sex,
        "healthy_volunteers": eligibility.healthy_volunteers,
        "sponsor": _body(lead),
        "collaborators": tuple(_body(body) for body in protocol.sponsor_collaborators_module.collaborators),
        "interventions": tuple(
            Intervention(type=one.type, name=one.name, description=one.description, other_names=tuple(one.other_names))
            for one in protocol.arms_interventions_module.interventions
        ),
        "intervention_terms": _terms(derived.intervention_browse_module),
        "arms": tuple(
            Arm(label=arm.label, type=arm.type, description=arm.description, interventions=tuple(arm.intervention_names))
            for arm in protocol.arms_interventions_module.arm_groups
        ),
        "conditions": tuple(protocol.conditions_module.conditions),
        "condition_terms": _terms(derived.condition_browse_module),
        "keywords": tuple(word for word in protocol.conditions_module.keywords if word),
        "status": status.overall_status,
        "why_stopped": status.why_stopped or None,
        "dates": Dates(
            start=_when(status.start_date_struct),
            primary_completion=_when(status.primary_completion_date_struct),
            completion=_when(status.completion_date_struct),
            first_posted=_when(status.study_first_post_date_struct),
            last_updated=_when(status.last_update_post_date_struct),
            status_verified=When(date=status.status_verified_date) if status.status_verified_date else None,
        ),
        "sites": tuple(_sites(contacts.locations)),
        "contacts": tuple(_contacts(contacts.central_contacts)),
        "officials": tuple(Contact(name=one.name, role=one.role, site=one.affiliation) for one in contacts.overall_officials),
        "last_reviewed": None,
        "summary_official": described.brief_summary or None,
        "description_official": described.detailed_description or None,
        "eligibility_text": eligibility.eligibility_criteria,
    }


def as_of(study: Study) -> datetime.date | None:
    """The day the facts were true: that of the registry's data release, or else of the record's last update; None where neither is told."""
    release = study.derived_section.misc_info_module.version_holder
    update = study.protocol_section.status_module.last_update_post_date_struct
    for written in (release, update.date if update else None):
        try:
            if written:
                return datetime.date.fromisoformat(written)
        except ValueError:
            continue
    return None


def _ages(minimum: str | None, maximum: str | None) -> Ages:
    low, high = age_in_years(minimum), age_in_years(maximum)
    if low is not None and high is not None and low > high:
        # A slip of the record. Which of the two is wrong cannot be told; the criterion R-age then fits nobody, see `fields`.
        return Ages()
    return Ages(minimum=low, maximum=high)


def _body(body: Body) -> Sponsor:
    return Sponsor.model_validate({"name": body.name, "class": body.class_})


def _terms(browse: Browse) -> Terms:
    return Terms(
        terms=tuple(Term(id=mesh.id, name=mesh.term) for mesh in browse.meshes),
        ancestors=tuple(Term(id=mesh.id, name=mesh.term) for mesh in browse.ancestors),
    )


def _when(struct: DateStruct | None) -> When | None:
    return None if struct is None else When(date=struct.date, type=struct.type)


def _sites(locations: list[Location]) -> Iterator[Site]:
    for location in locations:
        point = location.geo_point
        yield Site(
            city=location.city or "",
            country=location.country or "",
            facility=location.facility or None,
            status=location.status or None,
            state=location.state or None,
            zip=location.zip or None,
            coordinates=None if point is None else Coordinates(latitude=point.lat, longitude=point.lon),
            contacts=tuple(_contacts(location.contacts)),
        )


def _contacts(given: list[ContactInfo]) -> Iterator[Contact]:
    """Contacts that can be reached; one without a name, a phone and an address is none. That a contact is a contact goes without saying."""
    for one in given:
        phone = " ext. ".join(filter(None, (one.phone, one.phone_ext))) if one.phone else None
        if one.name or phone or one.email:
            yield Contact(name=one.name or "", role=None if one.role == "CONTACT" else one.role, phone=phone, email=one.email or None)
