"""Criteria that a program has read are listed, approved, edited and returned, with who did it and when."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.criteria import CheckedBy
from bot.criteria.rules import rule_as_json
from bot.store import Store
from tests.fakes.registry_api import a_study
from tests.importing.conftest import Run, stored, written

NUMBER = "NCT00000001"
TEXT = """Inclusion Criteria:

* ECOG performance status 0 to 2
* Willing to keep a diary of dreams

Exclusion Criteria:

* Pregnant or breastfeeding, unless the pregnancy began after the last visit
"""


@pytest.fixture(autouse=True)
def trial(run: Run, tmp_path: Path) -> None:
    run("trials", "import", written(tmp_path / "record.json", a_study(NUMBER, criteria=TEXT)))


def rule(store: Store, criterion_id: str) -> object:
    criterion = stored(store, NUMBER).criterion(criterion_id)
    assert criterion is not None
    return None if criterion.requires is None else rule_as_json(criterion.requires)


def test_what_waits_is_listed_by_trial_and_by_criterion(run: Run) -> None:
    assert f"{NUMBER}  3 to review" in run("criteria", "review").stdout
    listed = run("criteria", "review", "list", NUMBER).stdout
    assert "I1  ECOG performance status 0 to 2" in listed
    assert "I2  Willing to keep a diary of dreams\n    for the study team: no rule" in listed


def test_an_approval_is_kept_with_who_and_when(run: Run, store: Store) -> None:
    done = run("criteria", "review", "approve", NUMBER, "I1", "--by", "Ada Lovelace, study nurse")
    assert (done.exit_code, "2 left to review" in done.stdout) == (0, True)
    criterion = stored(store, NUMBER).criterion("I1")
    assert criterion is not None
    assert criterion.reviewed is not None
    assert criterion.reviewed.by == "Ada Lovelace, study nurse"
    with store.reading() as unit:
        row = next(one for one in unit.criteria(NUMBER) if one.criterion_id == "I1")
    assert (row.status, row.reviewed_by, row.reviewed_on) == ("reviewed", criterion.reviewed.by, criterion.reviewed.on.isoformat())
    assert "I1    approved  Ada Lovelace, study nurse" in run("criteria", "review", "history", NUMBER).stdout


def test_all_can_be_approved_at_once(run: Run) -> None:
    assert "0 left to review" in run("criteria", "review", "approve", NUMBER, "--all", "--by", "Ada").stdout
    assert "There is nothing to review." in run("criteria", "review").stdout


def test_a_rule_is_edited_by_a_sentence(run: Run, store: Store) -> None:
    done = run("criteria", "review", "edit", NUMBER, "I1", "--sentence", "ECOG performance status 0 or 1", "--by", "Ada")
    assert done.exit_code == 0
    assert rule(store, "I1") == {"attribute": "performance_status", "one_of": ["0", "1"]}
    assert "1 left" not in done.stdout


def test_a_sentence_for_an_exclusion_is_turned_round_like_its_text(run: Run, store: Store) -> None:
    assert run("criteria", "review", "edit", NUMBER, "E1", "--sentence", "Pregnant", "--by", "Ada").exit_code == 0
    assert rule(store, "E1") == {"not": {"attribute": "pregnant_or_breastfeeding", "is": True}}


def test_a_rule_is_edited_as_json(run: Run, store: Store, tmp_path: Path) -> None:
    wanted = {"all": [{"attribute": "age", "at_least": 21}, {"attribute": "performance_status", "one_of": ["0"]}]}
    file = written(tmp_path / "rule.json", wanted)
    assert run("criteria", "review", "edit", NUMBER, "I1", "--rule", file, "--by", "Ada").exit_code == 0
    assert rule(store, "I1") == wanted


def test_a_criterion_is_given_to_the_study_team(run: Run, store: Store) -> None:
    run("criteria", "review", "edit", NUMBER, "I1", "--study-team", "--by", "Ada")
    criterion = stored(store, NUMBER).criterion("I1")
    assert criterion is not None
    assert (criterion.checked_by, criterion.requires) == (CheckedBy.STUDY_TEAM, None)


def test_words_are_edited_and_the_rule_stays(run: Run, store: Store) -> None:
    before = rule(store, "I1")
    run("criteria", "review", "edit", NUMBER, "I1", "--plain", "You are up for most of the day.", "--by", "Ada")
    run("criteria", "review", "edit", NUMBER, "I1", "--not-met", "This trial is for people who are up for most of the day.", "--by", "Ada")
    words = stored(store, NUMBER).words["en"].criteria["I1"]
    assert (words.plain, words.not_met) == ("You are up for most of the day.", "This trial is for people who are up for most of the day.")
    assert rule(store, "I1") == before


def test_an_approval_can_be_taken_back(run: Run, store: Store) -> None:
    run("criteria", "review", "edit", NUMBER, "I1", "--sentence", "ECOG performance status 0", "--by", "Ada")
    assert run("criteria", "review", "return", NUMBER, "I1", "--by", "Bea").exit_code == 0
    criterion = stored(store, NUMBER).criterion("I1")
    assert criterion is not None
    assert criterion.reviewed is None
    assert rule(store, "I1") == {"attribute": "performance_status", "one_of": ["0", "1", "2"]}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["approve", "NCT99999999", "I1", "--by", "Ada"], "is not stored; `trialchat trials import NCT99999999` brings it in"),
        (["approve", NUMBER, "I9", "--by", "Ada"], "has no criterion I9; it has I1, I2, E1"),
        (["approve", NUMBER, "R-age", "--by", "Ada"], "comes from a field of the record"),
        (["approve", NUMBER, "I1", "--by", " "], "needs the name of who reviewed"),
        (["approve", NUMBER, "--by", "Ada"], "name the criteria, or say --all"),
        (["edit", NUMBER, "I1", "--by", "Ada"], "say what to change"),
        (["edit", NUMBER, "I1", "--sentence", "x", "--study-team", "--by", "Ada"], "give one of"),
        (["edit", NUMBER, "I1", "--sentence", "Likes cats", "--by", "Ada"], "no rule can be read from that sentence"),
        (["edit", NUMBER, "I1", "--sentence", "Age over 18 and fond of cats", "--by", "Ada"], "not every word of that sentence"),
    ],
)
def test_what_cannot_be_decided_says_why(run: Run, arguments: list[str], problem: str) -> None:
    done = run("criteria", "review", *arguments)
    assert done.exit_code != 0
    assert problem in done.stderr


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ("{", "is not JSON"),
        (json.dumps({"age": 18}), "a rule is one of"),
        (json.dumps({"attribute": "shoe_size", "at_least": 40}), "there is no attribute `shoe_size`"),
        (json.dumps({"attribute": "performance_status", "is": "9"}), "has no value '9'"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused(run: Run, tmp_path: Path, data: str, problem: str) -> None:
    done = run("criteria", "review", "edit", NUMBER, "I1", "--rule", written(tmp_path / "rule.json", data), "--by", "Ada")
    assert (done.exit_code, problem in done.stderr) == (1, True)


def test_a_decision_about_several_is_taken_about_all_or_none(run: Run, store: Store) -> None:
    assert run("criteria", "review", "approve", NUMBER, "I1", "I9", "--by", "Ada").exit_code == 1
    with store.reading() as unit:
        assert unit.criterion_reviews(NUMBER) == []


def test_an_explanation_shows_place_words_reading_rule_and_approval(run: Run) -> None:
    run("criteria", "review", "approve", NUMBER, "I1", "--by", "Ada")
    told = run("criteria", "explain", NUMBER).stdout
    place = TEXT.index("ECOG")
    assert f"text:     ECOG performance status 0 to 2  (characters {place} to {place + 30})" in told
    assert "read:     every word" in told
    assert "asks:     performance_status" in told
    assert '"one_of": ["0", "1", "2"]' in told
    assert "approved by Ada on " in told
    assert "→ left to the study team" in told
    assert not any("read:     every word" in part and "left to the study team" in part for part in told.split("\n\n"))
    one = run("criteria", "explain", NUMBER, "i2").stdout
    assert ("diary" in one, "ECOG" in one) == (True, False)
