"""A migration that is killed on its way leaves the database as it was; the next start brings it to its end."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import create_engine, text

from bot.store import Store, StoreNeedsMigrationError
from bot.store.engine import database_url as parsed
from tests.store.test_older_databases import BEFORE, NOON, moved

MIGRATE = "import sys; from bot.store import Store; print('begins', flush=True); Store(sys.argv[1]).migrate(); print('done', flush=True)"
CONVERSATIONS = 3_000


@pytest.fixture
def older(database_url: str) -> str:
    """The URL of a database of an older release, with so many conversations that a migration takes its time."""
    moved(database_url, BEFORE, down=True)
    engine = create_engine(parsed(database_url))
    at = NOON if engine.dialect.name == "postgresql" else NOON.replace(tzinfo=None).isoformat(" ")
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO conversations (id, channel, sender, trial_id, locale, state, created_at, last_at) "
                "VALUES (:id, 'widget', :id, 'NCT06141070', 'en', 'open', :at, :at)"
            ),
            [{"id": f"c{number}", "at": at} for number in range(CONVERSATIONS)],
        )
        connection.execute(
            text(
                "INSERT INTO messages (event_key, conversation_id, position, who, text, shown, at) "
                "VALUES (:id, :id, 0, 'patient', 'hello', :yes, :at)"
            ),
            [{"id": f"c{number}", "yes": True, "at": at} for number in range(CONVERSATIONS)],
        )
    engine.dispose()
    return database_url


def test_a_killed_migration_leaves_what_was_there_and_the_next_one_ends(older: str) -> None:
    finished = 0
    for milliseconds in (-400, -200, 0, 50, 100, 200, 400):
        migrating = subprocess.Popen([sys.executable, "-c", MIGRATE, older], stdout=subprocess.PIPE, text=True)
        with migrating:
            assert migrating.stdout is not None
            assert migrating.stdout.readline() == "begins\n"
            # Half a second goes into its imports; from there on it is killed earlier or later in its work.
            time.sleep(0.5 + milliseconds / 1000)
            migrating.send_signal(signal.SIGKILL)
            finished += "done" in migrating.stdout.read()
        if finished:
            break
        store = Store(older)
        # As it was, whole: not half of one version and half of another.
        with pytest.raises(StoreNeedsMigrationError, match=f"at version {BEFORE}"):
            store.check()
        store.dispose()
    store = Store(older)
    store.migrate()
    store.check()
    with store.reading() as unit:
        assert unit.count_conversations() == CONVERSATIONS
        assert [line.text for line in unit.messages("c7")] == ["hello"]
    store.dispose()
