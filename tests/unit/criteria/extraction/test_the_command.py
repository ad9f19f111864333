"""`trialchat criteria extract`: files of texts in, criteria out, in the same order; a line that is none is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.criteria.extraction import Language
from bot.trials import criteria_commands
from bot.trials.criteria_commands import criteria
from bot.trials.registry.fields import age_in_years


@pytest.fixture(autouse=True)
def _one_language(language: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    """The language is made once, as long as it takes."""
    monkeypatch.setattr(criteria_commands, "load_library", lambda: None)
    monkeypatch.setattr(criteria_commands, "criteria_language", lambda _library, _locale: language)


def run(folder: Path, *lines: object) -> tuple[Result, list[dict[str, Any]]]:
    source, target = folder / "in.jsonl", folder / "out.jsonl"
    source.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines), "utf-8")
    done = CliRunner().invoke(criteria, ["extract", "--in", str(source), "--out", str(target)])
    return done, [json.loads(line) for line in target.read_text("utf-8").splitlines()] if target.exists() else []


TEXT = "Inclusion Criteria:\n\n* Age ≥ 18 years\n\nExclusion Criteria:\n\n* BMI > 40\n* Allergy to the study drug\n"


def test_every_trial_comes_out_in_its_place(tmp_path: Path) -> None:
    done, found = run(tmp_path, {"nct_id": "NCT2", "text": TEXT}, {"nct_id": "NCT1", "text": ""}, {"nct_id": "NCT3", "text": "Adults"})
    assert done.exit_code == 0
    assert [trial["nct_id"] for trial in found] == ["NCT2", "NCT1", "NCT3"]
    assert found[1]["criteria"] == []
    assert "3 trials, 4 criteria" in done.output
    assert "read whole, as a rule" in done.output


def test_a_criterion_as_the_contract_writes_it(tmp_path: Path) -> None:
    _, (trial,) = run(tmp_path, {"nct_id": "NCT1", "text": TEXT})
    included, excluded, kept = trial["criteria"]
    assert {key: excluded[key] for key in ("id", "section", "text", "status", "rule")} == {
        "id": "E1",
        "section": "exclusion",
        "text": "BMI > 40",
        "status": "computable",
        "rule": {"not": {"attribute": "bmi", "above": 40.0}},
    }
    assert excluded["bounds"] == [{"attribute": "bmi", "side": "upper", "value": 40, "inclusive": False, "unit": ""}]
    assert TEXT[slice(*included["span"])].endswith("* Age ≥ 18 years")
    assert TEXT[slice(*included["words_span"])] == included["text"]
    assert (kept["status"], kept["rule"], kept["bounds"]) == ("text_only", None, [])


def test_the_structured_fields_are_criteria_too(tmp_path: Path) -> None:
    line = {"nct_id": "NCT1", "text": TEXT, "min_age": "6 Months", "max_age": "65 Years", "gender": "FEMALE"}
    _, (trial,) = run(tmp_path, line)
    age, sex = trial["criteria"][:2]
    assert (age["id"], age["section"]) == ("R-age", "registry")
    assert age["rule"] == {"all": [{"attribute": "age", "at_least": 0.5}, {"attribute": "age", "at_most": 65}]}
    assert (sex["id"], sex["rule"]) == ("R-sex", {"attribute": "sex", "is": "female"})


@pytest.mark.parametrize("unstated", [None, "", "N/A", "None"])
def test_a_bound_that_is_not_given_is_no_bound(tmp_path: Path, unstated: str | None) -> None:
    _, (trial,) = run(tmp_path, {"nct_id": "NCT1", "text": TEXT, "min_age": "18 Years", "max_age": unstated, "gender": "All"})
    age, sex = trial["criteria"][:2]
    assert age["rule"] == {"attribute": "age", "at_least": 18}
    assert sex["rule"] == {"all": []}


def test_an_age_that_cannot_be_read_is_left_to_the_study_team(tmp_path: Path) -> None:
    _, (trial,) = run(tmp_path, {"nct_id": "NCT1", "text": TEXT, "min_age": "eighteen or so"})
    assert (trial["criteria"][0]["id"], trial["criteria"][0]["rule"]) == ("R-age", None)


AGES = [
    ("18 Years", 18),
    ("1 Year", 1),
    ("18", 18),
    ("24 Months", 2),
    ("2 Weeks", 0.038330),
    ("3 Days", 0.008214),
    ("N/A", None),
    (None, None),
]


@pytest.mark.parametrize(("written", "years"), AGES)
def test_ages_of_the_structured_fields(written: str | None, years: float | None) -> None:
    assert age_in_years(written) == (None if years is None else pytest.approx(years, abs=1e-5))


WRONG = [
    ("{", "line 2: expected a JSON object"),
    ("[]", "line 2: expected a JSON object"),
    ({"nct_id": "NCT2"}, "line 2: expected `nct_id` and `text`"),
    ({"nct_id": 7, "text": ""}, "line 2: expected `nct_id` and `text`"),
    ({"nct_id": "NCT2", "text": "", "min_age": ["18"]}, "line 2: `min_age` is neither a text nor a number"),
]


@pytest.mark.parametrize(("line", "message"), WRONG)
def test_a_line_that_is_none_is_named(tmp_path: Path, line: object, message: str) -> None:
    done, found = run(tmp_path, {"nct_id": "NCT1", "text": TEXT}, line)
    assert done.exit_code == 1
    assert message in done.output
    assert found == []
