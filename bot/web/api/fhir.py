"""FHIR R4, for reading: trials, their questions, and, de-identified, who answered what."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from bot.exports.fhir_bundles import GENERAL
from bot.exports.fhir_single import Resources
from bot.trials import TrialRecord
from bot.web.api.conversations import read_file
from bot.web.api.operation import Call
from bot.web.api.problems import not_found
from bot.web.api.trials import shown_record

_RESPONSE = re.compile(r"([0-9a-f]{32})\.([1-9][0-9]{0,5})(\.general)?")
_TRIAL = re.compile(r"NCT[0-9]{8}")
SCOPES: Mapping[str, str] = {
    "ResearchStudy": "trials:read",
    "Questionnaire": "trials:read",
    "QuestionnaireResponse": "conversations:read",
    "ResearchSubject": "conversations:read",
}


async def capabilities(call: Call) -> Mapping[str, Any]:
    """GET /fhir/metadata"""
    words = call.services.texts["fhir"]
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": words["date"],
        "kind": "instance",
        "software": {"name": words["software"]},
        "implementation": {"description": words["description"], "url": f"{call.services.site_url.rstrip('/')}/fhir"},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": words["security"]},
                "resource": [
                    {"type": kind, "interaction": [{"code": "read"}], "documentation": words["scope"].format(scope=scope)}
                    for kind, scope in SCOPES.items()
                ],
            }
        ],
    }


async def study(call: Call) -> Mapping[str, Any]:
    """GET /fhir/ResearchStudy/{id}"""
    name = call.path["id"]
    record = await asyncio.to_thread(shown_record, call, name)
    return _found(_resources(call, record).study(name))


async def questionnaire(call: Call) -> Mapping[str, Any]:
    """GET /fhir/Questionnaire/{id}"""
    name = call.path["id"]
    record = None if name == GENERAL else await asyncio.to_thread(shown_record, call, name)
    return _found(_resources(call, record).questionnaire(name))


async def response(call: Call) -> Mapping[str, Any]:
    """GET /fhir/QuestionnaireResponse/{id}"""
    named = _RESPONSE.fullmatch(call.path["id"])
    if named is None:
        raise not_found()
    return await asyncio.to_thread(_response, call, named[1], int(named[2]), named[3] is not None)


async def subject(call: Call) -> Mapping[str, Any]:
    """GET /fhir/ResearchSubject/{id}"""
    return await asyncio.to_thread(_subject, call, call.path["id"])


def _response(call: Call, conversation_id: str, number: int, general: bool) -> Mapping[str, Any]:
    file = read_file(call, conversation_id, "fhir")
    trials = [each.screening.trial_id for each in file.screenings if each.screening.number == number]
    return _found(_resources(call, *_records(call, *trials)).response(file, number, general=general))


def _subject(call: Call, conversation_id: str) -> Mapping[str, Any]:
    return _found(_resources(call).subject(read_file(call, conversation_id, "fhir")))


def _records(call: Call, *trials: str | None) -> list[TrialRecord]:
    """The records of trials, shown to people or not: what was answered about one is read as its questions."""
    with call.services.store.reading() as unit:
        stored = [unit.trial(trial) for trial in trials if trial is not None and _TRIAL.fullmatch(trial)]
    return [call.services.records.record(each) for each in stored if each is not None]


def _resources(call: Call, *records: TrialRecord | None) -> Resources:
    by_name = {record.nct_id: record for record in records if record is not None}
    return Resources(call.services.library.attributes, call.services.library.in_locale(None), by_name.get)


def _found(resource: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if resource is None:
        raise not_found()
    return resource
