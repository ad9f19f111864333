"""A whole conversation with all that can belong to one, on SQLite and on PostgreSQL; the engine's files beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from bot.accounts.roles import Role
from bot.conversations.engine_records import EngineRecords
from bot.conversations.erasing import Erasures
from bot.settings import PROJECT
from bot.store import NewMessage, Store
from bot.store.console_tables import (
    ContactRequestRow,
    DeliveryRow,
    DeliveryTargetRow,
    MisreadingRow,
    NoteRow,
    RevealRow,
    TagRow,
)
from bot.trials import load_records
from bot.trials.loading import store_records
from bot.words import Library
from tests.console.house import TRIAL, House, make_house
from tests.desk_fixtures import library
from tests.store.conftest import database_url, postgres_template
from tests.transcripts.broker import Broker

__all__ = ["database_url", "library", "postgres_template"]

WORDS = ("zebrafish", "Petronella", "496-0000", "quokkatag", "wombatnote", "numbatmeant", "dingobody")
"""What the patient wrote, a name, a number, a tag, a note, what a message meant, and what was to be sent."""


@pytest.fixture
def house(database_url: str, tmp_path: Path, library: Library) -> Iterator[House]:
    """The app over either database, not served."""
    made = make_house(tmp_path, library, database_url)
    store_records(made.store, load_records(PROJECT / "trials", library.attributes), made.clock())
    yield made
    made.store.dispose()


class Files:
    """The engine's two files, as Rasa makes them."""

    def __init__(self, folder: Path) -> None:
        self.tracker, self.broker = folder / "tracker.db", Broker(folder / "events.db")

    def track(self, conversation: str, *texts: str) -> None:
        """Write events into the tracker, in a journal that stays open."""
        with closing(sqlite3.connect(self.tracker)) as connection, connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, sender_id VARCHAR(255), data TEXT)")
            connection.executemany("INSERT INTO events (sender_id, data) VALUES (?, ?)", [(conversation, text) for text in texts])

    def publish(self, conversation: str, *texts: str) -> None:
        """Write events on their way to the transcript."""
        for number, text in enumerate(texts):
            self.broker.user(conversation, text, f"m-{number}")

    def held(self) -> list[str]:
        """Whose events the tracker has."""
        with closing(sqlite3.connect(self.tracker)) as connection:
            return [name for (name,) in connection.execute("SELECT DISTINCT sender_id FROM events")]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


@pytest.fixture
def erasures(house: House, files: Files) -> Erasures:
    """What the app erases with."""
    forget = EngineRecords(files.tracker, files.broker.path, busy_seconds=0.1).forget
    return Erasures(house.store, forget, house.clock)


def with_everything(house: House, files: Files | None = None) -> str:
    """A conversation that has a row in every table that can have one of it; its id."""
    conversation = house.conversation("yes", "I am 61 and my zebrafish is called Petronella, 496-0000")
    account = house.account(Role.COORDINATOR)
    now = house.clock()
    with house.store.unit() as unit:
        session = unit.open_account_session(
            account.id, token_hash=conversation, browser="b", at=now, expires_at=now + timedelta(hours=1), complete=True
        )
        screening = unit.current_screening(conversation)
        assert screening is not None
        unit.add_answer(screening.id, attribute="condition", state="known", value=["zebrafish"], said="zebrafish", at=now)
        unit.add_verdict(screening.id, trial_id=TRIAL, verdict="possible", at=now, detail={"said": "zebrafish"})
        unit.add_handoff(conversation, reason="asked", at=now, detail={"said": "zebrafish"})
        unit.add_messages(conversation, [NewMessage("the-event", "coordinator", "Dear Petronella", now, author=account.id)])
        unit.begin_turn(conversation, "kept", now)
        unit.finish_turn(conversation, "kept", [{"text": "zebrafish"}], now)
        _add_rows(unit._session, conversation, screening.id, account.id, session.id, now)
    if files is not None:
        files.track(conversation, "I am zebrafish", "Petronella")
        files.publish(conversation, "zebrafish 496-0000")
    return conversation


def _add_rows(session: Any, conversation: str, screening: int, account: int, session_id: int, now: Any) -> None:
    of: dict[str, Any] = {"conversation_id": conversation}
    session.execute(insert(NoteRow).values(**of, account_id=account, text="wombatnote", at=now))
    session.execute(insert(TagRow).values(**of, tag="quokkatag"))
    session.execute(insert(RevealRow).values(**of, session_id=session_id, what="answers", until=now + timedelta(minutes=5)))
    meant = {"value": "numbatmeant"}
    session.execute(insert(MisreadingRow).values(**of, event_key="the-event", account_id=account, meant=meant, at=now))
    contact = {"trial_id": TRIAL, "sealed": "Petronella 496-0000", "text_version": "1", "text_hash": "h"}
    session.execute(insert(ContactRequestRow).values(**of, screening_id=screening, site=None, at=now, **contact))
    target = session.scalar(
        insert(DeliveryTargetRow).values(kind="mail", address="a@example.org", active=True, created_at=now).returning(DeliveryTargetRow.id)
    )
    for done in (True, False):
        outcome = "delivered" if done else "waiting"
        fields = {"key": "k", "event": "handoff", "body": {"is": "dingobody"}, "created_at": now, "next_at": now, "attempts": 0}
        session.execute(insert(DeliveryRow).values(**of, target_id=target, outcome=outcome, done=done, **fields))


def pending(store: Store) -> list[str | None]:
    """The conversations whose erasures are not complete."""
    with store.reading() as unit:
        return [each.conversation_id for each in unit.erasures_to_complete()]
