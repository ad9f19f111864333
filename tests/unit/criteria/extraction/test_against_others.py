"""Against what people annotated, and what another parser's own tests expect. The data stay beside the checkout."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.criteria.rules import Comparison, walk
from bot.trials.criteria_commands import criteria
from tests.shipped import shipped_library
from tests.unit.criteria.extraction.conftest import Read, rows

NAMES = {
    "a1c": "hba1c", "ecog": "performance_status", "nyha": "nyha_class", "sbp": "systolic_bp", "dbp": "diastolic_bp",
    "karnofsky_score": "karnofsky", "triglyceride_level": "triglycerides", "fasting_triglyceride_level": "triglycerides",
}  # fmt: skip
#: Relations that are another's and not ours, with the reason.
OURS_DIFFERS = {
    "sgot/sgpt ratio > 2.0": "the ratio is no attribute of the lexicon; no value of either enzyme is made of it",
    "normal cholesterol <= 200 mg/dl": "cholesterol is no attribute of the lexicon yet; the criterion stays text",
    "pao2 /fio2 < 200.": "the ratio is no attribute of the lexicon yet; the criterion stays text",
}
#: Grades are counted from nought or one; the lowest says nothing.
TRIVIAL = {("performance_status", "lower", 0.0)}


def expected_of(relation: dict[str, Any]) -> set[tuple[str, str, float, bool]]:
    name = NAMES.get(relation["name"], relation["name"])
    if "value" in relation:
        grades = sorted(map(float, relation["value"]))
        return {(name, "lower", grades[0], True), (name, "upper", grades[-1], True)}
    # The other parser writes a power into the number; here it is part of the unit.
    return {
        (name, side, float(re.sub(r"e9$", "", relation[side]["value"])), relation[side]["incl"])
        for side in ("lower", "upper")
        if side in relation
    }


def test_each_relation_that_another_parser_expects(read: Read, shared: Path) -> None:
    cases = rows(shared / "data" / "criteria" / "interpreter-cases.jsonl")
    assert len(cases) == 39
    assert set(OURS_DIFFERS) <= {case["input"].strip() for case in cases}
    for case in cases:
        text = case["input"].strip()
        bounds = [bound for criterion in read(case["input"]) for bound in criterion.bounds]
        found = {(bound.attribute, bound.side, bound.value, bound.inclusive) for bound in bounds}
        expected = set() if text in OURS_DIFFERS else set().union(*map(expected_of, case["expected"]))
        assert {bound for bound in found if bound[:3] not in TRIVIAL} == {bound for bound in expected if bound[:3] not in TRIVIAL}, text


@pytest.fixture(scope="module")
def scored(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    target = tmp_path_factory.mktemp("criteria") / "found.jsonl"
    source = shared / "data" / "criteria" / "bounds-trials.jsonl"
    done = CliRunner().invoke(criteria, ["extract", "--in", str(source), "--out", str(target)])
    assert done.exit_code == 0, done.output
    said = subprocess.run(
        [sys.executable, str(shared / "eval" / "score_bounds.py"), str(target)], capture_output=True, text=True, check=True, timeout=120
    ).stdout
    figures = re.search(r"all  P ([\d.]+)  R ([\d.]+)  F1 ([\d.]+)", said)
    covered = re.search(r"accounted for ([\d.]+), in two criteria at once ([\d.]+)", said)
    missing = re.search(r"missing from the output (\d+)", said)
    assert figures
    assert covered
    assert missing
    names = ("precision", "recall", "f1", "covered", "twice", "missing")
    return dict(zip(names, map(float, (*figures.groups(), *covered.groups(), *missing.groups())), strict=True))


def test_bounds_that_people_annotated_are_found(scored: dict[str, float]) -> None:
    assert scored["f1"] >= 0.90
    assert scored["precision"] >= 0.88
    assert scored["recall"] >= 0.92


def test_the_whole_text_is_accounted_for_once(scored: dict[str, float]) -> None:
    assert (scored["covered"], scored["twice"], scored["missing"]) == (1.0, 0.0, 0.0)


def test_every_text_of_the_corpus_and_every_record_goes_through(read: Read, shared: Path) -> None:
    texts = [row["text"] for row in rows(shared / "data" / "criteria" / "eligibility-corpus.jsonl")]
    records = [json.loads(path.read_text("utf-8")) for path in sorted((shared / "data" / "registry").glob("*.json"))]
    texts += [record["protocolSection"]["eligibilityModule"]["eligibilityCriteria"] for record in records]
    found = [criterion for text in texts for criterion in read(text)]
    computable = [criterion for criterion in found if criterion.requires is not None]
    # Every rule compares an attribute that there is with a value that it can have.
    attributes = shipped_library().attributes
    compared = [part for criterion in computable if criterion.requires for part in walk(criterion.requires) if isinstance(part, Comparison)]
    numbers = [(attributes[part.attribute].possible, part.operand) for part in compared if isinstance(part.operand, int | float)]
    assert all(possible is None or possible[0] <= operand <= possible[1] for possible, operand in numbers)
    assert {fault for criterion in computable if criterion.requires for fault in attributes.faults(criterion.requires)} == set()
    assert len(computable) / len(found) >= 0.35
