"""Who has a conversation, who waits, and which lines are still to be delivered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from bot.store import NewMessage, Store, UnknownConversationError

Clock = Callable[[], datetime]


def open_one(store: Store, at: datetime) -> tuple[str, int]:
    """A conversation and an account."""
    with store.unit() as unit:
        account = unit.add_account(login="ann", name="Ann", role="coordinator", at=at, all_trials=True)
        return unit.open_conversation(channel="widget", at=at).id, account.id


def add(store: Store, conversation: str, at: datetime, key: str, who: Any, delivery: Any = None, **more: Any) -> None:
    with store.unit() as unit:
        unit.add_messages(conversation, [NewMessage(event_key=key, who=who, text=key, at=at, delivery=delivery, **more)])


def test_a_conversation_is_taken_over_and_handed_back(store: Store, clock: Clock) -> None:
    conversation, ann = open_one(store, clock())
    at = clock()
    with store.unit() as unit:
        assert unit.holder(conversation) is None
        unit.take_over(conversation, ann, shown_as="Ann", at=at)
        unit.note_waiting(conversation, at)
    with store.reading() as unit:
        found = unit.conversation(conversation)
    assert found is not None
    assert (found.taken_over_by, found.taken_over_at, found.taken_over_as, found.waiting_since) == (ann, at, "Ann", at)
    with store.unit() as unit:
        assert unit.holder(conversation) == ann
        unit.hand_back(conversation, clock())
    with store.reading() as unit:
        found = unit.conversation(conversation)
    assert found is not None
    assert (found.taken_over_by, found.taken_over_at, found.taken_over_as, found.waiting_since) == (None, None, None, None)


def test_who_waits_waits_since_the_first_message_until_somebody_answers(store: Store, clock: Clock) -> None:
    conversation, _ = open_one(store, clock())
    first = clock()
    with store.unit() as unit:
        unit.note_waiting(conversation, first)
        unit.note_waiting(conversation, clock())
    with store.reading() as unit:
        found = unit.conversation(conversation)
    assert found is not None
    assert found.waiting_since == first
    with store.unit() as unit:
        unit.note_answered(conversation, clock())
    with store.reading() as unit:
        found = unit.conversation(conversation)
    assert found is not None
    assert found.waiting_since is None


def test_every_step_is_a_change_that_whoever_looks_on_sees(store: Store, clock: Clock) -> None:
    conversation, ann = open_one(store, clock())
    seen = set()
    for step in (
        lambda unit: unit.take_over(conversation, ann, shown_as=None, at=clock()),
        lambda unit: unit.note_waiting(conversation, clock()),
        lambda unit: unit.note_answered(conversation, clock()),
        lambda unit: unit.hand_back(conversation, clock()),
    ):
        with store.unit() as unit:
            step(unit)
        with store.reading() as unit:
            found = unit.conversation(conversation)
        assert found is not None
        seen.add(found.changed_at)
    assert len(seen) == 4


def test_lines_wait_until_they_are_delivered_and_are_found_again_behind_any_place(store: Store, clock: Clock) -> None:
    conversation, ann = open_one(store, clock())
    add(store, conversation, clock(), "greeting", "bot")
    add(store, conversation, clock(), "joined", "bot", "waiting")
    add(store, conversation, clock(), "hello", "coordinator", "waiting", author=ann)
    add(store, conversation, clock(), "thanks", "patient")
    with store.reading() as unit:
        assert [line.event_key for line in unit.unasked_lines(conversation)] == ["joined", "hello"]
        assert [line.event_key for line in unit.unasked_lines(conversation, 1)] == ["hello"]
        assert [line.event_key for line in unit.waiting_lines(conversation)] == ["joined", "hello"]
    with store.unit() as unit:
        unit.note_delivered(conversation, 1)
    with store.reading() as unit:
        assert [line.event_key for line in unit.waiting_lines(conversation)] == ["hello"]
        assert [line.event_key for line in unit.unasked_lines(conversation)] == ["joined", "hello"]
        assert [line.delivery for line in unit.messages(conversation)] == [None, "delivered", "waiting", None]


def test_delivering_in_one_conversation_leaves_others_alone(store: Store, clock: Clock) -> None:
    conversation, _ = open_one(store, clock())
    with store.unit() as unit:
        other = unit.open_conversation(channel="widget", at=clock()).id
    add(store, conversation, clock(), "here", "bot", "waiting")
    add(store, other, clock(), "there", "bot", "waiting")
    with store.unit() as unit:
        unit.note_delivered(conversation, 99)
    with store.reading() as unit:
        assert unit.waiting_lines(conversation) == []
        assert [line.event_key for line in unit.waiting_lines(other)] == ["there"]


def test_what_the_patient_said_since_somebody_wrote_is_unanswered(store: Store, clock: Clock) -> None:
    conversation, ann = open_one(store, clock())
    add(store, conversation, clock(), "before", "patient", intent="safety_emergency")
    with store.reading() as unit:
        assert [line.event_key for line in unit.unanswered_lines(conversation)] == ["before"]
        assert unit.last_written(conversation) is None
    at = clock()
    add(store, conversation, at, "hello", "coordinator", "waiting", author=ann)
    add(store, conversation, clock(), "after", "patient")
    add(store, conversation, clock(), "hidden", "patient", shown=False)
    with store.reading() as unit:
        assert [line.event_key for line in unit.unanswered_lines(conversation)] == ["after"]
        assert unit.last_written(conversation) == at


def test_a_delivery_is_waiting_or_done_and_nothing_else(store: Store, clock: Clock) -> None:
    conversation, _ = open_one(store, clock())
    with pytest.raises(IntegrityError):
        add(store, conversation, clock(), "odd", "bot", "lost")


def test_what_is_not_there_cannot_be_taken_over(store: Store, clock: Clock) -> None:
    with pytest.raises(UnknownConversationError), store.unit() as unit:
        unit.take_over("no such conversation", 1, shown_as=None, at=clock())
