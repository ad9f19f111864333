"""The registry record of NCT06141070 gives criteria with the ids of the record that people reviewed, and mostly says the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.criteria import CheckedBy, Truth, evaluate
from bot.criteria.extraction import ReadCriterion, Reading
from bot.settings import PROJECT
from bot.trials import load_record
from bot.trials.records import TrialRecord
from tests.shipped import shipped_library
from tests.unit.criteria.extraction.conftest import Read


@pytest.fixture(scope="module")
def reviewed() -> TrialRecord:
    return load_record(PROJECT / "trials" / "NCT06141070.yaml", shipped_library().attributes)


@pytest.fixture(scope="module")
def extracted(read: Read, shared: Path) -> dict[str, ReadCriterion]:
    record = json.loads((shared / "trials" / "NCT06141070.json").read_text("utf-8"))
    text = record["protocolSection"]["eligibilityModule"]["eligibilityCriteria"]
    return {criterion.id: criterion for criterion in read(text)}


def test_the_ids_are_those_of_the_reviewed_record(extracted: dict[str, ReadCriterion], reviewed: TrialRecord) -> None:
    assert list(extracted) == [criterion.id for criterion in reviewed.criteria if not criterion.id.startswith("R-")]


#: Facts that meet, and that break, each criterion on which extraction and review agree.
AGREE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "I8": ({"age": 40}, {"age": 17}),
    "I9": ({"performance_status": "1"}, {"performance_status": "3"}),
    "E2": ({"last_trial_drug": 60}, {"last_trial_drug": 10}),
    "E5": ({"leptomeningeal_disease": False}, {"leptomeningeal_disease": True}),
}
#: Where they differ, and why that is right for a criterion that nobody has reviewed.
DIFFER = {
    "I1": "read as a wish to consent; review leaves it to the study team",
    "I2": "the illness is asked as part of the medical history",
    "I3": "the number of places of spread is not read; review has stage and count",
    "I7": "what counts as earlier treatment is left to the study team",
    "I10": "organ function is left to the study team",
    "I11": "read in part: the visits are listed in words that are not read",
    "E1": "not read; review has the place of a single spread",
    "E3": "the genes are read, and the rest of the sentence left open",
    "E4": "read in part",
    "E6": "the illness is read; review asks about scarring itself",
    "E8": "read in part: how long ago, and which kinds, is left open",
    "E9": "pregnancy is read; the birth control is left open",
}


@pytest.mark.parametrize("name", AGREE)
def test_where_extraction_and_review_agree(extracted: dict[str, ReadCriterion], reviewed: TrialRecord, name: str) -> None:
    rules = [extracted[name].requires, next(criterion.requires for criterion in reviewed.criteria if criterion.id == name)]
    for facts, truth in zip(AGREE[name], (Truth.TRUE, Truth.FALSE), strict=True):
        assert [evaluate(rule, facts).truth for rule in rules if rule is not None] == [truth, truth]


def test_every_criterion_of_the_patients_is_on_one_of_the_lists(reviewed: TrialRecord) -> None:
    asked = {criterion.id for criterion in reviewed.criteria if criterion.checked_by is CheckedBy.PATIENT and criterion.id[0] != "R"}
    assert asked <= AGREE.keys() | DIFFER.keys()


def test_what_only_the_study_team_can_judge_is_not_computed(extracted: dict[str, ReadCriterion]) -> None:
    assert [extracted[name].reading for name in ("I4", "I5", "E7", "E10")] == [Reading.NONE] * 4


def test_facts_of_somebody_who_fits_break_nothing(extracted: dict[str, ReadCriterion]) -> None:
    facts: dict[str, Any] = {
        "age": 64,
        "performance_status": "1",
        "last_trial_drug": "never",
        "leptomeningeal_disease": False,
        "pregnant_or_breastfeeding": False,
        "can_have_children": False,
        "driver_mutations": ("none",),
        "fluid_buildup": False,
        "other_cancer": "none",
        "prior_radiotherapy": False,
        "diagnosis_confirmed": True,
        "willing_to_attend": True,
        "willing_to_consent": True,
        "medical_history": ("Lung Adenocarcinoma",),
    }
    broken = [
        name
        for name, criterion in extracted.items()
        if criterion.requires is not None and evaluate(criterion.requires, facts).truth is Truth.FALSE
    ]
    assert broken == []
