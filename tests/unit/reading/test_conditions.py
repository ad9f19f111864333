"""Illnesses: what names one, what only sounds like one, and which of several names counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from bot.screening.reading.conditions import Conditions
from bot.screening.reading.patterns import Surroundings
from bot.screening.reading.text import Utterance, tokens

ILLNESSES: Mapping[str, Any] = yaml.safe_load("""
leads: Cancer
other_meanings: [cancer nurse, gout of clouds]
conditions:
- {name: Cancer, synonyms: [tumor, "tumour"], patterns: ["growth .. nasty"]}
- {name: Lung Cancer, synonyms: [cancer of the lung], broader: Cancer}
- {name: Small Cell Lung Cancer, synonyms: [oat-cell], within: [small cell], whole: [sc], broader: Lung Cancer}
- {name: Gout, whole: [toe]}
""")
CONDITIONS = Conditions(ILLNESSES)


def named(text: str) -> list[str]:
    said = Utterance(text)
    return [found.name for found in CONDITIONS.named(Surroundings(said))]


def counted(text: str) -> tuple[str, ...]:
    return CONDITIONS.narrowest(named(text))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Lung Cancer", ["Lung Cancer"]),
        ("a tumour, they say", ["Cancer"]),
        ("cancer of the lung", ["Lung Cancer"]),
        ("oat cell and gout", ["Small Cell Lung Cancer", "Gout"]),
        ("a growth that is nasty", ["Cancer"]),
        ("lungs and cancers", []),
        ("my toe hurts", []),
        ("", []),
    ],
)
def test_an_illness_is_known_by_its_name_its_other_names_and_its_patterns(text: str, names: list[str]) -> None:
    assert named(text) == names


@pytest.mark.parametrize("text", ["the cancer nurse called", "a gout of clouds"])
def test_a_turn_of_speech_names_no_illness(text: str) -> None:
    assert named(text) == []


def test_a_short_name_counts_only_as_the_whole_answer() -> None:
    assert CONDITIONS.whole(tokens("SC")) == "Small Cell Lung Cancer"
    assert CONDITIONS.whole(tokens("sc it was")) is None
    assert named("sc it was") == []


def test_a_kind_counts_only_where_what_it_is_a_kind_of_is_named() -> None:
    assert counted("lung cancer, it was small cell") == ("Small Cell Lung Cancer",)
    assert counted("small cell") == ()


def test_just_any_cancer_is_too_wide_for_a_kind_of_one() -> None:
    assert counted("cancer, small cell") == ("Cancer",)


def test_of_an_illness_and_a_wider_one_the_narrower_counts() -> None:
    assert counted("cancer, that is lung cancer") == ("Lung Cancer",)
    assert CONDITIONS.narrowest(["Cancer", "Small Cell Lung Cancer", "Lung Cancer"]) == ("Small Cell Lung Cancer",)


def test_an_illness_beside_the_leading_one_is_left_out() -> None:
    assert counted("lung cancer and gout") == ("Lung Cancer",)
    assert counted("gout") == ("Gout",)


def test_wider_names_are_known_the_next_one_first() -> None:
    assert CONDITIONS.above("Small Cell Lung Cancer") == ("Lung Cancer", "Cancer")
    assert CONDITIONS.above("Gout") == ()


def test_names_that_are_wider_than_each_other_end_somewhere() -> None:
    round_about = Conditions({"conditions": [{"name": "A", "broader": "B"}, {"name": "B", "broader": "A"}]})
    assert round_about.above("A") == ("B", "A")
