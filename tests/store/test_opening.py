"""Opening, migrating and checking a database; what goes wrong is said so that somebody can act on it."""

from __future__ import annotations

import sqlite3
import stat
import threading
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError

from bot.store import Store, StoreError, StoreNeedsMigrationError, StoreUnavailableError, migrations
from bot.store.engine import database_url as parsed
from bot.store.tables import Table

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_the_migrations_make_exactly_the_tables_of_the_code(database_url: str) -> None:
    engine = create_engine(parsed(database_url))
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Table.metadata)
    engine.dispose()
    assert differences == []


def test_the_newest_migration_is_the_one_the_code_asks_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == migrations.NEWEST


def test_migrating_again_changes_nothing_and_the_store_is_in_order(store: Store) -> None:
    store.migrate()
    store.check()


def test_two_processes_may_migrate_at_once(tmp_path: Path) -> None:
    stores = [Store(f"sqlite:///{tmp_path}/new.db") for _ in range(3)]
    problems: list[Exception] = []

    def migrate(store: Store) -> None:
        try:
            store.migrate()
        except Exception as problem:
            problems.append(problem)

    threads = [threading.Thread(target=migrate, args=[store]) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for store in stores:
        store.dispose()
    assert problems == []


def test_a_database_that_was_never_migrated_says_what_to_do(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/new.db")
    with pytest.raises(StoreNeedsMigrationError, match="trialchat run"):
        store.check()
    store.dispose()


def test_a_database_of_a_newer_release_is_left_alone(store: Store) -> None:
    with store._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreNeedsMigrationError, match="newer release"):
        store.migrate()


def test_the_file_is_made_with_its_folder_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/var/deep/new.db")
    store.migrate()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "var/deep").iterdir()}
    store.dispose()
    assert modes["new.db"] == 0o600
    assert set(modes.values()) == {0o600}


def test_sqlite_writes_ahead_to_the_disk_checks_references_and_overwrites_what_is_deleted(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/new.db")
    with store._engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ["journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout"]
        }
    store.dispose()
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 15000}


def test_a_connection_that_is_in_use_when_the_store_is_disposed_of_is_closed_afterwards(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/new.db")
    store.migrate()
    with store.unit() as unit:
        in_use = unit._session.connection().connection.dbapi_connection
        store.dispose()
        assert unit.count_conversations() == 0
    assert in_use is not None
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        in_use.cursor()


def test_what_can_be_found_out_again_need_not_wait_for_the_disk(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/new.db")
    store.migrate()
    found = {}
    for to_disk in (True, False):
        with store.unit(to_disk=to_disk) as unit:
            found[to_disk] = unit._session.connection().exec_driver_sql("PRAGMA synchronous").scalar()
            unit.open_conversation(channel="rest", at=NOON)
    with store.reading() as unit:
        assert unit.count_conversations() == 2
    store.dispose()
    assert found == {True: 2, False: 1}


def test_a_writer_waits_for_another_that_has_read_first(store: Store) -> None:
    """The usual way to "database is locked": both read, then both write."""
    with store.unit() as unit:
        conversation = unit.open_conversation(channel="rest", sender="ann", at=NOON)
    problems: list[Exception] = []

    def write(number: int) -> None:
        try:
            with store.unit() as unit:
                unit.conversation(conversation.id)
                time.sleep(0.05)
                unit.begin_turn(conversation.id, f"m{number}", NOON)
        except Exception as problem:
            problems.append(problem)

    threads = [threading.Thread(target=write, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_a_reader_does_not_wait_for_a_writer(store: Store) -> None:
    with store.unit() as writing:
        writing.open_conversation(channel="rest", sender="ann", at=NOON)
        started = time.monotonic()
        with store.reading() as reading:
            assert reading.conversation_by_sender("rest", "ann") is None
        assert time.monotonic() - started < 4  # a lock would be waited for longer


@pytest.mark.parametrize(
    ("written", "driver"),
    [
        ("postgresql://u:p@host/db", "postgresql+psycopg"),
        ("postgres://u:p@host/db", "postgresql+psycopg"),
        ("postgresql+psycopg://u:p@host/db", "postgresql+psycopg"),
        ("sqlite:///file.db", "sqlite"),
    ],
)
def test_the_usual_ways_to_write_a_url_all_mean_the_same_driver(written: str, driver: str) -> None:
    assert parsed(written).drivername == driver


@pytest.mark.parametrize("written", ["", "not a url", "mysql://host/db", "sqlite://", "sqlite:///:memory:", "postgresql+asyncpg://host/db"])
def test_a_url_that_cannot_be_used_is_refused_with_what_to_write_instead(written: str) -> None:
    with pytest.raises(StoreError, match="sqlite://"):
        Store(written)


def test_a_password_in_a_bad_url_is_not_repeated() -> None:
    with pytest.raises(StoreError) as caught:
        Store("mysql://root:hunter2@host/db")
    assert "hunter2" not in str(caught.value)


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    store = Store("postgresql://ann:hunter2@127.0.0.1:1/db")
    with pytest.raises(StoreUnavailableError, match=r"127\.0\.0\.1 does not answer") as caught:
        store.check()
    store.dispose()
    assert "hunter2" not in str(caught.value)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.db").write_bytes(b"this is no database, it is a text of some length" * 40)
    store = Store(f"sqlite:///{tmp_path}/broken.db")
    with pytest.raises(StoreUnavailableError, match="does not answer"):
        store.migrate()
    store.dispose()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="folder"):
        Store(f"sqlite:///{tmp_path}/file/store.db")


def test_errors_do_not_carry_the_values_of_a_statement(store: Store) -> None:
    with store.unit() as unit:
        unit.open_conversation(channel="rest", sender="other", at=NOON, token_hash="t" * 64)
    with pytest.raises(IntegrityError, match="hidden") as caught, store.unit() as unit:
        unit.open_conversation(channel="rest", sender="a-very-private-answer", at=NOON, token_hash="t" * 64)
    assert "a-very-private-answer" not in str(caught.value)


def test_a_locked_database_says_so_after_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.engine.BUSY_MILLISECONDS", 100)
    store = Store(f"sqlite:///{tmp_path}/new.db")
    store.migrate()
    other = sqlite3.connect(tmp_path / "new.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailableError, match="locked"), store.unit() as unit:
        unit.count_conversations()
    other.close()
    store.dispose()


def test_a_store_all_of_whose_connections_are_in_use_says_so(store: Store) -> None:
    store._engine.pool._timeout = 0.05

    def read(at_once: int) -> None:
        with ExitStack() as busy:
            for _ in range(at_once):
                busy.enter_context(store.reading()).count_conversations()

    with pytest.raises(StoreUnavailableError, match="all connections to the database are in use"):
        read(100)
    with store.reading() as unit:
        assert unit.count_conversations() == 0


def test_the_databases_own_clock_can_be_asked(store: Store) -> None:
    now = store.server_time()
    if store.backend == "sqlite":
        assert now is None
    else:
        assert now is not None
        assert now.tzinfo is not None
