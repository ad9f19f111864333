"""A screening goes on from its snapshot; answers are added and never changed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from bot.store import Conversation, Store, UnknownScreeningError
from bot.store.engine import database_url as parsed

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
Clock = Callable[[], datetime]


@pytest.fixture
def conversation(store: Store) -> Conversation:
    with store.unit() as unit:
        return unit.open_conversation(channel="rest", sender="ann", at=NOON)


def test_screenings_are_numbered_and_the_latest_is_current(store: Store, conversation: Conversation, clock: Clock) -> None:
    with store.unit() as unit:
        assert unit.current_screening(conversation.id) is None
        for _ in range(3):
            started = unit.start_screening(conversation.id, "NCT06141070", words_version="1", at=clock())
        assert [screening.number for screening in unit.screenings(conversation.id)] == [1, 2, 3]
        assert unit.current_screening(conversation.id) == started


def test_a_snapshot_changed_in_place_is_saved(store: Store, conversation: Conversation) -> None:
    with store.unit() as unit:
        unit.start_screening(conversation.id, None, words_version="1", at=NOON, snapshot={"asked": ["age"]})
    with store.unit() as unit:
        screening = unit.current_screening(conversation.id)
        assert screening is not None
        screening.snapshot["asked"].append("sex")
        unit.save_screening(screening.id, snapshot=screening.snapshot)
    with store.reading() as unit:
        again = unit.current_screening(conversation.id)
    assert again is not None
    assert again.snapshot == {"asked": ["age", "sex"]}


def test_saving_changes_only_what_is_given(store: Store, conversation: Conversation) -> None:
    with store.unit() as unit:
        screening = unit.start_screening(conversation.id, "NCT06141070", words_version="1", at=NOON, snapshot={"a": 1})
        saved = unit.save_screening(screening.id, verdict="unlikely", state="finished", finished_at=NOON)
    assert (saved.verdict, saved.state, saved.snapshot, saved.trial_id) == ("unlikely", "finished", {"a": 1}, "NCT06141070")


def test_a_changed_answer_reopens_a_screening(store: Store, conversation: Conversation) -> None:
    with store.unit() as unit:
        screening = unit.start_screening(conversation.id, "NCT06141070", words_version="1", at=NOON)
        unit.save_screening(screening.id, verdict="unlikely", state="finished", finished_at=NOON)
        reopened = unit.reopen_screening(screening.id)
    assert (reopened.state, reopened.verdict, reopened.finished_at) == ("open", None, None)


def test_a_summary_key_is_made_once_and_leads_back_to_its_screening(store: Store, conversation: Conversation) -> None:
    with store.unit() as unit:
        first = unit.start_screening(conversation.id, None, words_version="1", at=NOON)
        second = unit.start_screening(conversation.id, None, words_version="1", at=NOON)
        key = unit.ensure_summary_key(first.id)
        assert unit.ensure_summary_key(first.id) == key
        assert unit.ensure_summary_key(second.id) != key
        assert len(key) >= 22
        found = unit.screening_by_summary_key(key)
        assert found is not None
        assert found.id == first.id
        assert unit.screening_by_summary_key("") is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(
    value=st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**40), 2**40),
        st.text(st.characters(exclude_categories=["Cc", "Cs"])),
        st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs"]))),
    )
)
def test_a_value_comes_back_as_it_went_in(store: Store, conversation: Conversation, value: object) -> None:
    with store.unit() as unit:
        screening = unit.start_screening(conversation.id, None, words_version="1", at=NOON)
        unit.add_answer(screening.id, attribute="age", state="known", value=value, said="x", at=NOON)
    with store.reading() as unit:
        (answer,) = unit.answers(screening.id)
    assert answer.value == value
    assert type(answer.value) is type(value)


def test_answers_come_oldest_first_and_a_correction_is_one_more(store: Store, conversation: Conversation, clock: Clock) -> None:
    with store.unit() as unit:
        screening = unit.start_screening(conversation.id, None, words_version="1", at=clock())
        for number, age in enumerate([61, 62, 60]):
            unit.add_answer(screening.id, attribute="age", state="known", value=age, said=str(age), at=clock(), message_id=f"m{number}")
        assert [answer.value for answer in unit.answers(screening.id)] == [61, 62, 60]


def test_a_message_handled_before_is_recognised_with_all_it_answered(store: Store, conversation: Conversation) -> None:
    with store.unit() as unit:
        screening = unit.start_screening(conversation.id, None, words_version="1", at=NOON)
        unit.add_answer(screening.id, attribute="sex", state="known", value="female", said="woman, 61", at=NOON, message_id="m1")
        unit.add_answer(screening.id, attribute="age", state="known", value=61, said="woman, 61", at=NOON, message_id="m1")
        assert [answer.attribute for answer in unit.answers_for_message(screening.id, "m1")] == ["sex", "age"]
        assert unit.answers_for_message(screening.id, "m2") == []


@pytest.mark.parametrize("statement", ["UPDATE {} SET at = at", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["answers", "verdicts", "consents"])
def test_the_database_itself_refuses_to_change_what_was_said(
    store: Store, conversation: Conversation, database_url: str, table: str, statement: str
) -> None:
    with store.unit() as unit:
        screening = unit.start_screening(conversation.id, None, words_version="1", at=NOON)
        unit.add_answer(screening.id, attribute="age", state="known", value=61, said="61", at=NOON)
        unit.add_verdict(screening.id, trial_id="NCT06141070", verdict="likely", at=NOON)
        unit.add_consent(conversation.id, text_version="1", text_hash="0" * 64, given=True, at=NOON)
    engine = create_engine(parsed(database_url))
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement.format(table)))
    engine.dispose()


def test_an_answer_of_an_unknown_kind_is_refused(store: Store, conversation: Conversation) -> None:
    with store.unit() as unit:
        screening = unit.start_screening(conversation.id, None, words_version="1", at=NOON)
    with pytest.raises(DBAPIError), store.unit() as unit:
        unit.add_answer(screening.id, attribute="age", state="maybe", said="61", at=NOON)


def test_an_answer_to_an_erased_screening_is_refused(store: Store) -> None:
    with pytest.raises(UnknownScreeningError, match="erased"), store.unit() as unit:
        unit.add_answer(7, attribute="age", state="known", value=61, said="61", at=NOON)


def test_verdicts_stay_in_the_order_in_which_they_were_given(store: Store, conversation: Conversation, clock: Clock) -> None:
    with store.unit() as unit:
        screening = unit.start_screening(conversation.id, "NCT06141070", words_version="1", at=clock())
        for verdict in ["unlikely", "possible"]:
            unit.add_verdict(screening.id, trial_id="NCT06141070", verdict=verdict, at=clock(), detail=[{"id": "I8"}])
        assert [found.verdict for found in unit.verdicts(screening.id)] == ["unlikely", "possible"]
        assert unit.verdicts(screening.id)[0].detail == [{"id": "I8"}]


def test_screenings_started_at_the_same_time_get_different_numbers(store: Store, conversation: Conversation) -> None:
    together = threading.Barrier(4)
    problems: list[Exception] = []

    def start() -> None:
        together.wait()
        try:
            with store.unit() as unit:
                unit.start_screening(conversation.id, None, words_version="1", at=NOON)
        except Exception as problem:
            problems.append(problem)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    with store.reading() as unit:
        assert [screening.number for screening in unit.screenings(conversation.id)] == [1, 2, 3, 4]
