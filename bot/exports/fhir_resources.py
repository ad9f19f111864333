"""FHIR R4 resources: the questions of a trial, the answers to them, the trial, and who may take part in it.

The elements used here are the same in R4 (4.0.1) and R4B (4.3.0).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from bot.exports.shown import Ninety, ShownAnswer, ShownConversation, ShownScreening
from bot.screening.attributes import AnswerType, Attribute
from bot.trials import TrialRecord
from bot.words import Words

Resource = dict[str, Any]

ABSENT: Final = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
UCUM: Final = "http://unitsofmeasure.org"
NAMESPACE: Final = "urn:trialchat"
_REASONS: Mapping[str, str] = {"unsure": "asked-unknown", "declined": "asked-declined", "unread": "unknown", "withheld": "masked"}
_NOT_APPLICABLE = "not-applicable"
# Our units that UCUM writes in another way; the rest are UCUM's own.
_UNITS: Mapping[str, str] = {
    "years": "a",
    "months": "mo",
    "days": "d",
    "mmHg": "mm[Hg]",
    "10^9/L": "10*9/L",
    "places": "{places}",
    "pack-years": "{pack-years}",
}
_PHASES: Mapping[str, str] = {
    "EARLY_PHASE1": "early-phase-1",
    "PHASE1": "phase-1",
    "PHASE1/PHASE2": "phase-1-phase-2",
    "PHASE2": "phase-2",
    "PHASE2/PHASE3": "phase-2-phase-3",
    "PHASE3": "phase-3",
    "PHASE4": "phase-4",
    "NA": "n-a",
}
_STUDY: Mapping[str, str] = {
    "NOT_YET_RECRUITING": "approved",
    "RECRUITING": "active",
    "ENROLLING_BY_INVITATION": "active",
    "ACTIVE_NOT_RECRUITING": "closed-to-accrual",
    "SUSPENDED": "temporarily-closed-to-accrual",
    "TERMINATED": "administratively-completed",
    "COMPLETED": "completed",
    "WITHDRAWN": "withdrawn",
}
_SUBJECT: Mapping[str, str] = {
    "new": "potential-candidate",
    "to_call": "candidate",
    "called": "candidate",
    "prescreening": "screening",
    "enrolled": "on-study",
    "closed": "not-registered",
}


def address(*parts: str) -> str:
    """The `fullUrl` of a resource: the same parts, the same address."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, ':'.join((NAMESPACE, *parts)))}"


def study(trial_id: str, record: TrialRecord | None) -> Resource:
    """The trial; of one whose record is gone, its number."""
    found: Resource = {
        "resourceType": "ResearchStudy",
        "identifier": [{"system": "https://clinicaltrials.gov", "value": trial_id}],
    }
    status = None if record is None or record.status is None else _STUDY.get(record.status)
    found |= {"_status": {"extension": [_absent("unknown")]}} if status is None else {"status": status}
    if record is not None:
        found["title"] = record.title_official
        found["condition"] = [{"text": condition} for condition in record.conditions]
        if phase := _PHASES.get(record.phase or ""):
            found["phase"] = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/research-study-phase", "code": phase}]}
    return found


def questionnaire(name: str, version: str, title: str, attributes: Iterable[Attribute], words: Words) -> Resource:
    """The questions, one item for each attribute."""
    return {
        "resourceType": "Questionnaire",
        "url": questionnaire_url(name),
        "version": version,
        "name": name.replace("-", "_"),
        "title": title,
        "status": "active",
        "subjectType": ["Patient"],
        "item": [_question(attribute, words) for attribute in attributes],
    }


def questionnaire_url(name: str) -> str:
    """Its canonical address."""
    return f"{NAMESPACE}:questionnaire:{name}"


def response(
    shown: ShownConversation,
    screening: ShownScreening,
    canonical: str,
    answers: Sequence[ShownAnswer],
    attributes: Mapping[str, Attribute],
    words: Words,
) -> Resource:
    """The answers of a screening to the questions of one questionnaire."""
    return {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": canonical,
        "status": _progress(shown, screening),
        "subject": {"reference": address(shown.export_id, "patient")},
        "authored": shown.begun_at.isoformat() if shown.begun_at is not None else str(shown.begun_in),
        "item": [_item(answer, attributes[answer.attribute], words) for answer in answers],
    }


def patient(shown: ShownConversation) -> Resource:
    """A person of whom nothing is said; in an identified export, which conversation it is."""
    found: Resource = {"resourceType": "Patient"}
    if shown.conversation_id is not None:
        found["identifier"] = [{"system": f"{NAMESPACE}:conversation", "value": shown.conversation_id}]
    return found


def subject(shown: ShownConversation, trial_id: str) -> Resource:
    """Somebody who may take part in a trial, and how far that has come."""
    withdrawn = shown.stage == "withdrawn"
    unfit = shown.status == "closed" and shown.verdict == "unlikely"
    return {
        "resourceType": "ResearchSubject",
        "status": "withdrawn" if withdrawn else "ineligible" if unfit else _SUBJECT[shown.status],
        "study": {"reference": address("study", trial_id)},
        "individual": {"reference": address(shown.export_id, "patient")},
    }


def _progress(shown: ShownConversation, screening: ShownScreening) -> str:
    if screening.finished_on is not None:
        return "completed"
    return "stopped" if shown.stage == "withdrawn" else "in-progress"


def _question(attribute: Attribute, words: Words) -> Resource:
    texts = words.about(attribute.name)
    item: Resource = {"linkId": attribute.name, "text": str(texts.get("question") or texts["name"])}
    match attribute.answer_type:
        case AnswerType.YES_NO:
            item["type"] = "boolean"
        case AnswerType.NUMBER if attribute.unit is None:
            item["type"] = "integer" if attribute.whole else "decimal"
        case AnswerType.NUMBER | AnswerType.TIME_SINCE:
            item["type"] = "quantity"
        case AnswerType.CHOICE | AnswerType.CHOICES:
            item["type"] = "choice"
            item["repeats"] = attribute.answer_type is AnswerType.CHOICES
            item["answerOption"] = [{"valueCoding": _coding(attribute, value, words)} for value in attribute.values]
        case AnswerType.TEXT:
            item |= {"type": "string", "repeats": True}
    return item


def _item(answer: ShownAnswer, attribute: Attribute, words: Words) -> Resource:
    # A question of an older lexicon may have had other answers.
    fits = answer.value is not None and (isinstance(answer.value, Ninety) or attribute.accepts(answer.value))
    reason = _REASONS.get(answer.state, "unknown")
    answers = _values(answer.value, attribute, words) if fits else [{"extension": [_absent(reason)]}]
    return {"linkId": attribute.name, "answer": answers}


def _values(value: Any, attribute: Attribute, words: Words) -> list[Resource]:
    match attribute.answer_type:
        case AnswerType.YES_NO:
            return [{"valueBoolean": value}]
        case AnswerType.NUMBER if attribute.unit is None:
            return [{"valueInteger": int(value)} if attribute.whole else {"valueDecimal": value}]
        case AnswerType.NUMBER | AnswerType.TIME_SINCE:
            if isinstance(value, str):  # never
                return [{"extension": [_absent(_NOT_APPLICABLE)]}]
            return [{"valueQuantity": _quantity(value, attribute.unit or "")}]
        case AnswerType.CHOICE:
            return [{"valueCoding": _coding(attribute, value, words)}]
        case AnswerType.CHOICES:
            return [{"valueCoding": _coding(attribute, each, words)} for each in value]
        case AnswerType.TEXT:
            return [{"valueString": name} for name in value] or [{"valueString": "none"}]
    raise AssertionError(attribute.answer_type)


def _quantity(value: Any, unit: str) -> Resource:
    shown: Resource = {"value": 90, "comparator": ">="} if isinstance(value, Ninety) else {"value": value}
    return shown | {"unit": unit, "system": UCUM, "code": _UNITS.get(unit, unit)}


def _coding(attribute: Attribute, value: str, words: Words) -> Resource:
    return {
        "system": f"{NAMESPACE}:answers:{attribute.name}",
        "code": value,
        "display": words.option_title(attribute.name, value),
    }


def _absent(reason: str) -> Resource:
    return {"url": ABSENT, "valueCode": reason}
