"""The registry record of NCT06141070 joins the record that ships: same ids, our words and rules, the official text beside them."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from bot.store import Store
from bot.trials import TrialRecord
from bot.trials.loading import store_records
from tests.importing.conftest import NOON, Run, stored, written

NUMBER = "NCT06141070"


@pytest.fixture
def study(shared: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((shared / "trials" / f"{NUMBER}.json").read_text("utf-8"))
    return data


def test_ids_rules_and_words_are_those_of_the_reviewed_record(
    run: Run, store: Store, tmp_path: Path, study: dict[str, Any], shipped: tuple[TrialRecord, ...]
) -> None:
    (reviewed,) = shipped
    assert run("trials", "import", written(tmp_path / "record.json", study)).exit_code == 0
    record = stored(store, NUMBER)
    assert [one.id for one in record.criteria] == [one.id for one in reviewed.criteria]
    assert [one.requires for one in record.criteria] == [one.requires for one in reviewed.criteria]
    assert record.words["en"].model_dump(exclude={"caution"}) == reviewed.words["en"].model_dump(exclude={"caution"})
    assert record.words["en"].caution is None
    assert all(one.reviewed == reviewed.reviewed for one in record.criteria)
    assert all(one.text for one in record.criteria)
    stage = record.criterion("I3")
    assert stage is not None
    assert (stage.text or "").startswith("Stage IV disease with ≤5 metastases")


def test_what_the_registry_does_not_say_stays_as_the_shipped_record_says_it(
    run: Run, store: Store, tmp_path: Path, study: dict[str, Any], shipped: tuple[TrialRecord, ...]
) -> None:
    run("trials", "import", written(tmp_path / "record.json", study))
    record, (reviewed,) = stored(store, NUMBER), shipped
    assert (record.status, record.contacts, record.sites_total, record.arms_ratio) == (None, (), 6, "2:1")
    assert record.phase == "PHASE3"
    assert record.last_reviewed == reviewed.last_reviewed


def test_the_registrys_sites_and_contacts_take_the_place_of_ours(run: Run, store: Store, tmp_path: Path, study: dict[str, Any]) -> None:
    newer = copy.deepcopy(study)
    newer["protocolSection"]["statusModule"] = {"overallStatus": "RECRUITING"}
    newer["protocolSection"]["contactsLocationsModule"] = {
        "centralContacts": [{"name": "Study office", "phone": "+46 31 000 00 00"}],
        "locations": [{"city": f"Place {number}", "country": "Sweden", "status": "RECRUITING"} for number in range(7)],
    }
    run("trials", "import", written(tmp_path / "record.json", newer))
    record = stored(store, NUMBER)
    assert (record.status, len(record.sites), record.sites_total, record.contacts[0].name) == ("RECRUITING", 7, None, "Study office")


def test_a_changed_official_text_sends_our_criterion_back_to_review(run: Run, store: Store, tmp_path: Path, study: dict[str, Any]) -> None:
    newer = copy.deepcopy(study)
    eligibility = newer["protocolSection"]["eligibilityModule"]
    eligibility["eligibilityCriteria"] = eligibility["eligibilityCriteria"].replace("≤5 metastases", "≤3 metastases")
    run("trials", "import", written(tmp_path / "record.json", study))
    told = run("trials", "import", written(tmp_path / "record.json", newer)).stdout
    assert "back to review: I3" in told
    record = stored(store, NUMBER)
    changed = record.criterion("I3")
    assert changed is not None
    assert (changed.reviewed, changed.former is not None) == (None, True)
    assert "≤3 metastases" in record.words["en"].criteria["I3"].plain


def test_starting_again_keeps_what_was_imported(
    run: Run, store: Store, tmp_path: Path, study: dict[str, Any], shipped: tuple[TrialRecord, ...]
) -> None:
    run("trials", "import", written(tmp_path / "record.json", study))
    before = stored(store, NUMBER)
    assert dict(store_records(store, shipped, NOON)) == {NUMBER: "unchanged"}
    assert stored(store, NUMBER) == before
