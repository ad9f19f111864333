"""A message sent twice gets the answer it got the first time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.store import Conversation, NewMessage, Store, UnknownConversationError

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=1)


@pytest.fixture
def conversation(store: Store) -> Conversation:
    with store.unit() as unit:
        return unit.open_conversation(channel="rest", sender="ann", at=NOON)


def test_a_turn_begins_once_and_keeps_its_first_replies(store: Store, conversation: Conversation) -> None:
    with store.unit() as unit:
        assert unit.begin_turn(conversation.id, "m1", NOON).status == "pending"
        unit.finish_turn(conversation.id, "m1", [{"text": "first"}], LATER)
        unit.finish_turn(conversation.id, "m1", [{"text": "second"}], LATER)
        again = unit.begin_turn(conversation.id, "m1", LATER)
    assert (again.status, again.replies, again.started_at, again.finished_at) == ("done", [{"text": "first"}], NOON, LATER)


def test_the_same_message_id_in_another_conversation_is_another_turn(store: Store, conversation: Conversation) -> None:
    with store.unit() as unit:
        other = unit.open_conversation(channel="rest", sender="bob", at=NOON)
        unit.begin_turn(conversation.id, "m1", NOON)
        unit.finish_turn(conversation.id, "m1", [{"text": "hello"}], NOON)
        assert unit.begin_turn(other.id, "m1", NOON).status == "pending"


def test_a_failed_turn_starts_over_when_it_is_sent_again(store: Store, conversation: Conversation) -> None:
    with store.unit() as unit:
        unit.begin_turn(conversation.id, "m1", NOON)
        unit.note_handled(conversation.id, "m1", NOON)
        unit.fail_turn(conversation.id, "m1")
        assert unit.begin_turn(conversation.id, "m1", LATER).status == "failed"
        unit.retry_turn(conversation.id, "m1")
        turn = unit.turn(conversation.id, "m1")
    assert turn is not None
    assert (turn.status, turn.handled_at) == ("pending", None)


def test_finishing_the_turn_that_erased_its_conversation_is_no_error(store: Store, conversation: Conversation) -> None:
    with store.unit() as unit:
        unit.begin_turn(conversation.id, "m1", NOON)
        unit.erase_conversation(conversation.id, by="patient", at=LATER)
    with store.unit() as unit:
        assert unit.finish_turn(conversation.id, "m1", [{"text": "erased"}], LATER) is None


def test_a_turn_of_an_unknown_conversation_is_refused(store: Store) -> None:
    with pytest.raises(UnknownConversationError), store.unit() as unit:
        unit.begin_turn("0" * 32, "m1", NOON)


def test_a_line_whose_event_was_read_before_is_not_added_again(store: Store, conversation: Conversation) -> None:
    lines = [NewMessage(event_key=f"k{number}", who="bot", text=str(number), at=NOON) for number in range(3)]
    with store.unit() as unit:
        assert unit.add_messages(conversation.id, lines[:2]) == 2
        assert unit.add_messages(conversation.id, [*lines, lines[2]]) == 1
        assert [(line.text, line.position) for line in unit.messages(conversation.id)] == [("0", 0), ("1", 1), ("2", 2)]


def test_hidden_replies_are_left_out_of_what_is_read(store: Store, conversation: Conversation) -> None:
    with store.unit() as unit:
        unit.add_messages(
            conversation.id,
            [
                NewMessage(event_key="k1", who="patient", text="hello", at=NOON, message_id="m1"),
                NewMessage(event_key="k2", who="bot", text="old", at=NOON, message_id="m1"),
            ],
        )
        unit.hide_replies(conversation.id, "m1")
        unit.add_messages(conversation.id, [NewMessage(event_key="k3", who="bot", text="new", at=NOON, message_id="m1")])
        assert [line.text for line in unit.messages(conversation.id)] == ["hello", "new"]
        assert [line.text for line in unit.replies_to(conversation.id, "m1")] == ["new"]
