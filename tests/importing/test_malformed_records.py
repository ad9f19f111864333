"""A record that cannot be used is named with the field that is wrong and left out; the others go in; the command ends with 1."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from bot.store import Store
from bot.trials.registry import StudyFault, parse_study
from tests.fakes.registry_api import a_study
from tests.importing.conftest import Run, written

GOOD = a_study("NCT00000001")


def spoiled(path: str, value: Any = None) -> dict[str, Any]:
    """The good record with one field changed, or taken away."""
    data = copy.deepcopy(a_study("NCT00000002"))
    *way, last = path.split(".")
    here: Any = data
    for step in way:
        here = here[int(step)] if isinstance(here, list) else here[step]
    if value is None:
        del here[last]
    else:
        here[last] = value
    return data


WRONG = [
    ("protocolSection", None, "is missing"),
    ("protocolSection.identificationModule", None, "is missing"),
    ("protocolSection.identificationModule.nctId", None, "is missing"),
    ("protocolSection.identificationModule.nctId", "NCT12", "should match pattern"),
    ("protocolSection.identificationModule.nctId", 2, "valid string"),
    ("protocolSection.identificationModule.briefTitle", None, "is missing"),
    ("protocolSection.eligibilityModule", None, "is missing"),
    ("protocolSection.eligibilityModule.eligibilityCriteria", None, "is missing"),
    ("protocolSection.eligibilityModule.eligibilityCriteria", " \n ", "is empty"),
    ("protocolSection.eligibilityModule.eligibilityCriteria", ["a", "list"], "valid string"),
    ("protocolSection.eligibilityModule.minimumAge", 18, "valid string"),
    ("protocolSection.eligibilityModule.eligibilityCriteria", "half a pair: \ud83d", "unable to parse raw data as a unicode string"),
    ("protocolSection.identificationModule.briefTitle", "a zero: \x00", "a character that no text can have"),
    ("protocolSection.conditionsModule.conditions", [], "at least 1 item"),
    ("protocolSection.conditionsModule", "Asthma", "valid dictionary"),
    ("protocolSection.statusModule.overallStatus", {"is": "RECRUITING"}, "valid string"),
    ("protocolSection.contactsLocationsModule.locations.0.geoPoint", {"lat": 200, "lon": 0}, "less than or equal to 90"),
    ("protocolSection.designModule.studyType", None, "is missing"),
    ("protocolSection.sponsorCollaboratorsModule.leadSponsor.name", "", "is empty"),
]


@pytest.mark.parametrize(("field", "value", "problem"), WRONG)
def test_the_field_that_is_wrong_is_named(field: str, value: Any, problem: str) -> None:
    with pytest.raises(StudyFault) as fault:
        parse_study(spoiled(field, value))
    assert fault.value.field.startswith(field)
    assert problem in fault.value.problem
    assert len(str(fault.value)) < 250


@pytest.mark.parametrize("data", [None, 5, "a record", ["a", "list"]])
def test_what_is_no_object_is_no_record(data: object) -> None:
    with pytest.raises(StudyFault, match="expected a JSON object"):
        parse_study(data)


def test_the_others_go_in_and_the_command_ends_with_1(run: Run, store: Store, tmp_path: Path) -> None:
    bad = [spoiled(field, value) for field, value, _ in WRONG]
    last = a_study("NCT00000003")
    done = run("trials", "import", written(tmp_path / "page.json", {"studies": [GOOD, *bad, None, last]}))
    assert done.exit_code == 1
    assert [line[:11] for line in done.stdout.splitlines()] == ["NCT00000001", "NCT00000003"]
    told = done.stderr.splitlines()
    assert len(told) == len(bad) + 2
    assert told[-1] == f"2 added, {len(bad) + 1} left out"
    for (field, _, _), line in zip(WRONG, told, strict=False):
        assert f": {field}" in line
    with store.reading() as unit:
        assert unit.trial_ids() == ["NCT00000001", "NCT00000003"]


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
def test_of_a_page_that_was_cut_off_the_whole_records_go_in(run: Run, store: Store, tmp_path: Path, share: float) -> None:
    numbers = [f"NCT000001{number:02}" for number in range(20)]
    text = json.dumps({"totalCount": 20, "studies": [a_study(number) for number in numbers]}, indent=1)
    cut = text[: int(len(text) * share)]
    whole = [number for number in numbers if cut.count(f'"{number}"') and cut.rfind("\n  }", cut.find(f'"{number}"')) > 0]
    done = run("trials", "import", written(tmp_path / "page.json", cut))
    assert done.exit_code == 1
    assert "it may have been cut off" in done.stderr
    with store.reading() as unit:
        there = unit.trial_ids()
    assert there == numbers[: len(there)]
    assert len(whole) - 1 <= len(there) <= len(whole)


def test_of_lines_that_were_cut_off_only_the_last_is_left_out(run: Run, store: Store, tmp_path: Path) -> None:
    text = "\n".join(json.dumps(a_study(f"NCT0000000{number}")) for number in (1, 2, 3))
    done = run("trials", "import", written(tmp_path / "lines.jsonl", text[:-20]))
    assert done.exit_code == 1
    assert "lines.jsonl, line 3: is not JSON" in done.stderr
    with store.reading() as unit:
        assert unit.trial_ids() == ["NCT00000001", "NCT00000002"]


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("nothing.json", "", "is not JSON"),
        ("text.json", "once upon a time", "is not JSON"),
        ("number.json", "5", "expected a record with a `protocolSection`"),
        ("other.json", {"trials": []}, "expected a record with a `protocolSection`"),
        ("deep.json", "[" * 100_000, "is not JSON"),
    ],
)
def test_a_file_that_holds_no_record_says_so(run: Run, tmp_path: Path, name: str, data: object, problem: str) -> None:
    done = run("trials", "import", written(tmp_path / name, data))
    assert done.exit_code == 1
    assert f"{name}: {problem}" in done.stderr or "nested too deep" in done.stderr


def test_a_file_in_another_encoding_is_named(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "latin.json"
    path.write_bytes(json.dumps(GOOD, ensure_ascii=False).replace("Asthma", "Ménière").encode("latin-1"))
    assert "latin.json: is not UTF-8 text" in run("trials", "import", path).stderr


def test_a_name_that_is_neither_a_file_nor_a_number_says_what_was_expected(run: Run) -> None:
    done = run("trials", "import", "NCT123")
    assert done.exit_code == 1
    assert "NCT123: there is no such file or folder, and it is no NCT number" in done.stderr


def test_an_empty_folder_says_so(run: Run, tmp_path: Path) -> None:
    done = run("trials", "import", tmp_path)
    assert (done.exit_code, "there is no .json" in done.stderr) == (1, True)


def test_real_records_with_any_field_taken_away_are_whole_or_refused(shared: Path) -> None:
    """Whatever is missing, what is made of the rest is a record, or the field is named: nothing else happens."""
    for file in sorted((shared / "data" / "registry").glob("*.json"))[:3]:
        data = json.loads(file.read_text("utf-8"))
        for module in list(data["protocolSection"]):
            less = {**data, "protocolSection": {name: part for name, part in data["protocolSection"].items() if name != module}}
            named = _fault_of(less)
            assert named is None or module in named


def _fault_of(data: object) -> str | None:
    try:
        parse_study(data)
    except StudyFault as fault:
        return fault.field
    return None
