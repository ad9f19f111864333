"""A trial that asks for all illnesses: none is an answer, and what is not named counts as denied once all of a message was read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import PROJECT
from bot.store import Store
from bot.trials import load_record
from bot.trials.loading import store_records
from bot.words import Library
from bot.yaml_files import read_yaml
from tests.conversing import NOW, Talk

DIABETES = ["Type 2 Diabetes"]
TRIAL = "NCT00000003"


def record(*criteria: dict[str, Any]) -> dict[str, Any]:
    data = read_yaml(PROJECT / "trials" / "NCT06141070.yaml")
    texts = {item["id"]: {"plain": f"Point {item['id']} fits.", "not_met": f"Point {item['id']} does not fit."} for item in criteria}
    return data | {
        "nct_id": TRIAL,
        "conditions": DIABETES,
        "criteria": [{"section": "inclusion", "checked_by": "patient"} | item for item in criteria],
        "words": {"en": data["words"]["en"] | {"title": "A made-up study", "criteria": texts}},
    }


HAS_DIABETES = {"id": "I1", "requires": {"attribute": "medical_history", "contains": DIABETES}}
NO_STROKE = {"id": "E1", "section": "exclusion", "excludes_when": {"attribute": "medical_history", "contains": ["Stroke"]}}
LOOKS_FOR_DIABETES = {"id": "I2", "requires": {"attribute": "condition", "contains": DIABETES}}


def screening(store: Store, library: Library, folder: Path, *criteria: dict[str, Any]) -> Talk:
    path = folder / f"{TRIAL}.yaml"
    path.write_text(yaml.safe_dump(record(*criteria)), "utf-8")
    store_records(store, [load_record(path, library.attributes)], NOW)
    return Talk.open(store, library, TRIAL)


@pytest.fixture
def healthy(store: Store, library: Library, tmp_path: Path) -> Talk:
    """Asked for all illnesses by a trial that leaves one of them out."""
    talk = screening(store, library, tmp_path, NO_STROKE)
    talk.say_all("hello", "yes")
    assert talk.question == "medical_history"
    return talk


def told(talk: Talk) -> object:
    value = talk.answers()["medical_history"][0]
    return tuple(value) if isinstance(value, list) else value


def verdict(talk: Talk) -> str:
    assert talk.result is not None
    return str(talk.result["verdict"])


def test_there_is_a_quick_reply_for_none(healthy: Talk) -> None:
    (question,) = [message for message in healthy.replies[-1].messages if message.get("custom", {}).get("type") == "question"]
    assert {"title": "None at all", "payload": "#medical_history=none"} in question["buttons"]
    assert {"title": "Not sure", "payload": "#medical_history=unsure"} in question["buttons"]


@pytest.mark.parametrize("text", ["#medical_history=none", "None at all", "none", "no, I've always been healthy"])
def test_none_is_an_answer_and_leaves_nothing_open(healthy: Talk, text: str) -> None:
    healthy.say(text)
    assert told(healthy) == ()
    assert verdict(healthy) == "likely"


def test_none_is_said_back_and_in_the_result(healthy: Talk) -> None:
    healthy.say("no illnesses")
    assert "you have never had any illness" in healthy.texts


def test_what_is_named_is_so_and_what_is_not_named_is_not(healthy: Talk) -> None:
    healthy.say("asthma and high blood pressure")
    assert told(healthy) == ("Asthma", "Hypertension")
    assert "you have or have had asthma and hypertension" in healthy.texts
    assert verdict(healthy) == "likely"


def test_what_is_named_can_rule_out(healthy: Talk) -> None:
    healthy.say("asthma, and a stroke in 2019")
    assert "ended_early" in healthy.codes


def test_a_part_that_was_not_read_is_asked_after(healthy: Talk) -> None:
    healthy.say("asthma and my dodgy ticker")
    assert healthy.codes == ["confirm"]
    assert "Is that all?" in healthy.texts
    assert "medical_history" not in healthy.answers()
    healthy.say("yes")
    assert told(healthy) == ("Asthma",)


def test_after_a_no_to_that_all_is_asked_again(healthy: Talk) -> None:
    healthy.say_all("asthma and my dodgy ticker", "no")
    assert healthy.question == "medical_history"
    healthy.say("asthma and a stroke")
    assert told(healthy) == ("Asthma", "Stroke")


def test_the_whole_list_can_be_told_there(healthy: Talk) -> None:
    healthy.say_all("asthma and my dodgy ticker", "asthma and heart failure")
    assert told(healthy) == ("Asthma", "Heart Failure")


@pytest.mark.parametrize(
    ("more", "illnesses"),
    [
        ("yes, and heart failure", ("Asthma", "Heart Failure")),
        ("no, also a stroke", ("Asthma", "Stroke")),
        ("no, not asthma, heart failure", ("Heart Failure",)),
    ],
)
def test_one_more_can_be_added_there(healthy: Talk, more: str, illnesses: tuple[str, ...]) -> None:
    healthy.say_all("asthma and my dodgy ticker", more)
    assert told(healthy) == illnesses


def test_no_other_than_an_illness_that_nobody_told_is_not_understood(healthy: Talk) -> None:
    healthy.say("no other illnesses")
    assert healthy.codes[0] == "unclear"
    assert "medical_history" not in healthy.answers()


def test_a_doubt_denies_nothing(healthy: Talk) -> None:
    healthy.say("I'm not sure")
    assert verdict(healthy) == "possible"


def test_none_can_be_changed_and_changed_to(healthy: Talk) -> None:
    healthy.say_all("asthma", "change my illnesses to none")
    assert told(healthy) == ()
    healthy.say("change my illnesses")
    assert "you have never had any illness" in healthy.texts
    healthy.say("a stroke")
    assert told(healthy) == ("Stroke",)


def test_the_illness_that_is_sought_counts_among_them(store: Store, library: Library, tmp_path: Path) -> None:
    talk = screening(store, library, tmp_path, HAS_DIABETES, LOOKS_FOR_DIABETES, NO_STROKE)
    talk.say_all("hello", "yes")
    while talk.question is not None:
        talk.say({"condition": "type 2 diabetes", "medical_history": "no other illnesses"}[talk.question])
    assert told(talk) == ()
    assert verdict(talk) == "likely"


def test_whoever_has_none_has_not_the_one_that_is_needed(store: Store, library: Library, tmp_path: Path) -> None:
    talk = screening(store, library, tmp_path, HAS_DIABETES)
    talk.say_all("hello", "yes", "none")
    assert "ended_early" in talk.codes
    assert "you have never had any illness" in talk.texts


def test_a_relative_in_passing_is_not_who_it_is_about(healthy: Talk) -> None:
    healthy.say("no, only my husband had a stroke")
    assert "confirm_about" not in healthy.codes


def test_somebody_else_is_asked_about_in_other_words(store: Store, library: Library, tmp_path: Path) -> None:
    talk = screening(store, library, tmp_path, NO_STROKE)
    talk.say_all("it is for my mother", "yes", "yes")
    assert "Which illnesses does your mother have" in talk.texts
    talk.say("she has asthma, and her brother had a stroke")
    assert told(talk) == ("Asthma",)
    assert "your mother has or has had asthma" in talk.texts
