"""However often reading stops and starts, nothing is lost and nothing doubled; what was read does not stay behind."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversations.transcripts import EventReader
from bot.store import Conversation, Store, Unit

from .broker import START, Broker


def _texts(store: Store, conversation_id: str) -> list[str]:
    with store.reading() as unit:
        return [line.text for line in unit.messages(conversation_id)]


@settings(max_examples=25, deadline=None)
@given(
    steps=st.lists(st.sampled_from(["turn ann", "turn bob", "ingest", "prune", "crash", "forget the reader"]), max_size=14),
    batch=st.integers(1, 5),
)
def test_any_order_of_reading_pruning_and_crashing_gives_the_same_transcript(steps: list[str], batch: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/store.db")
        store.migrate()
        broker = Broker(Path(folder) / "events.db")
        reader = EventReader(store, broker.path, batch=batch)
        expected: dict[str, list[str]] = {"ann": [], "bob": []}
        with store.unit() as unit:
            ids = {name: unit.open_conversation(channel="rest", sender=name, at=START).id for name in expected}
        for number, step in enumerate(steps):
            if step.startswith("turn"):
                name = step.split()[1]
                broker.turn(ids[name], f"said {number}", f"m{number}", f"reply {number}")
                expected[name] += [f"said {number}", f"reply {number}"]
            elif step == "ingest":
                reader.ingest()
            elif step == "prune":
                reader.prune()
            elif step == "crash":
                _crash_while_ingesting(reader)
            else:
                reader = EventReader(store, broker.path, batch=batch)
        reader.ingest()
        assert {name: _texts(store, ids[name]) for name in expected} == expected
        store.dispose()


def _crash_while_ingesting(reader: EventReader) -> None:
    class PowerCutError(Exception):
        pass

    def fail(self: Unit, source: str, position: int) -> None:
        raise PowerCutError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Unit, "move_ingest_position", fail)
        with contextlib.suppress(PowerCutError):
            reader.ingest()


def test_reading_again_from_the_beginning_doubles_nothing(
    store: Store, broker: Broker, reader: EventReader, conversation: Conversation
) -> None:
    broker.turn(conversation.id, "hello", "m1", "Hi.")
    broker.turn(conversation.id, "hello", "m1", "Hi again.")
    reader.ingest()
    with store.unit() as unit:
        unit.move_ingest_position("rasa-events", 0)
    reader.ingest()
    assert _texts(store, conversation.id) == ["hello", "Hi again."]


def test_two_readers_at_once_read_each_event_once(store: Store, broker: Broker, conversation: Conversation) -> None:
    for number in range(20):
        broker.turn(conversation.id, f"said {number}", f"m{number}", f"reply {number}")
    readers = [EventReader(store, broker.path, batch=3) for _ in range(3)]
    threads = [threading.Thread(target=reader.ingest) for reader in readers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _texts(store, conversation.id) == [text for number in range(20) for text in (f"said {number}", f"reply {number}")]


def test_what_was_read_is_taken_out_of_the_engines_file(broker: Broker, reader: EventReader, conversation: Conversation) -> None:
    broker.turn(conversation.id, "SECRETWORD", "m1", "SECRETWORD")
    reader.ingest()
    assert reader.prune() > 0
    assert b"SECRETWORD" not in broker.path.read_bytes()
    assert reader.prune() == 0


def test_nor_does_it_stay_in_the_journal_that_the_engine_keeps_open(
    broker: Broker, reader: EventReader, conversation: Conversation
) -> None:
    broker.make_file()
    engine = sqlite3.connect(broker.path)
    engine.execute("PRAGMA journal_mode = WAL")
    engine.execute("SELECT count(*) FROM events").fetchall()
    broker.turn(conversation.id, "SECRETWORD", "m1", "SECRETWORD")
    reader.ingest()
    reader.prune()
    left = [path.name for path in broker.path.parent.glob("events.db*") if b"SECRETWORD" in path.read_bytes()]
    engine.close()
    assert left == []


def test_what_was_not_read_yet_is_left_alone(store: Store, broker: Broker, reader: EventReader, conversation: Conversation) -> None:
    broker.turn(conversation.id, "hello", "m1", "Hi.")
    reader.ingest()
    broker.turn(conversation.id, "61", "m2", "Thank you.")
    reader.prune()
    reader.ingest()
    assert _texts(store, conversation.id) == ["hello", "Hi.", "61", "Thank you."]


def test_events_after_pruning_everything_get_new_numbers_and_are_read(
    store: Store, broker: Broker, reader: EventReader, conversation: Conversation
) -> None:
    """SQLite gives the highest number away again once its row is gone."""
    for number in range(3):
        broker.turn(conversation.id, f"said {number}", f"m{number}", f"reply {number}")
        reader.ingest()
        reader.prune()
        assert len(broker.rows()) == 1
    assert _texts(store, conversation.id) == [text for number in range(3) for text in (f"said {number}", f"reply {number}")]


def test_a_file_made_anew_is_read_from_its_beginning(store: Store, broker: Broker, reader: EventReader, conversation: Conversation) -> None:
    for number in range(3):
        broker.turn(conversation.id, f"said {number}", f"m{number}", f"reply {number}")
    reader.ingest()
    broker.path.unlink()
    broker.turn(conversation.id, "said again", "m9", "reply again")
    assert reader.prune() == 0
    reader.ingest()
    assert _texts(store, conversation.id)[-2:] == ["said again", "reply again"]


def test_an_engine_that_is_writing_makes_pruning_wait_for_the_next_round(
    broker: Broker, reader: EventReader, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker.turn(conversation.id, "hello", "m1", "Hi.")
    reader.ingest()
    connect = sqlite3.connect
    monkeypatch.setattr(reader, "_connect", lambda: connect(broker.path, timeout=0))
    writing = connect(broker.path, isolation_level=None)
    writing.execute("BEGIN IMMEDIATE")
    assert reader.prune() == 0
    writing.rollback()
    writing.close()
    assert reader.prune() > 0
