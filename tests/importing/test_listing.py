"""The trials there are can be listed, shown and read anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.store import Store
from tests.fakes.registry_api import a_study
from tests.importing.conftest import Run, written

NUMBER = "NCT00000001"


@pytest.fixture(autouse=True)
def trial(run: Run, tmp_path: Path) -> None:
    run("trials", "import", written(tmp_path / "record.json", a_study(NUMBER, title="A study of sleep")))


def test_stored_trials_and_those_that_ship_are_listed(run: Run) -> None:
    lines = run("trials", "list").stdout.splitlines()
    assert [line for line in lines if line.startswith(NUMBER) and "RECRUITING  2 to review  A study of sleep" in line]
    assert [line for line in lines if line.startswith("NCT06141070") and "ships, not stored yet" in line]


def test_a_stored_trial_is_shown_with_its_rules(run: Run) -> None:
    told = run("trials", "show", NUMBER.lower()).stdout
    assert "E1  checked by the patient, approved by nobody yet" in told
    assert "rule: you are not pregnant and not breastfeeding" in told
    assert "R-age  checked by the patient, from the record's field" in told


def test_a_trial_that_is_not_there_says_how_to_bring_it_in(run: Run) -> None:
    assert "`trialchat trials import` brings in others" in run("trials", "show", "NCT99999999").stderr
    assert "`trialchat trials import NCT99999999` brings it in" in run("trials", "refresh", "NCT99999999").stderr


def test_reading_anew_keeps_what_people_approved(run: Run, store: Store) -> None:
    run("criteria", "review", "edit", NUMBER, "I1", "--plain", "You have asthma.", "--by", "Ada")
    done = run("trials", "refresh")
    assert (done.exit_code, "unchanged" in done.stdout) == (0, True)
    with store.reading() as unit:
        row = next(one for one in unit.criteria(NUMBER) if one.criterion_id == "I1")
    assert (row.plain, row.status, row.reviewed_by) == ("You have asthma.", "reviewed", "Ada")
