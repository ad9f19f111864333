"""Screening what is sent along: the same verdicts as in the chat, the field of every fault, and nothing kept."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from bot.screening.attributes import AnswerType
from tests.api.conftest import Program, Programs
from tests.console.house import TRIAL, House
from tests.console.test_every_route import everything

FITS = {
    "age": 61,
    "condition": ["Non Small Cell Lung Cancer"],
    "diagnosis_confirmed": True,
    "cancer_stage": "IV",
    "metastasis_count": 2,
    "metastasis_sites": ["bone", "liver"],
    "performance_status": "1",
    "prior_systemic_therapy": "none",
}


async def screened(program: Program, facts: dict[str, Any]) -> Any:
    status, found = await program.post("/api/v1/screenings", json={"nct_ids": [TRIAL], "facts": facts})
    assert status == 200, found
    return found


async def test_what_is_known_is_held_against_each_criterion(program: Programs) -> None:
    found = await screened(program(), FITS)
    (trial,) = found["trials"]
    by_id = {each["id"]: each for each in trial["criteria"]}
    assert trial["verdict"] == "possible"
    assert by_id["R-age"] == {
        "id": "R-age",
        "status": "met",
        "checked_by": "patient",
        "plain": "You are 18 or older.",
        "because": [{"attribute": "age", "value": 61}],
    }
    assert by_id["I4"]["status"] == "unknown"
    assert {each["id"] for each in trial["criteria"] if each["status"] == "not_met"} == set()


async def test_one_criterion_that_is_not_met_decides_and_nothing_more_is_asked(program: Programs) -> None:
    found = await screened(program(), {**FITS, "age": 12})
    (trial,) = found["trials"]
    assert (trial["verdict"], trial["next_question"], found["next_question"]) == ("unlikely", None, None)


async def test_following_the_questions_comes_to_an_end(program: Programs) -> None:
    """Each is asked once, the estimate never grows by more than what an answer opens, and at the end there is none."""
    asking, facts, asked = program(), {}, []
    answers = {"yes_no": False, "number": 1, "time_since": "never"}
    for _ in range(60):
        found = await screened(asking, {**facts, "age": 61, "condition": ["Non Small Cell Lung Cancer"]})
        question = found["next_question"]
        if question is None:
            break
        asked.append(question["attribute"])
        value: Any = answers.get(question["answer_type"])
        if question["answer_type"] in {"choice", "choices"}:
            value = question["options"][0]["value"]
            value = [value] if question["answer_type"] == "choices" else value
        facts[question["attribute"]] = value
    assert found["next_question"] is None
    assert len(set(asked)) == len(asked)


async def test_what_is_asked_and_not_known_is_not_asked_again(program: Programs) -> None:
    asking = program()
    first = (await screened(asking, {}))["next_question"]["attribute"]
    then = await screened(asking, {first: None})
    assert then["next_question"]["attribute"] != first
    assert then["trials"][0]["verdict"] == "possible"


async def test_without_trials_named_all_of_the_key_s_are_looked_at(program: Programs) -> None:
    status, found = await program().post("/api/v1/screenings", json={"facts": {"age": 61}})
    assert (status, [each["nct_id"] for each in found["trials"]], found["next_after"]) == (200, [TRIAL], None)
    assert (await program().post("/api/v1/screenings", json={"after": TRIAL}))[1]["trials"] == []


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"agee": 61}, "facts.agee"),
        ({"age": "61"}, "facts.age"),
        ({"age": 61.5}, "facts.age"),
        ({"age": 400}, "facts.age"),
        ({"age": True}, "facts.age"),
        ({"consent": "yes"}, "facts.consent"),
        ({"cancer_stage": "5"}, "facts.cancer_stage"),
        ({"cancer_stage": ["IV"]}, "facts.cancer_stage"),
        ({"driver_mutations": []}, "facts.driver_mutations"),
        ({"driver_mutations": ["egfr", "none"]}, "facts.driver_mutations"),
        ({"driver_mutations": "egfr"}, "facts.driver_mutations"),
        ({"last_trial_drug": -1}, "facts.last_trial_drug"),
        ({"last_trial_drug": "ever"}, "facts.last_trial_drug"),
        ({"condition": []}, "facts.condition"),
        ({"condition": ["a made-up illness"]}, "facts.condition"),
        ({"condition": "Lung Cancer"}, "facts.condition"),
        ({"location": ["\u0000"]}, "facts.location"),
    ],
)
async def test_a_fault_is_named_by_its_field_and_its_value_is_not_repeated(program: Programs, facts: dict[str, Any], field: str) -> None:
    status, found, headers = await program().ask("POST", "/api/v1/screenings", json={"facts": facts})
    assert status == 422
    assert headers["Content-Type"] == "application/problem+json"
    assert [each["field"] for each in found["errors"]] == [field]
    assert "made-up" not in str(found)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"facts": {"age": NaN}}', 400),
        (b"[" * 100_000, 400),
        (b"[]", 422),
        (b"null", 422),
        (b'{"facts": []}', 422),
        (b'{"nct_ids": []}', 422),
        (b'{"nct_ids": ["NCT1"]}', 422),
        (b'{"locale": "\\u0000"}', 422),
        (b'{"nct_ids": ["NCT99999999"]}', 404),
        (b'{"x": "' + b"x" * 140_000 + b'"}', 413),
    ],
)
async def test_a_body_that_cannot_be_used_says_so(program: Programs, body: bytes, status: int) -> None:
    assert (await program().post("/api/v1/screenings", data=body))[0] == status


async def test_every_attribute_takes_what_its_description_says(house: House, program: Programs) -> None:
    facts: dict[str, Any] = {}
    for name, attribute in house.library.attributes.items():
        names = house.library.in_locale("en").lexicon.names_of(name).names if attribute.answer_type is AnswerType.TEXT else ()
        facts[name] = {
            AnswerType.YES_NO: True,
            AnswerType.NUMBER: (attribute.possible or (0, 0))[0],
            AnswerType.CHOICE: (*attribute.values, "")[0],
            AnswerType.CHOICES: list(attribute.values[:1]),
            AnswerType.TIME_SINCE: 30,
            AnswerType.TEXT: list(names[:2]),
        }[attribute.answer_type]
    await screened(program(), facts)


async def test_nothing_is_stored_and_nothing_is_logged(house: House, program: Programs, caplog: pytest.LogCaptureFixture) -> None:
    asking = program()
    await screened(asking, {})
    before = everything(house)
    with caplog.at_level(logging.DEBUG, logger="bot"):
        await screened(asking, {**FITS, "location": ["Gothenburg"]})
        await asking.post("/api/v1/screenings", json={"facts": {"condition": ["quokka fever"]}})
    assert everything(house) == before
    assert "Gothenburg" not in caplog.text
    assert "quokka" not in caplog.text
