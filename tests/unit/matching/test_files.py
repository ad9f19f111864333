"""`trialchat match`: pairs of people and trials out of files, their verdicts and scores, and what is wrong with a line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.criteria.extraction import Language
from bot.matching import commands
from bot.matching.commands import match_files
from bot.words.labels import person_reader
from bot.words.registry import criteria_language
from tests.shipped import shipped_library

LIBRARY = shipped_library()
LANGUAGE: Language = criteria_language(LIBRARY)
READER = person_reader(LIBRARY)
TEXT = "Inclusion Criteria:\n\n* Age ≥ 18 years\n\nExclusion Criteria:\n\n* BMI > 40\n"


@pytest.fixture(autouse=True)
def _made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "load_library", lambda: LIBRARY)
    monkeypatch.setattr(commands, "criteria_language", lambda _library, _locale: LANGUAGE)
    monkeypatch.setattr(commands, "person_reader", lambda _library, _locale: READER)


def run(folder: Path, trials: list[object], people: list[object]) -> tuple[Result, list[dict[str, Any]]]:
    for name, lines in (("a", trials), ("p", people)):
        written = ((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
        (folder / name).write_text("".join(written), "utf-8")
    target = folder / "m"
    paths = ["--trials", str(folder / "a"), "--patients", str(folder / "p"), "--out", str(target)]
    done = CliRunner().invoke(match_files, [*paths, "--today", "2026-01-01"])
    return done, [json.loads(line) for line in target.read_text("utf-8").splitlines()] if target.exists() else []


def verdict(folder: Path, text: str, fields: dict[str, Any], title: str = "") -> tuple[str, list[str]]:
    _, (found,) = run(folder, [{"nct_id": "N", "text": text, "title": title}], [{"patient_id": "p", "fields": fields}])
    return found["verdict"], found["failed"]


def included(text: str) -> str:
    return f"Inclusion Criteria:\n\n* {text}\n"


def excluded(text: str) -> str:
    return f"Inclusion Criteria:\n\n* Able to walk\n\nExclusion Criteria:\n\n* {text}\n"


def test_each_pair_is_one_line(tmp_path: Path) -> None:
    trials: list[object] = [{"nct_id": "NCT1", "text": TEXT}, {"nct_id": "NCT2", "text": ""}]
    done, found = run(tmp_path, trials, [{"patient_id": "a", "text": "I am 50"}, {"patient_id": "b", "fields": {"BMI": "45 kg/m2"}}])
    assert done.exit_code == 0
    assert [(one["patient_id"], one["nct_id"]) for one in found] == [("a", "NCT1"), ("b", "NCT1"), ("a", "NCT2"), ("b", "NCT2")]
    assert {"verdict", "score", "met", "not_met", "unknown", "failed"} < found[0].keys()


def test_a_trial_that_fails_names_the_criterion_and_stands_last(tmp_path: Path) -> None:
    trials: list[object] = [{"nct_id": "NCT1", "text": TEXT}, {"nct_id": "NCT2", "text": "Inclusion Criteria:\n\n* Age ≥ 18 years\n"}]
    _, (first, second) = run(tmp_path, trials, [{"patient_id": "a", "fields": {"BMI": "45 kg/m2", "age": 50}}])
    assert (first["verdict"], first["failed"]) == ("unlikely", ["E1"])
    assert (second["verdict"], second["failed"]) == ("likely", [])
    assert second["score"] > first["score"]


OUT: list[tuple[str, dict[str, Any]]] = [
    (included("Inadequate response to methotrexate"), {"methotrexate": "not yet"}),
    (included("Must have received at least one biologic"), {"biologics so far": "never"}),
    (included("Treated for at least 3 months with at least one biologic"), {"biologics so far": "never"}),
    (included("Methotrexate naive"), {"methotrexate": "20 mg a week"}),
    (included("Free of psychotropic medication for 4 weeks"), {"antidepressants now": "sertraline 100"}),
    (included("No antidepressant medication for at least 1 month"), {"antidepressants now": "sertraline 100"}),
    (included("Metastatic prostate cancer"), {"condition": "prostate cancer", "stage": "II", "metastases": "no"}),
    (excluded("Prior use of biologics"), {"biologics so far": "etanercept 18 months, stopped 4 months ago"}),
    (excluded("Malignancy within 5 years"), {"comorbidities": "lung cancer"}),
    (excluded("Malignancy within the last 5 years, except basal cell carcinoma of the skin"), {"illnesses": "breast cancer 3 years ago"}),
    (excluded("Active autoimmune disease"), {"other illnesses": "rheumatoid arthritis on methotrexate"}),
    (excluded("Myocardial infarction or stroke within 6 months"), {"events": "myocardial infarction 2 months ago"}),
    (excluded("History of acute or chronic pancreatitis"), {"other illnesses": "pancreatitis 2020"}),
    (excluded("Metastatic disease"), {"metastases": "liver"}),
]


@pytest.mark.parametrize(("text", "fields"), OUT)
def test_who_is_kept_out_by_what_was_told(tmp_path: Path, text: str, fields: dict[str, Any]) -> None:
    assert verdict(tmp_path, text, fields)[0] == "unlikely"


NOT_OUT: list[tuple[str, dict[str, Any]]] = [
    (included("Inadequate response to methotrexate"), {"methotrexate": "no"}),
    (included("Methotrexate naive"), {"methotrexate": "no"}),
    (included("Must have received at least one biologic"), {"biologics so far": "etanercept"}),
    (included("Free of psychotropic medication for 4 weeks"), {"antidepressants before": "sertraline"}),
    (included("Metastatic prostate cancer"), {"condition": "prostate cancer"}),
    (included("Confirmed or suspected COVID-19"), {"COVID-19": "no"}),
    (excluded("Prior use of biologics"), {"biologics": "no"}),
    (excluded("Use of biologics within 4 weeks"), {"biologics so far": "etanercept 18 months, stopped 4 months ago"}),
    (excluded("Malignancy within 5 years"), {"other illnesses": "breast cancer 8 years ago"}),
    (excluded("Malignancy within the last 5 years, except basal cell carcinoma of the skin"), {"illnesses": "basal cell carcinoma 2024"}),
    (excluded("Malignancy within 5 years, unless treated"), {"comorbidities": "lung cancer"}),
    (excluded("Active cancer"), {"other illnesses": "breast cancer, cured"}),
    (excluded("Myocardial infarction or stroke within 6 months"), {"events": "myocardial infarction 2 years ago"}),
    (excluded("Type 2 diabetes diagnosed less than 1 year prior to screening"), {"other illnesses": "type 2 diabetes"}),
    (excluded("Metastatic disease"), {"metastases": "no"}),
]


@pytest.mark.parametrize(("text", "fields"), NOT_OUT)
def test_who_is_not_kept_out_by_what_was_not_told(tmp_path: Path, text: str, fields: dict[str, Any]) -> None:
    assert verdict(tmp_path, text, fields)[0] != "unlikely"


def test_nobody_is_kept_out_by_the_illness_that_they_seek_trials_for(tmp_path: Path) -> None:
    text = "Inclusion Criteria:\n\n* Lung cancer\n\nExclusion Criteria:\n\n* Active malignancy\n* Cancer within 5 years\n"
    assert verdict(tmp_path, text, {"condition": "lung cancer"}, "A trial in lung cancer")[0] != "unlikely"


def test_demands_that_nobody_meets_together_are_of_groups(tmp_path: Path) -> None:
    groups = "Inclusion Criteria:\n\n* COPD, smoker\n* COPD, non smoker\n"
    assert verdict(tmp_path, groups, {"condition": "COPD", "smoking": "10 cigarettes a day"})[0] != "unlikely"
    assert verdict(tmp_path, included("COPD, non smoker"), {"condition": "COPD", "smoking": "10 cigarettes a day"})[0] == "unlikely"


def test_two_ends_of_a_range_are_no_groups(tmp_path: Path) -> None:
    assert verdict(tmp_path, "Inclusion Criteria:\n\n* Age ≥ 18 years\n* Age ≤ 65 years\n", {"age": 70}) == ("unlikely", ["I2"])


def test_a_number_without_its_unit_rules_nothing_out(tmp_path: Path) -> None:
    text = excluded("HbA1c > 6 %")
    assert verdict(tmp_path, text, {"HbA1c": "8"})[0] != "unlikely"
    assert verdict(tmp_path, text, {"HbA1c": "8 %"})[0] == "unlikely"


def test_words_of_the_person_among_the_exclusions_count_against_a_trial(tmp_path: Path) -> None:
    trials: list[object] = [
        {"nct_id": "A", "text": excluded("Corneal edema that needs surgery")},
        {"nct_id": "B", "text": excluded("Cataract surgery")},
    ]
    _, (against, other) = run(tmp_path, trials, [{"patient_id": "p", "fields": {"eyes": "corneal edema"}}])
    assert against["score"] < other["score"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("not json", "expected a JSON object"),
        ("[1]", "expected a JSON object"),
        ({"text": "I am 50"}, "expected `patient_id`"),
        ({"patient_id": "a"}, "expected `patient_id`"),
        ({"patient_id": "a", "text": 5}, "expected `patient_id`"),
        ({"patient_id": "a", "fields": ["age"]}, "expected `patient_id`"),
        ({"patient_id": "a", "fields": {"age": [50]}}, "the answer to 'age' is neither a text nor a number"),
    ],
)
def test_a_line_that_is_no_person_is_named(tmp_path: Path, line: object, problem: str) -> None:
    done, found = run(tmp_path, [{"nct_id": "N", "text": TEXT}], [{"patient_id": "ok", "text": ""}, line])
    assert done.exit_code == 1
    assert "line 2" in done.output
    assert problem in done.output
    assert not found


@pytest.mark.parametrize("line", ["not json", "{}", '{"nct_id": "N"}', '{"nct_id": "N", "text": 5}'])
def test_a_line_that_is_no_trial_is_named(tmp_path: Path, line: str) -> None:
    done, found = run(tmp_path, [{"nct_id": "N", "text": TEXT}, line], [{"patient_id": "ok", "text": ""}])
    assert done.exit_code == 1
    assert "line 2" in done.output
    assert not found


def test_an_answer_that_is_missing_tells_nothing(tmp_path: Path) -> None:
    assert verdict(tmp_path, TEXT, {"BMI": None, "age": ""}) == ("possible", [])


def test_a_yes_of_the_file_is_a_yes_to_the_label(tmp_path: Path) -> None:
    assert verdict(tmp_path, excluded("Asthma"), {"asthma": True}) == ("unlikely", ["E1"])


ANOTHER_KIND = {"condition": "glaucoma", "comorbidities": "high blood pressure"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # of another kind, and not mentioned
        ("Diagnosis of acromegaly", "unlikely"),
        # mentioned, or of the same kind as what is mentioned
        ("Hypertension", "likely"),
        ("Heart failure", "possible"),
        ("Cataract", "possible"),
        # one of several is enough
        ("Hypertension or acromegaly", "likely"),
        # about the illness that is sought
        ("Glaucoma and acromegaly", "possible"),
    ],
)
def test_a_trial_of_another_kind_of_illness_is_for_others(tmp_path: Path, text: str, expected: str) -> None:
    assert verdict(tmp_path, included(text), ANOTHER_KIND)[0] == expected


def test_where_no_illness_is_sought_another_kind_stays_open(tmp_path: Path) -> None:
    assert verdict(tmp_path, included("Diagnosis of acromegaly"), {"comorbidities": "glaucoma"})[0] == "possible"


def test_who_has_no_other_illness_is_kept_out_by_none_of_them(tmp_path: Path) -> None:
    fields = {"condition": "asthma", "comorbidities": "none", "age": "40"}
    assert verdict(tmp_path, excluded("Asthma"), fields, "Asthma in adults")[0] == "possible", "it is what they seek trials for"
    assert verdict(tmp_path, included("History of stroke"), fields, "Stroke")[0] == "unlikely"
