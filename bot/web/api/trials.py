"""Trials, their criteria, and what can be asked: what the site shows to everybody, for programs."""

from __future__ import annotations

import asyncio

from bot.criteria import CheckedBy
from bot.criteria.rules import mentioned, rule_as_json
from bot.screening.attributes import AnswerType, Attribute
from bot.store.trial_settings import TrialFilter
from bot.trials import TrialRecord
from bot.trials.screened import counts_as_it_is
from bot.web.api.models.attributes import AttributeList, AttributeShape, OptionShape
from bot.web.api.models.trials import (
    CriterionList,
    CriterionShape,
    Trial,
    TrialContact,
    TrialIntervention,
    TrialItem,
    TrialList,
    TrialSite,
)
from bot.web.api.operation import Call, Page
from bot.web.api.paging import next_page
from bot.web.api.problems import not_found
from bot.words import Words


async def list_trials(call: Call) -> Page:
    """GET /api/v1/trials"""
    query = call.query
    wanted = TrialFilter(
        trials=call.key.trials, text=query.text, status=query.status or None, active=True, condition=query.condition.strip()
    )
    records = await asyncio.to_thread(_matching, call, wanted, query.after or "", query.limit + 1)
    shown = records[: query.limit]
    more = next_page(call.request.path, query.model_dump(), after=shown[-1].nct_id) if len(records) > query.limit else None
    return Page(TrialList(items=[_item(record, query.locale) for record in shown], next=more), more)


async def one_trial(call: Call) -> Trial:
    """GET /api/v1/trials/{nct_id}"""
    record = await asyncio.to_thread(shown_record, call, call.path["nct_id"])
    about = record.in_words(call.query.locale)
    return Trial(
        **_item(record, call.query.locale).model_dump(),
        official_title=record.title_official,
        summary=about.summary,
        study_type=record.study_type,
        minimum_age=record.ages.minimum,
        maximum_age=record.ages.maximum,
        sex=record.sex,
        healthy_volunteers=record.healthy_volunteers,
        sponsor=record.sponsor.name,
        interventions=[TrialIntervention(type=each.type, name=each.name) for each in record.interventions],
        sites=[
            TrialSite(facility=site.facility, city=site.city, state=site.state, country=site.country, status=site.status)
            for site in record.sites
        ],
        contacts=[TrialContact(**contact.model_dump()) for contact in record.people_to_ask],
        steps=list(about.steps),
        registry_url=record.registry_url,
        as_of=record.source.as_of,
        reviewed=record.reviewed is not None,
    )


async def criteria(call: Call) -> CriterionList:
    """GET /api/v1/trials/{nct_id}/criteria"""
    record = await asyncio.to_thread(shown_record, call, call.path["nct_id"])
    words = record.in_words(call.query.locale).criteria
    return CriterionList(
        nct_id=record.nct_id,
        version=record.version,
        items=[
            CriterionShape(
                id=one.id,
                section=one.section.value,
                checked_by=one.checked_by.value,
                plain=words[one.id].plain,
                official=one.text,
                rule=None if one.requires is None else rule_as_json(one.requires),
                attributes=[] if one.requires is None else list(mentioned(one.requires)),
                decides=one.checked_by is CheckedBy.PATIENT
                and counts_as_it_is(one.reviewed is not None, one.section, call.services.unreviewed),
            )
            for one in record.criteria
        ],
    )


async def attributes(call: Call) -> AttributeList:
    """GET /api/v1/attributes"""
    words = call.services.library.in_locale(call.query.locale)
    return AttributeList(items=[_attribute(attribute, words) for attribute in call.services.library.attributes.values()])


def options_of(attribute: Attribute, words: Words) -> list[OptionShape]:
    """The values that may be answered, as a person reads them."""
    values: tuple[bool | str, ...] = (True, False) if attribute.answer_type is AnswerType.YES_NO else attribute.values
    return [OptionShape(value=value, title=words.option_title(attribute.name, value)) for value in values]


def shown_record(call: Call, nct_id: str) -> TrialRecord:
    """The record of a trial that people may see and the key is for."""
    if not call.key.sees_trial(nct_id):
        raise not_found()
    with call.services.store.reading() as unit:
        found = unit.shown_trial(nct_id)
    if found is None:
        raise not_found()
    return call.services.records.record(found)


def _matching(call: Call, wanted: TrialFilter, after: str, limit: int) -> list[TrialRecord]:
    with call.services.store.reading() as unit:
        found = unit.matching_trials(wanted, after=after, limit=limit)
    return [call.services.records.record(each) for each in found]


def _item(record: TrialRecord, locale: str) -> TrialItem:
    return TrialItem(
        nct_id=record.nct_id,
        title=record.in_words(locale).title,
        status=record.status,
        phase=record.phase,
        conditions=list(record.conditions),
        version=record.version,
    )


def _attribute(attribute: Attribute, words: Words) -> AttributeShape:
    low, high = attribute.possible or (None, None)
    is_text = attribute.answer_type is AnswerType.TEXT
    question = words.about(attribute.name).get("question")
    return AttributeShape(
        name=attribute.name,
        title=words.name(attribute.name),
        answer_type=attribute.answer_type.value,
        unit=attribute.unit,
        minimum=low,
        maximum=high,
        options=options_of(attribute, words),
        exclusive=list(attribute.exclusive),
        names=("places" if attribute.of_places else attribute.names_in) if is_text else None,
        asked=attribute.asked,
        question=None if question is None else str(question),
    )
