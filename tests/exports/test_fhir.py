"""FHIR bundles, validated by a library that is not ours. Its R4B models are the closest to R4 that it has; see docs/exports.md."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.exports.files import ExportFormat
from bot.screening.attributes import AnswerType, Attribute
from bot.store.records import ConversationFile
from tests.exports.conftest import TRIAL, Exporter, file_of

ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"


def bundle(exporter: Exporter, *files: ConversationFile, **how: Any) -> dict[str, Any]:
    """The bundle, after the library has taken it, and after every reference was followed."""
    found: dict[str, Any] = json.loads(exporter.text(ExportFormat.FHIR, *files, **how))
    Bundle.model_validate(found)
    resources = {entry["fullUrl"]: entry["resource"] for entry in found["entry"]}
    assert len(resources) == len(found["entry"]), "each address is there once"
    assert all(url == f"urn:uuid:{resource['id']}" for url, resource in resources.items())
    for reference in _references(list(resources.values())):
        assert reference in resources
    questionnaires = {
        f"{resource['url']}|{resource['version']}": {item["linkId"]: item for item in resource["item"]}
        for resource in resources.values()
        if resource["resourceType"] == "Questionnaire"
    }
    for response in of_type(found, "QuestionnaireResponse"):
        for item in response["item"]:
            _answers_fit(questionnaires[response["questionnaire"]][item["linkId"]], item["answer"])
    return found


def _references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["reference"]] if isinstance(part.get("reference"), str) else []
        return own + list(itertools.chain.from_iterable(map(_references, part.values())))
    return list(itertools.chain.from_iterable(map(_references, part))) if isinstance(part, list) else []


def _answers_fit(question: dict[str, Any], answers: list[dict[str, Any]]) -> None:
    """What the R4 profile of a response asks of each answer, and the library does not look at."""
    kinds = {"boolean": "valueBoolean", "integer": "valueInteger", "decimal": "valueDecimal", "quantity": "valueQuantity"}
    kind = kinds.get(question["type"]) or {"choice": "valueCoding", "string": "valueString"}[question["type"]]
    assert len(answers) == 1 or question["repeats"]
    for answer in answers:
        assert set(answer) in ({kind}, {"extension"})
        if kind == "valueCoding" and "extension" not in answer:
            assert {"valueCoding": answer["valueCoding"]} in question["answerOption"]


def of_type(found: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in found["entry"] if entry["resource"]["resourceType"] == kind]


def answers(found: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {item["linkId"]: item["answer"] for response in of_type(found, "QuestionnaireResponse") for item in response["item"]}


def test_a_conversation_is_a_person_with_answers_who_may_take_part_in_a_study(exporter: Exporter) -> None:
    found = bundle(exporter, file_of({"age": 54, "prior_radiotherapy": True}))
    (study,) = of_type(found, "ResearchStudy")
    assert study["identifier"] == [{"system": "https://clinicaltrials.gov", "value": TRIAL}]
    assert study["phase"]["coding"][0]["code"] == "phase-3"
    # The record says nothing about it, and neither do we.
    assert study["_status"]["extension"] == [{"url": ABSENT, "valueCode": "unknown"}]
    (subject,) = of_type(found, "ResearchSubject")
    assert subject["status"] == "candidate"
    assert answers(found)["age"] == [{"valueQuantity": {"value": 54, "unit": "years", "system": "http://unitsofmeasure.org", "code": "a"}}]
    assert answers(found)["prior_radiotherapy"] == [{"valueBoolean": True}]


def test_the_questions_are_those_of_the_trial_in_its_words(exporter: Exporter) -> None:
    (questionnaire,) = of_type(bundle(exporter, file_of({"age": 54})), "Questionnaire")
    items = {item["linkId"]: item for item in questionnaire["item"]}
    assert items["age"]["text"] == "How old are you?"
    assert "prior_radiotherapy" in items
    assert "mmse" not in items


def test_what_was_told_beside_the_trials_questions_answers_the_general_ones(exporter: Exporter) -> None:
    found = bundle(exporter, file_of({"age": 54, "mmse": 28}), file_of({"mmse": 20}, name="another"))
    assert len(of_type(found, "Questionnaire")) == 2
    assert [response["questionnaire"].split("|")[0] for response in of_type(found, "QuestionnaireResponse")] == [
        f"urn:trialchat:questionnaire:{TRIAL}",
        "urn:trialchat:questionnaire:general",
        "urn:trialchat:questionnaire:general",
    ]


def test_unsure_and_withheld_are_reasons_why_a_value_is_absent(exporter: Exporter) -> None:
    found = answers(bundle(exporter, file_of({"prior_radiotherapy": None, "location": ["Leeds"]})))
    assert found["prior_radiotherapy"] == [{"extension": [{"url": ABSENT, "valueCode": "asked-unknown"}]}]
    assert found["location"] == [{"extension": [{"url": ABSENT, "valueCode": "masked"}]}]


def test_an_age_above_89_is_at_least_90(exporter: Exporter) -> None:
    (answer,) = answers(bundle(exporter, file_of({"age": 97})))["age"]
    assert (answer["valueQuantity"]["value"], answer["valueQuantity"]["comparator"]) == (90, ">=")


def test_the_person_is_nobody(exporter: Exporter) -> None:
    (patient,) = of_type(bundle(exporter, file_of({"sex": "female"})), "Patient")
    assert set(patient) == {"resourceType", "id"}


def test_in_an_identified_bundle_the_person_has_the_conversations_id(exporter: Exporter) -> None:
    file = file_of({"age": 97})
    found = bundle(exporter, file, identified=True)
    (patient,) = of_type(found, "Patient")
    assert patient["identifier"] == [{"system": "urn:trialchat:conversation", "value": file.conversation.id}]
    assert of_type(found, "QuestionnaireResponse")[0]["authored"] == "2026-03-04T21:30:00+00:00"


@pytest.mark.parametrize(
    ("conversation", "status"),
    [
        ({"status": "new"}, "potential-candidate"),
        ({"status": "called"}, "candidate"),
        ({"status": "prescreening"}, "screening"),
        ({"status": "enrolled"}, "on-study"),
        ({"status": "closed"}, "not-registered"),
        ({"status": "closed", "verdict": "unlikely"}, "ineligible"),
        ({"status": "new", "stage": "withdrawn"}, "withdrawn"),
    ],
)
def test_the_work_status_becomes_the_subjects(exporter: Exporter, conversation: dict[str, str], status: str) -> None:
    (subject,) = of_type(bundle(exporter, file_of(**conversation)), "ResearchSubject")
    assert subject["status"] == status


def test_a_search_among_all_trials_has_no_subject(exporter: Exporter) -> None:
    found = bundle(exporter, file_of({"age": 54}, trial_id=None))
    assert of_type(found, "ResearchSubject") == []
    assert answers(found).keys() == {"age"}


def test_a_trial_whose_record_is_gone_keeps_its_number(exporter: Exporter) -> None:
    found = bundle(exporter, file_of({"age": 54}, trial_id="NCT00000007"))
    (study,) = of_type(found, "ResearchStudy")
    assert study["identifier"][0]["value"] == "NCT00000007"
    assert answers(found).keys() == {"age"}


def test_an_empty_export_is_a_bundle_too(exporter: Exporter) -> None:
    assert bundle(exporter)["entry"] == []


def _value(attribute: Attribute) -> st.SearchStrategy[Any]:
    match attribute.answer_type:
        case AnswerType.YES_NO:
            return st.booleans()
        case AnswerType.NUMBER:
            low, high = attribute.possible or (0, 100)
            return st.integers(int(low), int(high)) if attribute.whole else st.floats(low, high).map(lambda value: round(value, 2))
        case AnswerType.CHOICE:
            return st.sampled_from(attribute.values)
        case AnswerType.CHOICES:
            together = [value for value in attribute.values if value not in attribute.exclusive]
            return st.lists(st.sampled_from(together), min_size=1, unique=True) | st.sampled_from(attribute.values).map(
                lambda value: [value]
            )
        case AnswerType.TIME_SINCE:
            return st.just("never") | st.integers(0, 40_000)
    return st.lists(st.sampled_from(["Lung Cancer", "Asthma"]), unique=True)


@given(data=st.data(), identified=st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_can_be_answered_makes_a_valid_bundle(exporter: Exporter, data: st.DataObject, identified: bool) -> None:
    attributes = exporter.library.attributes
    names = data.draw(st.lists(st.sampled_from(sorted(attributes)), unique=True, max_size=6))
    given_ = {name: data.draw(st.none() | _value(attributes[name]), label=name) for name in names}
    bundle(exporter, file_of(given_), identified=identified)
