"""Importing a record again brings it up to date and says what has changed; what people approved and answered stays valid."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

from bot.store import Store
from bot.words import Library
from tests.conversing import Talk
from tests.fakes.registry_api import a_study
from tests.importing.conftest import Run, stored, written

NUMBER = "NCT00000001"
TEXT = """Inclusion Criteria:

* Age 18 years or older
* ECOG performance status 0 to 2
* Hemoglobin of at least 9 g/dL

Exclusion Criteria:

* Pregnant or breastfeeding
"""


def imported(run: Run, folder: Path, text: str = TEXT, **other: Any) -> list[str]:
    """What the command says of the record, in parts."""
    done = run("trials", "import", written(folder / "record.json", a_study(NUMBER, criteria=text, **other)))
    assert done.exit_code == 0, done.stderr
    return done.stdout.strip().split("; ")


def test_the_same_record_is_unchanged(run: Run, tmp_path: Path) -> None:
    assert "added" in imported(run, tmp_path)[0]
    assert [part.split()[1] for part in imported(run, tmp_path)] == ["unchanged"]


def test_each_change_of_a_fact_is_listed(run: Run, tmp_path: Path, store: Store) -> None:
    imported(run, tmp_path, cities=["Springfield", "Shelbyville"])
    told = imported(run, tmp_path, status="COMPLETED", minimum_age="21 Years", cities=["Springfield", "Ogdenville", "North Haverbrook"])
    assert "changed" in told[0]
    assert {
        "status: RECRUITING → COMPLETED",
        "ages: 18 to  years → 21 to  years",
        "sites: 2 new",
        "sites: 1 gone",
        "R-age has another rule",
    } <= set(told)
    assert stored(store, NUMBER).status == "COMPLETED"


def test_a_site_that_closes_is_told(run: Run, tmp_path: Path) -> None:
    study = a_study(NUMBER, criteria=TEXT, cities=["Springfield", "Shelbyville"])
    for site in study["protocolSection"]["contactsLocationsModule"]["locations"]:
        site["status"] = "RECRUITING"
    run("trials", "import", written(tmp_path / "record.json", study))
    study["protocolSection"]["contactsLocationsModule"]["locations"][1]["status"] = "COMPLETED"
    assert "sites: 1 RECRUITING → COMPLETED" in run("trials", "import", written(tmp_path / "record.json", study)).stdout


def test_an_approved_criterion_whose_text_changed_goes_back_to_review(run: Run, tmp_path: Path, store: Store) -> None:
    imported(run, tmp_path)
    assert run("criteria", "review", "approve", NUMBER, "--all", "--by", "Dr. Ada").exit_code == 0
    told = imported(run, tmp_path, TEXT.replace("0 to 2", "0 to 1"))
    assert "back to review: I2" in told
    assert "I2 has another text" in told
    record = stored(store, NUMBER)
    assert {one.id: one.reviewed.by if one.reviewed else None for one in record.criteria if one.fingerprint} == {
        "I1": "Dr. Ada", "I2": None, "I3": "Dr. Ada", "E1": "Dr. Ada",
    }  # fmt: skip
    changed = record.criterion("I2")
    assert changed is not None
    assert changed.former is not None
    assert (changed.former.text, changed.former.reviewed.by) == ("ECOG performance status 0 to 2", "Dr. Ada")
    listed = run("criteria", "review", "list", NUMBER).stdout
    assert "I2  ECOG performance status 0 to 1" in listed
    assert "had been approved by Dr. Ada" in listed


def test_an_approval_moves_along_with_its_text(run: Run, tmp_path: Path, store: Store) -> None:
    imported(run, tmp_path)
    run("criteria", "review", "approve", NUMBER, "--all", "--by", "Dr. Ada")
    told = imported(run, tmp_path, TEXT.replace("* ECOG", "* Able to walk\n* ECOG"))
    assert not [part for part in told if part.startswith("back to review")]
    approved = {one.text: one.reviewed is not None for one in stored(store, NUMBER).criteria if one.text and one.fingerprint}
    assert approved == {
        "Age 18 years or older": True,
        "Able to walk": False,
        "ECOG performance status 0 to 2": True,
        "Hemoglobin of at least 9 g/dL": True,
        "Pregnant or breastfeeding": True,
    }


def test_a_text_that_comes_back_is_approved_as_it_was(run: Run, tmp_path: Path, store: Store) -> None:
    imported(run, tmp_path)
    run("criteria", "review", "approve", NUMBER, "--all", "--by", "Dr. Ada")
    imported(run, tmp_path, TEXT.replace("0 to 2", "0 to 1"))
    imported(run, tmp_path)
    assert all(one.reviewed for one in stored(store, NUMBER).criteria if one.fingerprint)


def test_a_criterion_moved_to_the_exclusions_is_another_one(run: Run, tmp_path: Path, store: Store) -> None:
    imported(run, tmp_path, "Inclusion Criteria:\n\n* Asthma\n* ECOG performance status 2\n\nExclusion Criteria:\n\n* Pregnant")
    run("criteria", "review", "approve", NUMBER, "--all", "--by", "Dr. Ada")
    imported(run, tmp_path, "Inclusion Criteria:\n\n* Asthma\n\nExclusion Criteria:\n\n* Pregnant\n* ECOG performance status 2")
    moved = stored(store, NUMBER).criterion("E2")
    assert moved is not None
    assert moved.reviewed is None


def test_answers_already_given_stay_valid(run: Run, tmp_path: Path, store: Store, library: Library) -> None:
    imported(run, tmp_path)
    talk = Talk.open(store, library, NUMBER)
    talk.say("hello")
    talk.say("#consent=yes")
    talk.until("age", defaultdict(lambda: "not sure"))
    talk.say("64")
    imported(run, tmp_path, TEXT.replace("0 to 2", "0 to 1"), status="SUSPENDED")
    talk.say("#progress")
    assert talk.answers()["age"] == (64, "64")
    assert talk.question != "age"
