"""A trial's record is stored once for each version, its criteria whole and in order."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.store import NewCriterion, Store

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
RECORD = {"nct_id": "NCT06141070", "words": {"en": {"title": "Ärzte"}}, "a_last_key": 1}
CRITERIA = [
    NewCriterion("I2", "inclusion", "patient", "An adult", {"attribute": "age", "at_least": 18}, "reviewed"),
    NewCriterion("I1", "inclusion", "study_team", "Well enough"),
]


def _put(store: Store, version: str = "1", content_hash: str = "0" * 64, criteria: list[NewCriterion] | None = None) -> str:
    with store.unit() as unit:
        return unit.put_trial(
            "NCT06141070",
            version=version,
            record=RECORD,
            content_hash=content_hash,
            criteria=CRITERIA if criteria is None else criteria,
            at=NOON,
        )


def test_a_record_is_added_then_unchanged_then_changed(store: Store) -> None:
    assert [_put(store), _put(store), _put(store, "2", "1" * 64)] == ["added", "unchanged", "changed"]
    with store.reading() as unit:
        assert [version.version for version in unit.trial_versions("NCT06141070")] == ["1", "2"]
        assert [trial.version for trial in unit.trials()] == ["2"]


def test_a_record_edited_without_a_new_version_is_a_change(store: Store) -> None:
    assert [_put(store), _put(store, "1", "1" * 64)] == ["added", "changed"]


def test_a_record_comes_back_with_its_keys_in_order(store: Store) -> None:
    _put(store)
    with store.reading() as unit:
        trial = unit.trial("NCT06141070")
        assert unit.trial("NCT00000000") is None
    assert trial is not None
    assert list(trial.record) == ["nct_id", "words", "a_last_key"]
    assert trial.record == RECORD


def test_criteria_keep_the_order_of_the_record_and_are_replaced_with_it(store: Store) -> None:
    _put(store)
    with store.reading() as unit:
        criteria = unit.criteria("NCT06141070")
    assert [(criterion.criterion_id, criterion.position, criterion.status) for criterion in criteria] == [
        ("I2", 0, "reviewed"),
        ("I1", 1, "unreviewed"),
    ]
    assert [criterion.rule for criterion in criteria] == [{"attribute": "age", "at_least": 18}, None]
    _put(store, "2", "1" * 64, CRITERIA[1:])
    with store.reading() as unit:
        assert [criterion.criterion_id for criterion in unit.criteria("NCT06141070")] == ["I1"]
