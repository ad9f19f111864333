"""A whole conversation with all that can belong to one, on SQLite and on PostgreSQL; the engine's files beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.conversations.engine_records import EngineRecords
from bot.conversations.erasing import Erasures
from bot.settings import PROJECT
from bot.store import Store
from bot.trials import load_records
from bot.trials.loading import store_records
from bot.words import Library
from tests.console.everything import WORDS, with_everything
from tests.console.house import House, make_house
from tests.desk_fixtures import library
from tests.store.conftest import database_url, postgres_template
from tests.transcripts.broker import Broker

__all__ = ["WORDS", "database_url", "library", "postgres_template", "with_everything"]


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


def pending(store: Store) -> list[str | None]:
    """The conversations whose erasures are not complete."""
    with store.reading() as unit:
        return [each.conversation_id for each in unit.erasures_to_complete()]
