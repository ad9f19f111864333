"""Messages of channels on their way: each taken once, each person's in their order, on either database."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from bot.store import NewMessage, Store
from bot.store.channels import Outgoing

NOON = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=2)


def receive(store: Store, number: str, sender: str = "ann", order: int = 0) -> bool:
    with store.unit() as unit:
        return unit.receive_message("telegram", number, sender=sender, sealed=f"sealed {number}", order=order, at=NOON)


def claim(store: Store, now: datetime = NOON) -> list[str]:
    with store.unit() as unit:
        return [one.message_id for one in unit.claim_messages(now, now + timedelta(minutes=1), 10)]


def test_a_message_is_kept_once_however_often_it_is_delivered(store: Store) -> None:
    assert receive(store, "1")
    assert not receive(store, "1")
    assert claim(store) == ["1"]


def test_of_each_person_the_first_is_taken_and_the_next_only_when_that_was_heard(store: Store) -> None:
    for number, sender in (("1", "ann"), ("2", "ann"), ("3", "ben")):
        receive(store, number, sender)
    with store.unit() as unit:
        taken = unit.claim_messages(NOON, LATER, 10)
    assert [one.message_id for one in taken] == ["1", "3"]
    assert claim(store) == []
    with store.unit() as unit:
        unit.note_heard(taken[0])
    assert claim(store) == ["2"]


def test_what_was_written_first_is_taken_first_where_both_have_arrived(store: Store) -> None:
    receive(store, "late", order=8)
    receive(store, "early", order=7)
    assert claim(store) == ["early"]


def test_one_that_is_tried_again_later_keeps_those_behind_it_waiting(store: Store) -> None:
    receive(store, "1")
    receive(store, "2")
    with store.unit() as unit:
        (first,) = unit.claim_messages(NOON, LATER, 10)
        unit.delay_message(first, NOON + timedelta(hours=1))
    assert claim(store, LATER + timedelta(minutes=1)) == []
    assert claim(store, NOON + timedelta(hours=2)) == ["1"]


def test_of_what_was_heard_only_the_number_is_left_for_a_week(store: Store) -> None:
    receive(store, "1")
    with store.unit() as unit:
        (first,) = unit.claim_messages(NOON, LATER, 10)
        unit.note_heard(first)
    assert not receive(store, "1")
    with store.unit() as unit:
        assert unit.forget_message_numbers(NOON) == 0
        assert unit.forget_message_numbers(LATER) == 1
    assert receive(store, "1")


def test_pieces_are_sent_one_after_the_other_to_each(store: Store) -> None:
    with store.unit() as unit:
        unit.send_later("telegram", "ann", ["one", "two"], conversation_id=None, at=NOON)
        unit.send_later("telegram", "ben", ["three"], conversation_id=None, at=NOON)
        taken = unit.claim_replies(NOON, LATER, 10)
        assert [one.sealed for one in taken] == ["one", "three"]
        assert unit.claim_replies(NOON, LATER, 10) == []
        unit.end_reply(taken[0])
        assert [one.sealed for one in unit.claim_replies(NOON, LATER, 10)] == ["two"]


@pytest.mark.parametrize("again", [1, 2])
def test_an_address_is_kept_by_conversation_and_renewed(store: Store, again: int) -> None:
    with store.unit() as unit:
        conversation = unit.open_conversation(channel="telegram", at=NOON, sender="ann")
        for number in range(again):
            unit.keep_address(conversation.id, f"sealed {number}")
        assert unit.channel_address(conversation.id) == f"sealed {again - 1}"
        assert unit.channel_address("nobody") is None


def test_what_waits_to_be_heard_is_not_heard_after_its_conversation_was_erased(store: Store) -> None:
    with store.unit() as unit:
        conversation = unit.open_conversation(channel="telegram", at=NOON, sender="ann")
    receive(store, "1")
    with store.unit() as unit:
        unit.erase_conversation(conversation.id, by="patient", at=NOON)
    assert claim(store) == []
    assert not receive(store, "1")


def line(store: Store, channel: str, number: int, delivery: str | None = "waiting", at: datetime = NOON) -> str:
    """A conversation with one line that somebody is to have, or has; its id."""
    with store.unit() as unit:
        conversation = unit.open_conversation(channel=channel, sender=f"s{number}", at=NOON).id
        new = NewMessage(event_key=f"e{number}", who="coordinator", text="hello", at=at, delivery=delivery)  # type: ignore[arg-type]
        unit.add_messages(conversation, [new])
    return conversation


def test_lines_that_nobody_brought_are_found_page_by_page_once_they_are_old_enough(store: Store) -> None:
    left = sorted(line(store, "telegram" if number % 2 else "slack", number) for number in range(7))
    line(store, "widget", 10)
    line(store, "telegram", 11, "delivered")
    line(store, "telegram", 12, None)
    line(store, "telegram", 13, at=LATER)
    channels = ["telegram", "slack"]
    with store.reading() as unit:
        assert unit.left_behind(channels, NOON) == []
        assert unit.left_behind(channels, LATER) == left
        assert unit.left_behind(channels, LATER, limit=3) == left[:3]
        assert unit.left_behind(channels, LATER, after=left[2], limit=3) == left[3:6]
        assert unit.left_behind([], LATER) == []
    with store.unit() as unit:
        unit.note_delivered(left[0], 0)
    with store.reading() as unit:
        assert unit.left_behind(channels, LATER) == left[1:]


def failing(store: Store) -> tuple[str, Outgoing]:
    """A conversation, and a piece of it that is on its way."""
    with store.unit() as unit:
        conversation = unit.open_conversation(channel="telegram", sender="ann", at=NOON).id
        unit.send_later("telegram", "ann", ["one"], conversation_id=conversation, at=NOON)
        (reply,) = unit.claim_replies(NOON, LATER, 10)
    return conversation, reply


def test_of_a_piece_that_is_given_up_is_left_when_and_why_and_that_the_conversation_changed(store: Store) -> None:
    conversation, reply = failing(store)
    with store.unit() as unit:
        unit.give_up_reply(reply, "answered 403 " + "x" * 200, LATER)
    with store.reading() as unit:
        (failure,) = unit.failures(conversation, 9)
        assert (failure.why[:12], len(failure.why), failure.said_at, failure.at) == ("answered 403", 120, NOON, LATER)
        assert unit.next_reply_at() is None
        assert (conversation, LATER) in unit.changed_since(NOON)
        assert unit.count_undelivered(None) == 1
        assert unit.count_undelivered({"NCT06141070"}) == 0


def test_a_piece_that_two_give_up_is_noted_once(store: Store) -> None:
    conversation, reply = failing(store)
    for _ in range(2):
        with store.unit() as unit:
            unit.give_up_reply(reply, "answered 403", LATER)
    with store.reading() as unit:
        assert len(unit.failures(conversation, 9)) == 1


def test_last_words_that_are_given_up_leave_nothing(store: Store) -> None:
    with store.unit() as unit:
        unit.send_later("telegram", "ann", ["erased"], conversation_id=None, at=NOON)
        (reply,) = unit.claim_replies(NOON, LATER, 10)
        unit.give_up_reply(reply, "answered 403", LATER)
        assert unit.next_reply_at() is None


def test_giving_up_and_erasing_at_once_end_well(store: Store) -> None:
    """Both hold the conversation first, so neither waits for the other for ever."""
    conversation, reply = failing(store)

    def give_up() -> None:
        with store.unit() as unit:
            unit.give_up_reply(reply, "answered 403", LATER)

    def erase() -> None:
        with store.unit() as unit:
            unit.erase_conversation(conversation, by="patient", at=LATER)

    threads = [threading.Thread(target=work) for work in (give_up, erase)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    with store.reading() as unit:
        assert unit.failures(conversation, 9) == []
        assert unit.next_reply_at() is None
        assert unit.conversation(conversation) is None
