"""What stories tell, in the words that ship: each a kind of saying that was once missed, or taken for something else."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from tests.shipped import shipped_library

LIBRARY = shipped_library()
READER = LIBRARY.in_locale("en").reader


def told(text: str) -> dict[str, Any]:
    heard = READER.hear(text, None, frozenset(LIBRARY.attributes), datetime.date(2026, 11, 28))
    return {fact.attribute: fact.value for fact in heard.facts}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("lung cancer, one in the hip bone", 1),
        ("lung cancer with a solitary adrenal metastasis", 1),
        ("lung cancer, brain mets x2", 2),
        ("lung cancer, liver mets x 2, adrenal x 1", 3),
        ("lung cancer spread to one rib", 1),
        ("lung cancer, two mets in the brain and one in the liver", 3),
        ("lung cancer, liver mets, two of them", 2),
        ("lung cancer, it went to the brain, three little ones", 3),
    ],
)
def test_places_are_counted_by_their_parts(text: str, count: int) -> None:
    assert told(text)["metastasis_count"] == count


@pytest.mark.parametrize("text", ["lung cancer, liver mets, 48 kg now", "lung cancer stage 4, in my liver", "liver met. PD-L1 70 %"])
def test_numbers_of_other_things_count_no_places(text: str) -> None:
    assert "metastasis_count" not in told(text)


@pytest.mark.parametrize(
    ("text", "sites"),
    [
        ("lung cancer, 5 mets in total, bones and liver", {"bone", "liver"}),
        ("lung cancer, three mets (femur, liver, adrenal)", {"bone", "liver", "adrenal"}),
        ("lung cancer. Four places it has gone to. The liver and the bones.", {"liver", "bone"}),
    ],
)
def test_places_may_stand_alone_beside_their_count(text: str, sites: set[str]) -> None:
    assert set(told(text)["metastasis_sites"]) == sites


@pytest.mark.parametrize(
    "text",
    ["leptomeningeal involvement cannot be excluded", "I have lung cancer, leptomeningeal disease can't be ruled out"],
)
def test_what_cannot_be_excluded_is_neither_there_nor_not(text: str) -> None:
    assert "leptomeningeal_disease" not in told(text)


def test_what_is_negative_behind_a_comma_is_not_the_illness() -> None:
    assert told("lung cancer, ALK negative, EGFR negative")["condition"] == ("Lung Cancer",)


@pytest.mark.parametrize(
    ("text", "about", "fact"),
    [
        ("It isn't about me, it's for my mum who's 60. She has lung cancer.", "mother", ("age", 60)),
        ("trial for my dad? he's 78 and i'm 42. lung cancer stage 4.", "father", ("cancer_stage", "IV")),
        ("My dad passed his driving test at 76. He has lung cancer.", "father", ("condition", ("Lung Cancer",))),
    ],
)
def test_a_story_is_about_whom_it_is_for(text: str, about: str, fact: tuple[str, Any]) -> None:
    heard = READER.hear(text, None, frozenset(LIBRARY.attributes), datetime.date(2026, 11, 28))
    assert heard.about == about
    assert told(text)[fact[0]] == fact[1]


@pytest.mark.parametrize(
    "text", ["I'm a widow of 79 with lung cancer and would like to hear more", "lung cancer, scan booked for Monday, 79 years old"]
)
def test_nobody_plans_an_age(text: str) -> None:
    assert told(text)["age"] == 79
