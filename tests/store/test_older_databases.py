"""A database of an older release keeps what it has, and can go back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from bot.store import Event, Store, migrations
from bot.store.engine import database_url as parsed

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
BEFORE = "0003"


def moved(url: str, to: str, *, down: bool = False) -> None:
    """Bring a database to some version."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    engine = create_engine(parsed(url))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, to)
    engine.dispose()


@pytest.fixture
def older(database_url: str) -> str:
    """The URL of a database of the release before the console, with three conversations."""
    store = Store(database_url)
    moved(database_url, BEFORE, down=True)
    insert = {
        "conversations": "INSERT INTO conversations (id, channel, sender, trial_id, locale, state, created_at, last_at) "
        "VALUES (:id, 'widget', :id, 'NCT06141070', 'en', 'open', :at, :at)",
        "screenings": "INSERT INTO screenings "
        "(id, conversation_id, number, snapshot, state, verdict, words_version, started_at, finished_at) "
        "VALUES (:number, :id, 1, '{}', 'nothing', :verdict, 'v', :at, :finished)",
        "consents": "INSERT INTO consents (id, conversation_id, screening_id, text_version, text_hash, given, at) "
        "VALUES (:number, :id, :number, 'v', 'h', :given, :at)",
        "messages": "INSERT INTO messages (event_key, conversation_id, position, who, text, shown, at) "
        "VALUES (:id, :id, 0, 'patient', 'hello', :yes, :at)",
    }
    at = NOON if store.backend == "postgresql" else NOON.replace(tzinfo=None).isoformat(" ")
    engine = create_engine(parsed(database_url))
    with engine.begin() as connection:
        for number, (name, verdict, finished, given) in enumerate(
            (("going", None, None, True), ("done", "possible", at, True), ("refused", None, None, False)), 1
        ):
            values = {"id": name, "number": number, "verdict": verdict, "finished": finished, "given": given, "at": at, "yes": True}
            for statement in insert.values():
                connection.execute(text(statement), values)
    engine.dispose()
    store.dispose()
    return database_url


def test_conversations_get_the_stage_they_had_come_to(older: str) -> None:
    store = Store(older)
    store.migrate()
    with store.reading() as unit:
        found = {name: unit.conversation(name) for name in ("going", "done", "refused")}
        lines = unit.messages("done")
    store.dispose()
    assert {name: (one.stage, one.verdict, one.status, one.changed_at) for name, one in found.items() if one} == {
        "going": ("in_progress", None, "new", NOON),
        "done": ("finished", "possible", "new", NOON),
        "refused": ("withdrawn", None, "new", NOON),
    }
    assert [(line.text, line.author) for line in lines] == [("hello", None)]


def test_what_must_not_be_changed_still_must_not(older: str) -> None:
    store = Store(older)
    store.migrate()
    engine = create_engine(parsed(older))
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text("UPDATE consents SET given = NOT given"))
    engine.dispose()
    store.dispose()


def test_the_way_back_loses_only_what_is_new(older: str) -> None:
    store = Store(older)
    store.migrate()
    with store.unit() as unit:
        unit.audit("system", "tried", "conversation", "going", at=NOON)
    store.dispose()
    moved(older, BEFORE, down=True)
    engine = create_engine(parsed(older))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM conversations")) == 3
        assert connection.scalar(text("SELECT count(*) FROM messages")) == 3
    engine.dispose()
    again = Store(older)
    again.migrate()
    again.check()
    again.dispose()


def test_receivers_of_the_release_before_there_was_a_choice_go_on_being_told_of_the_same(database_url: str) -> None:
    store = Store(database_url)
    moved(database_url, "0006", down=True)
    engine = create_engine(parsed(database_url))
    at = NOON if store.backend == "postgresql" else NOON.replace(tzinfo=None).isoformat(" ")
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO delivery_targets (id, trial_id, kind, address, active, created_at) "
                "VALUES (1, NULL, 'webhook', 'https://x.example.org', :yes, :at)"
            ),
            {"yes": True, "at": at},
        )
        connection.execute(
            text(
                "INSERT INTO deliveries (id, key, event, target_id, body, created_at, next_at, attempts, outcome, done) "
                "VALUES (1, 'k', 'handoff.created', 1, '{\"event\": \"handoff.created\"}', :at, :at, 0, 'waiting', :no)"
            ),
            {"no": False, "at": at},
        )
    engine.dispose()
    store.migrate()
    with store.unit() as unit:
        told = [event for event in Event if unit.targets_to_tell(None, event)]
        ((waiting, target),) = unit.claim_deliveries(NOON, NOON, 9)
    store.dispose()
    assert told == [Event.HANDOFF_CREATED, Event.HANDOFF_CHANGED, Event.HANDOFF_WITHDRAWN, Event.CONVERSATION_WAITING]
    # What waited is sent as it was written down.
    assert (waiting.body, waiting.status, target.id) == ({"event": "handoff.created"}, None, 1)
