"""Conversations are read whole for an export, a batch at a time, and only those that are somebody's to see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.store import Store
from bot.store.records import ExportFilter
from tests.store.asking import asks

MINE, OTHER = "NCT00000001", "NCT00000002"
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
Clock = Callable[[], datetime]


def opened(store: Store, at: datetime = NOON, trial: str | None = MINE, **progress: str) -> str:
    """A conversation that began then."""
    with store.unit() as unit:
        made = unit.open_conversation(channel="widget", at=at, trial_id=trial)
        if progress:
            unit.note_progress(made.id, stage="finished", verdict=progress["verdict"], at=at)
    return made.id


def test_a_batch_stands_in_the_order_that_was_asked_for_without_what_is_gone(store: Store) -> None:
    first, erased, last = (opened(store) for _ in range(3))
    other = opened(store, trial=OTHER)
    wanted, mine = ExportFilter(), frozenset({MINE})
    with store.unit() as unit:
        assert set(unit.ids_to_export(wanted, mine)) == {first, erased, last}
        unit.erase_conversation(erased, by="patient", at=NOON)
    for order in ([last, erased, other, first], [first, other, last, erased]):
        with store.reading() as unit:
            found = [file.conversation.id for file in unit.batch_to_export(order, wanted, mine)]
        assert found == [one for one in order if one in {first, last}]


def test_a_file_has_the_screenings_with_what_belongs_to_each(store: Store, clock: Clock) -> None:
    conversation, other = opened(store), opened(store)
    with store.unit() as unit:
        for name in (conversation, other, conversation):
            screening = unit.start_screening(name, MINE, words_version="1", at=clock())
            unit.add_answer(screening.id, attribute="age", state="known", value=screening.number, said="so old", at=clock())
            unit.add_verdict(screening.id, trial_id=MINE, verdict="likely", at=clock())
            unit.add_consent(name, text_version="1", text_hash="h", given=True, at=clock())
        file = unit.conversation_file(conversation)
    assert file is not None
    assert [each.screening.number for each in file.screenings] == [1, 2]
    assert [[answer.value for answer in each.answers] for each in file.screenings] == [[1], [2]]
    assert [len(each.verdicts) for each in file.screenings] == [1, 1]
    assert len(file.consents) == 2


def test_there_is_no_file_of_what_is_not_there(store: Store) -> None:
    with store.reading() as unit:
        assert unit.conversation_file("nobody") is None
        assert unit.ids_to_export(ExportFilter(), None) == []
        assert unit.batch_to_export(["nobody"], ExportFilter(), None) == []


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (ExportFilter(), 3),
        (ExportFilter(trial=OTHER), 0),
        (ExportFilter(verdict="likely"), 1),
        (ExportFilter(stage="in_progress"), 2),
        (ExportFilter(status="new"), 3),
        (ExportFilter(since=NOON), 2),
        (ExportFilter(since=NOON + timedelta(microseconds=1)), 1),
        (ExportFilter(until=NOON), 1),
    ],
)
def test_only_what_is_wanted_of_ones_own_trials_is_counted_and_given(store: Store, wanted: ExportFilter, count: int) -> None:
    opened(store, NOON - timedelta(days=1))
    opened(store, NOON, verdict="likely")
    opened(store, NOON + timedelta(days=1))
    opened(store, NOON, OTHER)
    opened(store, NOON, None)
    mine = frozenset({MINE})
    with store.reading() as unit:
        assert unit.count_to_export(wanted, mine) == count
        ids = unit.ids_to_export(wanted, mine)
        assert len(ids) == count
        assert len(unit.batch_to_export(unit.ids_to_export(ExportFilter(), None), wanted, mine)) == count


def test_the_trials_that_there_are_conversations_about(store: Store) -> None:
    for trial in (MINE, OTHER, OTHER, None):
        opened(store, trial=trial)
    with store.reading() as unit:
        assert unit.trials_with_conversations(None) == [MINE, OTHER]
        assert unit.trials_with_conversations(frozenset({OTHER})) == [OTHER]
        assert unit.trials_with_conversations(frozenset()) == []


def test_what_is_listed_for_a_request_can_be_exported_too(store: Store) -> None:
    asked = opened(store, trial=None)
    opened(store, trial=None)
    mine, others = frozenset({MINE}), frozenset({OTHER})
    with store.unit() as unit:
        asks(unit, asked, MINE)
    with store.reading() as unit:
        for wanted in (ExportFilter(), ExportFilter(trial=MINE)):
            assert unit.count_to_export(wanted, mine) == 1
            assert [file.conversation.id for file in unit.batch_to_export(unit.ids_to_export(wanted, mine), wanted, mine)] == [asked]
            assert unit.count_to_export(wanted, others) == 0
        assert unit.count_to_export(ExportFilter(trial=MINE), None) == 1
        assert [unit.trials_with_conversations(trials) for trials in (None, mine, others)] == [[MINE], [MINE], []]
