"""A trial that sets limits for measured values: what is asked, and what nobody is ever asked."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from bot.screening.readings import Command, ReadAnswer, ReadCommand
from bot.settings import PROJECT
from bot.store import Store
from bot.trials.loading import store_records
from bot.trials.records import parse_record
from bot.words import Library
from bot.yaml_files import read_yaml
from tests.conversing import NOW, Talk, told

OUTLOOK = "life_expectancy"
ASK_THE_DOCTOR = "How long do the trial's visits go on, and would that suit me?"


def record_with_limits() -> dict[str, Any]:
    """A made-up study with limits for blood pressure, a blood value, and how long people are expected to live."""
    data = read_yaml(PROJECT / "trials" / "NCT06141070.yaml")

    def limit(id_: str, attribute: str, least: float) -> dict[str, Any]:
        return {"id": id_, "section": "inclusion", "checked_by": "patient", "requires": {"attribute": attribute, "at_least": least}}

    criteria = [limit("I1", "systolic_bp", 100), limit("I2", "diastolic_bp", 60), limit("I3", "hemoglobin", 9), limit("I4", OUTLOOK, 3)]
    words = {entry["id"]: {"plain": f"Point {entry['id']} fits.", "not_met": f"Point {entry['id']} does not fit."} for entry in criteria}
    words["I4"]["to_ask"] = ASK_THE_DOCTOR
    return data | {
        "nct_id": "NCT00000003",
        "conditions": ["Type 2 Diabetes"],
        "criteria": criteria,
        "words": {"en": data["words"]["en"] | {"criteria": words}},
    }


@pytest.fixture
def talk(store: Store, library: Library) -> Talk:
    store_records(store, [parse_record(record_with_limits(), "limits", library.attributes)], NOW + datetime.timedelta(days=1))
    talk = Talk.open(store, library, trial_id="NCT00000003")
    talk.say_all("hello", "yes")
    return talk


def finish(talk: Talk) -> set[str]:
    """Answer all that is asked; says what was."""
    asked = set()
    while talk.question is not None:
        asked.add(talk.question)
        talk.say({"systolic_bp": "128", "diastolic_bp": "76", "hemoglobin": "13.5 g/dL"}[talk.question])
    return asked


def status(talk: Talk) -> dict[str, str]:
    assert talk.result is not None
    return {criterion["id"]: criterion["status"] for criterion in talk.result["criteria"]}


def test_one_blood_pressure_answers_both_of_its_questions(talk: Talk) -> None:
    assert talk.question in ("systolic_bp", "diastolic_bp")
    talk.say("128 over 76")
    assert talk.question == "hemoglobin"
    assert talk.answers()["systolic_bp"][0] == 128
    assert talk.answers()["diastolic_bp"][0] == 76


def test_a_blood_pressure_told_at_another_question_is_not_asked(talk: Talk) -> None:
    talk.until("hemoglobin", {"systolic_bp": "not sure", "diastolic_bp": "not sure"})
    talk.say("no idea, but my blood pressure is 128/76")
    assert talk.answers()["systolic_bp"][0] == 128
    assert talk.answers()["diastolic_bp"][0] == 76


def test_not_knowing_a_value_counts_against_nobody(talk: Talk) -> None:
    while talk.question is not None:
        talk.say("no idea")
    assert set(status(talk).values()) == {"unknown"}


def test_a_word_for_a_value_is_no_value(talk: Talk) -> None:
    open_question = talk.question
    talk.say("it was normal")
    assert talk.question == open_question
    assert open_question not in talk.answers()


def test_a_value_that_cannot_be_is_asked_again(talk: Talk) -> None:
    open_question = talk.question
    talk.say("5")
    assert talk.question == open_question
    assert open_question not in talk.answers()


def test_a_value_that_is_hardly_ever_seen_is_read_back(talk: Talk) -> None:
    talk.say_all("128/76", "3 g/dL")
    assert talk.codes == ["confirm"]
    talk.say("yes")
    assert talk.answers()["hemoglobin"][0] == 3


def test_nobody_is_asked_how_long_they_have_to_live(talk: Talk) -> None:
    assert finish(talk) == {"systolic_bp", "diastolic_bp", "hemoglobin"}
    assert status(talk)["I4"] == "unknown"
    assert talk.result is not None
    assert talk.result["verdict"] == "possible"
    assert ASK_THE_DOCTOR in talk.texts
    assert "Point I4 fits. I do not ask about this." in talk.texts


def test_told_unasked_it_counts(talk: Talk) -> None:
    talk.say("the prognosis is 24 months")
    assert talk.codes == ["noted"]
    assert talk.answers()[OUTLOOK][0] == 24
    finish(talk)
    assert status(talk)["I4"] == "met"


def test_told_anew_it_is_corrected(talk: Talk) -> None:
    talk.say_all("the prognosis is 24 months", "the prognosis is 12 months")
    assert talk.codes == ["corrected"]
    assert talk.answers()[OUTLOOK][0] == 12


def test_changing_it_without_a_new_value_takes_it_back_and_asks_nothing(talk: Talk) -> None:
    open_question = talk.question
    talk.say("the prognosis is 24 months")
    talk.tell("that is wrong", told(ReadCommand(Command.CHANGE, OUTLOOK)))
    assert talk.codes == ["corrected"]
    assert talk.question == open_question
    assert talk.answers()[OUTLOOK][0] is None
    talk.tell("that too", told(ReadCommand(Command.CHANGE, OUTLOOK)))
    assert talk.question == open_question
    finish(talk)
    assert status(talk)["I4"] == "unknown"


def test_going_back_goes_past_it(talk: Talk) -> None:
    first = talk.question
    talk.say_all("128" if first == "systolic_bp" else "76", "the prognosis is 24 months", "go back")
    assert talk.question == first


def test_misunderstood_among_much_it_is_dropped_and_the_rest_counts(talk: Talk) -> None:
    talk.tell("all of it", told(**{OUTLOOK: 24.0, "weight": 70.0, "age": 61}))
    assert talk.codes == ["understood"]
    talk.say("no")
    talk.tell("the outlook", told(ReadCommand(Command.CHANGE, OUTLOOK)))
    assert talk.question in ("systolic_bp", "diastolic_bp")
    assert OUTLOOK not in talk.answers()
    assert talk.answers()["weight"][0] == 70


def test_a_value_of_it_that_cannot_be_is_left_and_never_read_back(talk: Talk) -> None:
    open_question = talk.question
    talk.say("the prognosis is 24 months")
    talk.tell("change it to 800", told(ReadCommand(Command.CHANGE, OUTLOOK, 800.0, "800")))
    assert "confirm" not in talk.codes
    assert talk.question == open_question
    talk.tell("800", told(ReadAnswer(OUTLOOK, 800.0, "800")))
    assert "confirm" not in talk.codes
    assert talk.answers()[OUTLOOK][0] == 24
