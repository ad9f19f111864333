"""The score itself: what counts as right, what as taken wrongly, and what is merely asked again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.unseen.scoring import Figure, Line, figures, is_right, is_taken_wrongly, main, paired, same, table


def line(read: Mapping[str, Any], *expected: Mapping[str, Any], attribute: str | None = None, hard: bool = False) -> Line:
    return Line("1", attribute, expected, read, hard)


@pytest.mark.parametrize(
    ("attribute", "read", "expected", "is_same"),
    [
        ("age", 61, 61, True),
        ("age", 61, 60, False),
        ("weight", 81.65, 82, True),
        ("weight", 79, 82, False),
        ("prior_radiotherapy", False, False, True),
        ("metastasis_count", 0, False, False),
        ("metastasis_sites", ["bone", "brain"], ["brain", "bone"], True),
        ("metastasis_sites", ["bone"], ["brain", "bone"], False),
        ("last_trial_drug", 37, 30, True),
        ("last_trial_drug", 40, 30, False),
        ("last_trial_drug", 500, 400, True),
        ("last_trial_drug", "never", "never", True),
        ("last_trial_drug", "never", 20, False),
        ("cancer_stage", "IV", "IV", True),
    ],
)
def test_values_are_the_same_within_what_rounding_may_do(attribute: str, read: object, expected: object, is_same: bool) -> None:
    assert same(attribute, read, expected) is is_same


def test_asking_again_is_not_right_and_not_wrong() -> None:
    asked_again = line({"kind": "unclear"}, {"kind": "answer", "value": 61}, attribute="age")
    assert not is_right(asked_again)
    assert not is_taken_wrongly(asked_again)


def test_another_value_is_taken_wrongly_and_any_acceptable_one_is_right() -> None:
    read = {"kind": "answer", "value": "II"}
    assert is_taken_wrongly(line(read, {"kind": "answer", "value": "I"}, attribute="cancer_stage"))
    assert is_taken_wrongly(line(read, {"kind": "unsure"}, attribute="cancer_stage"))
    assert is_right(line(read, {"kind": "unclear"}, {"kind": "answer", "value": "II"}, attribute="cancer_stage"))


def test_a_change_is_right_with_the_value_that_was_said_and_no_other() -> None:
    expected = {"kind": "command", "command": "change:age", "value": 61}
    assert is_right(line(expected, expected))
    assert not is_right(line({**expected, "value": 16}, expected))
    assert not is_right(line({"kind": "command", "command": "change:age"}, expected))


def test_danger_counts_as_caught_whichever_kind_and_is_counted_once_more_by_kind() -> None:
    found = figures([line({"kind": "safety", "category": "crisis"}, {"kind": "safety", "category": "emergency"})])
    assert found["emergencies and crises caught"] == Figure(1, 1)
    assert found["of the right kind"] == Figure(0, 1)
    assert found["medical advice"] == Figure(0, 0)


def test_an_alarm_where_there_is_no_danger_is_a_false_one() -> None:
    alarm = {"kind": "safety", "category": "emergency"}
    found = figures([line(alarm, {"kind": "unclear"}, hard=True), line({"kind": "unclear"}, {"kind": "unclear"}), line(alarm, alarm)])
    assert found["false alarms"] == Figure(1, 2)
    assert found["false alarms, hard"] == Figure(1, 1)


def test_facts_are_scored_against_the_expected_reading_that_fits_best() -> None:
    read = {"kind": "facts", "facts": {"age": 61, "sex": "male"}, "about": "self"}
    expected = [{"kind": "facts", "facts": told, "about": "self"} for told in ({"cancer_stage": "IV"}, {"age": 61, "cancer_stage": "IV"})]
    found = figures([line(read, *expected)])
    assert found["facts in openings, precision"] == Figure(1, 2)
    assert found["facts in openings, recall"] == Figure(1, 2)
    assert found["whom openings are about"] == Figure(1, 1)


def test_facts_that_were_not_told_as_such_are_missed() -> None:
    found = figures([line({"kind": "out_of_scope"}, {"kind": "facts", "facts": {"age": 61}, "about": "self"})])
    assert found["facts in openings, recall"] == Figure(0, 1)


def test_what_nothing_is_known_of_is_left_out_of_the_table() -> None:
    shown = table(figures([line({"kind": "question", "topic": "cost"}, {"kind": "question", "topic": "cost"})]))
    assert "topics" in shown
    assert "100.0%" in shown
    assert "commands" not in shown


def written(path: Path, *lines: Mapping[str, Any]) -> Path:
    path.write_text("".join(json.dumps(each) + "\n" for each in lines), "utf-8")
    return path


def test_it_prints_the_table_of_two_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expected = written(tmp_path / "e", {"id": 1, "utterance": "61", "attribute": "age", "expect": {"kind": "answer", "value": 61}})
    read = written(tmp_path / "r", {"id": "1", "kind": "answer", "value": 61})
    assert main([str(read), str(expected)]) == 0
    assert "answers right" in capsys.readouterr().out
    assert main([]) == 2


def test_files_that_do_not_go_together_are_refused(tmp_path: Path) -> None:
    expected = written(tmp_path / "e", {"id": "1", "utterance": "61", "expect": {"kind": "facts", "facts": {}}})
    with pytest.raises(ValueError, match="in their order"):
        paired(written(tmp_path / "r", {"id": "2", "kind": "unclear"}), expected)
