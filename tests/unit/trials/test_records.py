"""A trial record is complete and sound, or it is refused with file, field and what was expected."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.screening.attributes import Attributes
from bot.trials import RecordFault, load_record, load_records
from bot.trials.records import parse_record
from bot.yaml_files import read_yaml
from tests.shipped import shipped_library

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = ROOT / "trials" / "NCT06141070.yaml"


@pytest.fixture(scope="module")
def attributes() -> Attributes:
    return shipped_library().attributes


@pytest.fixture
def data() -> dict[str, Any]:
    return copy.deepcopy(read_yaml(SHIPPED))


def test_every_record_that_ships_is_sound(attributes: Attributes) -> None:
    assert [record.nct_id for record in load_records(ROOT / "trials", attributes)] == ["NCT06141070"]


def test_the_first_trial_has_all_its_criteria(attributes: Attributes) -> None:
    record = load_record(SHIPPED, attributes)
    ids = [criterion.id for criterion in record.criteria]
    assert ids == ["R-age", "R-sex", *(f"I{n}" for n in range(1, 12)), *(f"E{n}" for n in range(1, 11))]


def criterion(data: dict[str, Any], id_: str) -> dict[str, Any]:
    found: dict[str, Any] = next(entry for entry in data["criteria"] if entry["id"] == id_)
    return found


def change(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    def apply(data: dict[str, Any]) -> None:
        *way, last = path.split(".")
        for step in way:
            data = data[step]
        data[last] = value

    return apply


def remove(path: str) -> Callable[[dict[str, Any]], None]:
    def apply(data: dict[str, Any]) -> None:
        *way, last = path.split(".")
        for step in way:
            data = data[step]
        del data[last]

    return apply


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (remove("title_official"), "NCT06141070.yaml: title_official: is missing"),
        (change("titel", "x"), "titel: is no field of a trial record; check its spelling"),
        (change("nct_id", "NCT1"), "nct_id: string should match pattern"),
        (change("nct_id", "NCT00000001"), "nct_id: says NCT00000001; expected the number in the file's name"),
        (change("ages", {"minimum": 70, "maximum": 18}), "ages: `minimum` is above `maximum`"),
        (change("ages", {"minimum": "eighteen", "maximum": None}), "ages.minimum: input should be a valid number"),
        (change("source.registry_url", "somewhere"), "source.registry_url: input should be a valid URL"),
        (change("last_reviewed", "soon"), "last_reviewed: "),
        (change("conditions", []), "conditions: tuple should have at least 1 item"),
        (change("enrollment", {"count": -1, "type": "ESTIMATED"}), "enrollment.count: input should be greater than or equal to 0"),
        (lambda data: data["criteria"].append(data["criteria"][0]), "criteria: criterion R-age stands twice"),
        (lambda data: data["criteria"].remove(criterion(data, "I5")), "criteria: inclusion criteria are numbered"),
        (lambda data: criterion(data, "I5").update(section="exclusion"), "criteria: criterion I5 stands in the wrong section"),
        (lambda data: criterion(data, "I5").update(checked_by="patient"), "criteria.I5: a criterion checked by the patient needs a rule"),
        (
            lambda data: criterion(data, "I8").update(checked_by="study_team"),
            "criteria.I8: a criterion checked by the study team takes no rule",
        ),
        (
            lambda data: criterion(data, "E4").update(requires={"all": []}),
            "criteria.E4: a criterion has either `requires` or `excludes_when`",
        ),
        (lambda data: criterion(data, "I9").update(requires={"attribute": "ecog", "is": "0"}), "criteria.I9: there is no attribute `ecog`"),
        (
            lambda data: criterion(data, "I9").update(requires={"attribute": "performance_status", "is": "5"}),
            "criteria.I9: `performance_status` has no value '5'; expected one of 0, 1, 2, 3, 4",
        ),
        (
            lambda data: criterion(data, "I9").update(requires={"attribute": "performance_status", "at_most": 2}),
            "criteria.I9: `at_most` does not fit `performance_status` (choice); expected one of is, one_of",
        ),
        (
            lambda data: criterion(data, "E4").update(excludes_when={"attribute": "fluid_buildup", "is": "yes"}),
            "criteria.E4: `fluid_buildup` is compared with true or false",
        ),
        (
            lambda data: criterion(data, "I8").update(requires={"attribute": "age", "over": 18}),
            "criteria.I8.requires: unknown operator `over`",
        ),
        (lambda data: criterion(data, "I8").update(requires={"age": 18}), "criteria.I8.requires: a rule is one of all, any, not"),
        (lambda data: data["words"]["en"]["criteria"].pop("I3"), "the record: words.en.criteria has nothing for I3"),
        (lambda data: data["words"]["en"]["criteria"].update(I99={"plain": "x"}), "words.en.criteria names I99"),
        (lambda data: data["words"]["en"]["criteria"]["I4"].pop("to_ask"), "words.en.criteria.I4 needs `to_ask`"),
        (lambda data: data["words"]["en"]["criteria"]["I3"].pop("not_met"), "words.en.criteria.I3 needs `not_met`"),
        (change("words.en.steps", []), "words.en.steps: tuple should have at least 1 item"),
    ],
)
def test_a_malformed_record_is_refused_with_file_field_and_expectation(
    data: dict[str, Any], attributes: Attributes, spoil: Callable[[dict[str, Any]], object], message: str
) -> None:
    spoil(data)
    with pytest.raises(RecordFault) as fault:
        parse_record(data, "NCT06141070.yaml", attributes)
    assert message in str(fault.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"nct_id: [", "line 1"),
        (b"nct_id: a\nnct_id: b\n", "line 2: `nct_id` stands twice"),
        (b"- just\n- a list\n", "expected a mapping of fields"),
        (b"\xff\xfe\x00", "is not UTF-8 text"),
    ],
)
def test_a_file_that_is_no_yaml_is_refused_with_the_place(tmp_path: Path, attributes: Attributes, content: bytes, message: str) -> None:
    path = tmp_path / "NCT00000001.yaml"
    path.write_bytes(content)
    with pytest.raises(RecordFault, match=message):
        load_record(path, attributes)


def test_words_that_yaml_takes_for_truth_stay_words(tmp_path: Path) -> None:
    path = tmp_path / "words.yaml"
    path.write_text("on: [no, yes, off, true]\n")
    assert read_yaml(path) == {"on": ["no", "yes", "off", True]}
