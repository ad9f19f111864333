"""Emergencies and crises are found by reviewed words; everyday answers of ill people are not taken for one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.screening.safety import DangerWords, danger_words, find_danger
from bot.yaml_files import read_yaml

EXAMPLES = read_yaml(Path(__file__).with_name("danger.yaml"))
SAYINGS = read_yaml(Path(__file__).with_name("sayings.yaml"))


@pytest.fixture(scope="session")
def danger(words: Callable[[str], dict[str, Any]]) -> DangerWords:
    return danger_words(words("safety"))


@pytest.mark.parametrize("text", EXAMPLES["emergency"])
def test_an_emergency_is_recognised(text: str, danger: DangerWords) -> None:
    # A crisis that is an emergency too (an overdose) is answered well as either.
    assert find_danger(text, danger) in ("emergency", "crisis")


@pytest.mark.parametrize("text", EXAMPLES["crisis"])
def test_a_crisis_is_recognised(text: str, danger: DangerWords) -> None:
    assert find_danger(text, danger) == "crisis"


@pytest.mark.parametrize("attribute", SAYINGS)
def test_what_people_say_about_their_health_raises_no_alarm(attribute: str, danger: DangerWords) -> None:
    said = [text for texts in SAYINGS[attribute].values() for text in texts]
    assert {text: found for text in said if (found := find_danger(text, danger))} == {}


@pytest.mark.parametrize("text", EXAMPLES["harmless"])
def test_everyday_answers_raise_no_alarm(text: str, danger: DangerWords) -> None:
    assert find_danger(text, danger) is None
