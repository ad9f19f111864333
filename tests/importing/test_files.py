"""Records come from files and folders of every shape that the registry's users have; each goes in whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.store import Store
from tests.fakes.registry_api import a_study
from tests.importing.conftest import Run, stored, written

ONE, TWO, THREE = (a_study(f"NCT0000000{number}", title=f"Study {number}") for number in (1, 2, 3))
PAGE = {"studies": [ONE, TWO], "nextPageToken": "more"}


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("one.json", ONE, ["NCT00000001"]),
        ("page.json", PAGE, ["NCT00000001", "NCT00000002"]),
        ("list.json", [TWO, ONE], ["NCT00000002", "NCT00000001"]),
        ("lines.jsonl", "\n".join(map(json.dumps, (ONE, TWO))) + "\n\n", ["NCT00000001", "NCT00000002"]),
        ("lines_called_json.json", "\n".join(map(json.dumps, (ONE, TWO))), ["NCT00000001", "NCT00000002"]),
        ("with_a_mark.json", "\ufeff" + json.dumps(ONE), ["NCT00000001"]),
    ],
)
def test_a_file_of_any_shape_goes_in_a_line_for_each_record(
    run: Run, store: Store, tmp_path: Path, name: str, data: object, expected: list[str]
) -> None:
    done = run("trials", "import", written(tmp_path / name, data))
    assert (done.exit_code, [line[:11] for line in done.stdout.splitlines()]) == (0, expected)
    assert all("added" in line for line in done.stdout.splitlines())
    for nct_id in expected:
        assert stored(store, nct_id).title_brief == f"Study {nct_id[-1]}"


def test_a_folder_is_read_with_the_folders_in_it_and_what_is_no_record_is_left_alone(run: Run, store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "records"
    written(folder / "b.json", TWO)
    written(folder / "deeper" / "a.json", ONE)
    written(folder / ".hidden" / "c.json", THREE)
    written(folder / "readme.txt", "no record")
    done = run("trials", "import", folder)
    assert (done.exit_code, len(done.stdout.splitlines())) == (0, 2)
    with store.reading() as unit:
        assert unit.trial_ids() == ["NCT00000001", "NCT00000002"]


def test_several_sources_go_in_together(run: Run, tmp_path: Path) -> None:
    done = run("trials", "import", written(tmp_path / "one.json", ONE), written(tmp_path / "page.json", {"studies": [TWO, THREE]}))
    assert (done.exit_code, len(done.stdout.splitlines())) == (0, 3)
    assert "3 added" in done.stderr


def test_everything_a_record_says_is_kept_in_the_records_own_fields(run: Run, store: Store, shared: Path) -> None:
    assert run("trials", "import", shared / "data" / "registry").exit_code == 0
    record = stored(store, "NCT02513394")
    given = json.loads((shared / "data" / "registry" / "NCT02513394.json").read_text("utf-8"))
    protocol = given["protocolSection"]
    locations = protocol["contactsLocationsModule"]["locations"]
    assert [(site.facility, site.city, site.country, site.status) for site in record.sites] == [
        (one.get("facility"), one["city"], one["country"], one.get("status")) for one in locations
    ]
    assert [None if site.coordinates is None else (site.coordinates.latitude, site.coordinates.longitude) for site in record.sites] == [
        (one["geoPoint"]["lat"], one["geoPoint"]["lon"]) if "geoPoint" in one else None for one in locations
    ]
    assert record.eligibility_text == protocol["eligibilityModule"]["eligibilityCriteria"]
    assert record.status == protocol["statusModule"]["overallStatus"]
    assert [arm.label for arm in record.arms] == [arm["label"] for arm in protocol["armsInterventionsModule"]["armGroups"]]
    browse = given["derivedSection"]["conditionBrowseModule"]
    assert [term.name for term in record.condition_terms.terms] == [mesh["term"] for mesh in browse["meshes"]]
    assert [term.name for term in record.condition_terms.ancestors] == [mesh["term"] for mesh in browse["ancestors"]]
    assert record.source.as_of.isoformat() == given["derivedSection"]["miscInfoModule"]["versionHolder"]


def test_all_registry_records_go_in_and_each_letter_of_their_criteria_is_in_one(run: Run, store: Store, shared: Path) -> None:
    files = sorted((shared / "data" / "registry").glob("*.json"))
    done = run("trials", "import", shared / "data" / "registry")
    assert (done.exit_code, len(done.stdout.splitlines())) == (0, len(files))
    for file in files:
        record = stored(store, file.stem)
        assert record.eligibility_text is not None
        text, covered = record.eligibility_text, [0] * len(record.eligibility_text)
        for criterion in record.criteria:
            if criterion.span is not None:
                for place in range(*criterion.span):
                    covered[place] += 1
                assert criterion.words_span is not None
                assert criterion.text == text[slice(*criterion.words_span)]
        assert max(covered) == 1
        # Headings of a whole section belong to no criterion.
        missing = [line for line in text.splitlines() if line.strip() and line.strip() in _uncovered(text, covered)]
        assert all(line.rstrip().endswith(":") for line in missing), missing


def _uncovered(text: str, covered: list[int]) -> list[str]:
    left = "".join(letter if not count else "\n" for letter, count in zip(text, covered, strict=True))
    return [line.strip() for line in left.splitlines() if line.strip()]
