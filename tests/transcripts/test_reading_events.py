"""What the engine's events say becomes a transcript that a person can read."""

from __future__ import annotations

import pytest

from bot.conversations.transcripts import EventReader, find_transcript
from bot.store import Conversation, Message, Store

from .broker import START, Broker

YES_NO = [{"title": "Yes", "payload": "#consent=true"}, {"title": "Not sure", "payload": "#consent=unsure"}]


def _lines(store: Store, conversation: Conversation) -> list[Message]:
    with store.reading() as unit:
        return unit.messages(conversation.id)


def _said(store: Store, conversation: Conversation) -> list[tuple[str, str]]:
    return [(line.who, line.text) for line in _lines(store, conversation)]


def test_nothing_is_read_before_the_engine_has_made_its_file(reader: EventReader, broker: Broker) -> None:
    assert reader.ingest() == 0
    assert reader.prune() == 0
    assert not broker.path.exists()


def test_a_file_without_its_table_yet_is_no_error(reader: EventReader, broker: Broker) -> None:
    broker.path.touch()
    assert reader.ingest() == 0


def test_what_both_said_is_there_in_order_and_the_rest_is_left_out(
    store: Store, broker: Broker, reader: EventReader, conversation: Conversation
) -> None:
    broker.action(conversation.id, "action_session_start")
    broker.publish(conversation.id, event="session_started")
    broker.action(conversation.id, "action_listen")
    broker.turn(conversation.id, "hello", "m1", "Hi.", "How old are you?")
    broker.publish(conversation.id, event="slot", name="x", value=1)
    broker.publish(conversation.id, event="active_loop", name="action_screening")
    broker.turn(conversation.id, "61", "m2", "Thank you.")
    reader.ingest()
    assert _said(store, conversation) == [
        ("patient", "hello"),
        ("bot", "Hi."),
        ("bot", "How old are you?"),
        ("patient", "61"),
        ("bot", "Thank you."),
    ]


def test_a_line_keeps_its_intent_its_moment_and_its_turn(
    store: Store, broker: Broker, reader: EventReader, conversation: Conversation
) -> None:
    broker.user(conversation.id, "hello", "m1", "greet", 0.75)
    broker.bot(conversation.id, "Hi.")
    reader.ingest()
    first, second = _lines(store, conversation)
    assert (first.intent, first.confidence, first.message_id, first.at) == ("greet", 0.75, "m1", START)
    assert (second.intent, second.message_id) == (None, "m1")


def test_the_mark_before_a_slash_is_not_shown(store: Store, broker: Broker, reader: EventReader, conversation: Conversation) -> None:
    broker.user(conversation.id, "\u2060/restart", "m1")
    reader.ingest()
    assert _said(store, conversation) == [("patient", "/restart")]


def test_opening_the_widget_is_not_shown_as_something_said(
    store: Store, broker: Broker, reader: EventReader, conversation: Conversation
) -> None:
    broker.user(conversation.id, "", "open", "open_chat", 1.0)
    broker.bot(conversation.id, "Hello.")
    reader.ingest()
    (line,) = _lines(store, conversation)
    assert (line.text, line.message_id) == ("Hello.", "open")


def test_buttons_and_custom_content_are_kept_beside_the_text(
    store: Store, broker: Broker, reader: EventReader, conversation: Conversation
) -> None:
    broker.bot(conversation.id, "May I?", YES_NO, {"type": "question", "attribute": "consent"})
    broker.bot(conversation.id, None, None, {"type": "notice", "code": "paused"})
    broker.bot(conversation.id, None)
    reader.ingest()
    first, second = _lines(store, conversation)
    assert first.data == {"buttons": YES_NO, "custom": {"type": "question", "attribute": "consent"}}
    assert (second.text, second.data) == ("", {"custom": {"type": "notice", "code": "paused"}})


def test_a_payload_is_shown_as_the_title_of_its_button(
    store: Store, broker: Broker, reader: EventReader, conversation: Conversation
) -> None:
    broker.bot(conversation.id, "May I?", YES_NO)
    broker.user(conversation.id, "#consent=unsure", "m1")
    reader.ingest()
    line = _lines(store, conversation)[-1]
    assert line.text == "Not sure"
    assert line.data == {"text": "#consent=unsure"}


def test_a_payload_means_the_latest_button_that_had_it(
    store: Store, broker: Broker, reader: EventReader, conversation: Conversation
) -> None:
    broker.bot(conversation.id, "Go on?", [{"title": "Go on anyway", "payload": "#go_on"}])
    broker.bot(conversation.id, "Weitermachen?", [{"title": "Weiter", "payload": "#go_on"}])
    broker.user(conversation.id, "#go_on", "m1")
    reader.ingest()
    assert _said(store, conversation)[-1] == ("patient", "Weiter")


def test_several_values_chosen_at_once_are_shown_as_their_titles(
    store: Store, broker: Broker, reader: EventReader, conversation: Conversation
) -> None:
    options = [{"value": "bone", "title": "The bones"}, {"value": "liver", "title": "The liver"}]
    broker.bot(conversation.id, "Where?", None, {"type": "question", "attribute": "metastasis_sites", "options": options})
    broker.user(conversation.id, "#metastasis_sites=liver,bone", "m1")
    reader.ingest()
    assert _said(store, conversation)[-1] == ("patient", "The liver, The bones")


def test_a_payload_that_was_never_offered_is_shown_as_it_was_typed(
    store: Store, broker: Broker, reader: EventReader, conversation: Conversation
) -> None:
    with store.unit() as unit:
        other = unit.open_conversation(channel="rest", sender="bob", at=START)
    broker.bot(other.id, "Go on?", [{"title": "Go on anyway", "payload": "#go_on"}])
    broker.user(conversation.id, "#go_on", "m1")
    reader.ingest()
    line = _lines(store, conversation)[-1]
    assert (line.text, line.data) == ("#go_on", None)


def test_events_of_nobody_known_are_dropped(store: Store, broker: Broker, reader: EventReader, conversation: Conversation) -> None:
    broker.turn("0" * 32, "hello", "m1", "Hi.")
    broker.turn(conversation.id, "hello", "m1", "Hi.")
    reader.ingest()
    assert _said(store, conversation) == [("patient", "hello"), ("bot", "Hi.")]


def test_what_was_said_while_erasing_does_not_come_back(
    store: Store, broker: Broker, reader: EventReader, conversation: Conversation
) -> None:
    broker.turn(conversation.id, "hello", "m1", "Hi.")
    with store.unit() as unit:
        unit.erase_conversation(conversation.id, by="patient", at=START)
    broker.turn(conversation.id, "#erase=confirm", "m2", "Everything is erased.")
    reader.ingest()
    assert _lines(store, conversation) == []


def test_rows_that_cannot_be_read_are_left_out_and_the_rest_goes_on(
    store: Store, broker: Broker, reader: EventReader, conversation: Conversation
) -> None:
    broker.publish_raw(conversation.id, "{half")
    broker.publish_raw(conversation.id, "[1]")
    broker.publish_raw(None, "{}")
    broker.publish_raw(conversation.id, '{"event": "user", "text": "no time"}')
    broker.publish_raw(conversation.id, '{"event": "user", "text": "x", "timestamp": 1, "parse_data": [1]}')
    broker.publish_raw(conversation.id, '{"event": "bot", "text": "x", "timestamp": 1e300}')
    broker.publish_raw(conversation.id, '{"event": "user", "text": "a\\u0000b\\ud800", "timestamp": 1}')
    broker.turn(conversation.id, "hello", "m1", "Hi.")
    reader.ingest()
    assert _said(store, conversation) == [("patient", "ab?"), ("patient", "hello"), ("bot", "Hi.")]


def test_a_warning_about_a_bad_row_does_not_quote_it(
    broker: Broker, reader: EventReader, conversation: Conversation, caplog: pytest.LogCaptureFixture
) -> None:
    broker.publish_raw(conversation.id, "{SECRETWORD")
    broker.publish_raw(conversation.id, '{"event": "user", "text": "SECRETWORD"}')
    reader.ingest()
    assert len(caplog.records) == 2
    assert "SECRETWORD" not in caplog.text


def test_the_end_of_a_turn_is_noted(store: Store, broker: Broker, reader: EventReader, conversation: Conversation) -> None:
    with store.unit() as unit:
        unit.begin_turn(conversation.id, "m1", START)
    broker.user(conversation.id, "hello", "m1")
    broker.bot(conversation.id, "Hi.")
    reader.ingest()
    with store.reading() as unit:
        turn = unit.turn(conversation.id, "m1")
        assert turn is not None
        assert turn.handled_at is None
    broker.action(conversation.id, "action_listen")
    reader.ingest()
    with store.reading() as unit:
        turn = unit.turn(conversation.id, "m1")
        assert turn is not None
        assert turn.handled_at is not None


def test_a_message_the_engine_was_given_twice_is_shown_once_with_its_last_replies(
    store: Store, broker: Broker, reader: EventReader, conversation: Conversation
) -> None:
    broker.turn(conversation.id, "hello", "m1", "Hi.", "How old are you?")
    broker.turn(conversation.id, "hello", "m1", "How old are you?")
    reader.ingest()
    assert _said(store, conversation) == [("patient", "hello"), ("bot", "How old are you?")]


def test_a_transcript_is_found_by_id_and_by_sender(store: Store, broker: Broker, reader: EventReader, conversation: Conversation) -> None:
    broker.turn(conversation.id, "hello", "m1", "Hi.")
    reader.ingest()
    by_id, by_sender = find_transcript(store, conversation.id), find_transcript(store, "ann")
    assert by_id is not None
    assert by_id == by_sender
    assert [line["text"] for line in by_id.as_json()["messages"]] == ["hello", "Hi."]
    assert find_transcript(store, "nobody") is None
