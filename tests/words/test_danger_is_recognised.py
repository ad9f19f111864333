"""Emergencies and crises are found by reviewed phrases; everyday answers of ill people are not taken for one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.screening.safety import danger_words, find_danger
from bot.yaml_files import read_yaml

EXAMPLES = read_yaml(Path(__file__).with_name("danger.yaml"))


def found(text: str, words: Callable[[str], dict[str, Any]]) -> str | None:
    return find_danger(text, danger_words(words("safety")))


@pytest.mark.parametrize("text", EXAMPLES["emergency"])
def test_an_emergency_is_recognised(text: str, words: Callable[[str], dict[str, Any]]) -> None:
    # A crisis that is an emergency too (an overdose) is answered well as either.
    assert found(text, words) in ("emergency", "crisis")


@pytest.mark.parametrize("text", EXAMPLES["crisis"])
def test_a_crisis_is_recognised(text: str, words: Callable[[str], dict[str, Any]]) -> None:
    assert found(text, words) == "crisis"


@pytest.mark.parametrize("text", EXAMPLES["harmless"])
def test_everyday_answers_raise_no_alarm(text: str, words: Callable[[str], dict[str, Any]]) -> None:
    assert found(text, words) is None
