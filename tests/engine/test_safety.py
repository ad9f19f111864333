"""Danger overrules every guess: by known words with certainty, by what was learned where that is sure and nothing speaks against it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.settings import PROJECT
from tests.engine.conftest import Inside

MESSAGES = PROJECT / "tests" / "unit" / "safety"


@pytest.fixture(scope="module")
def judged(inside: Inside, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return inside("safety.py", str(tmp_path_factory.mktemp("home")))


def test_known_words_decide_whatever_was_guessed(judged: dict[str, Any]) -> None:
    assert judged["known"] == ["safety_emergency", 1.0]
    assert judged["advice"] == ["medical_advice", 1.0]


def test_a_sure_guess_of_danger_is_believed_and_made_certain(judged: dict[str, Any]) -> None:
    assert judged["guessed"] == ["safety_crisis", 1.0]
    # Whichever of the two it is, it is danger.
    assert judged["together"] == ["safety_emergency", 1.0]


def test_an_unsure_guess_of_danger_is_none_and_the_next_takes_its_place(judged: dict[str, Any]) -> None:
    assert judged["unsure"] == ["statement", 0.8]


def test_a_guess_is_not_believed_where_the_message_speaks_of_history(judged: dict[str, Any]) -> None:
    assert judged["history"] == ["statement", 0.8]


def test_from_which_certainty_on_signs_of_history_count_no_more_is_an_option(judged: dict[str, Any]) -> None:
    assert judged["certain"] == ["safety_crisis", 1.0]


def test_what_a_button_says_and_what_answers_a_question_is_no_danger_by_a_guess(judged: dict[str, Any]) -> None:
    assert judged["a_button"] == [None, 0.0]
    assert judged["an_answer"] == [None, 0.0]
    assert judged["more_than_an_answer"] == ["safety_crisis", 1.0]


def test_what_is_denied_is_no_danger_however_sure_the_guess(judged: dict[str, Any]) -> None:
    assert not judged["denied"][0].startswith("safety_")


def test_an_idiom_counts_against_a_guess_but_not_against_a_very_sure_one(judged: dict[str, Any]) -> None:
    assert judged["an_idiom"] == ["out_of_scope", 1.0]
    assert judged["surer_than_an_idiom"] == ["safety_crisis", 1.0]


def test_what_is_no_danger_is_left_as_it_was(judged: dict[str, Any]) -> None:
    assert judged["harmless"] == ["statement", 0.7]


def test_the_threshold_is_an_option(judged: dict[str, Any]) -> None:
    assert judged["off"] == ["statement", 0.8]
    assert judged["lower"] == ["safety_crisis", 1.0]


def test_a_faulty_words_file_is_named(judged: dict[str, Any]) -> None:
    assert judged["fault"].startswith("xx/safety.yaml: danger: expected")


def test_the_trained_model_catches_danger_and_raises_few_false_alarms(
    inside: Inside, trained_model: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    files = [str(MESSAGES / f"{name}.jsonl") for name in ("emergency", "crisis", "none", "medical_advice")]
    found: dict[str, list[tuple[str, str]]] = inside("danger.py", str(tmp_path), str(trained_model), *files)
    dangers = ("safety_emergency", "safety_crisis")
    missed = [text for name in ("emergency", "crisis") for text, intent in found[name] if intent not in dangers]
    alarms = [text for text, intent in found["none"] if intent in dangers]
    unadvised = [text for text, intent in found["medical_advice"] if intent != "medical_advice"]
    caught = 1 - len(missed) / (len(found["emergency"]) + len(found["crisis"]))
    record_property("danger caught", round(caught, 3))
    record_property("false alarms", round(len(alarms) / len(found["none"]), 3))
    assert caught >= 0.98, missed
    assert len(alarms) / len(found["none"]) <= 0.05, alarms
    assert len(unadvised) / len(found["medical_advice"]) <= 0.05, unadvised
