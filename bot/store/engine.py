"""Opening the database: SQLite set up for several writers and for keeping what was said, PostgreSQL through psycopg."""

from __future__ import annotations

import os
import time
from functools import partial
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from sqlite3 import Cursor, OperationalError

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from bot.store.errors import StoreError

READ_ONLY = "trialchat_read_only"
BUSY_MILLISECONDS = 15_000
JOURNAL_TRIES, JOURNAL_PAUSE = 40, 0.05


def database_url(text: str) -> URL:
    """The URL as SQLAlchemy needs it; ``postgres://`` and ``postgresql://`` both mean psycopg 3."""
    try:
        url = make_url(text)
    except ArgumentError:
        raise StoreError(
            "the database URL cannot be read; use sqlite:///path/to/file.db or postgresql://user:password@host/database"
        ) from None
    if url.drivername in {"postgres", "postgresql"}:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername == "postgresql+psycopg" or url.drivername in {"sqlite", "sqlite+pysqlite"}:
        return url
    raise StoreError(
        f"databases of the kind {url.drivername!r} are not supported; the database URL must begin with sqlite:// or postgresql://"
    )


def open_engine(url: URL, *, to_disk: bool = True) -> Engine:
    """An engine for that URL. Errors never carry the values of a statement: they would end up in a log.

    Without `to_disk`, SQLite's commits outlive a crash of this process, but the last of them not a power cut.
    """
    try:
        if url.get_backend_name() != "sqlite":
            return create_engine(url, hide_parameters=True, pool_pre_ping=True)
        if url.database in {None, "", ":memory:"}:
            raise StoreError("the store needs a file: sqlite:///path/to/file.db (a database in memory has one user only)")
        _make_private(Path(url.database))
        engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_MILLISECONDS / 1000})
    except NoSuchModuleError:
        raise StoreError(f"there is no driver for {url.drivername!r}") from None
    event.listen(engine, "connect", partial(_set_up_sqlite, to_disk))
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_private(path: Path) -> None:
    """Make the file before SQLite does, readable by its owner only; SQLite gives its side files the same mode."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as problem:
        raise StoreError(
            f"the database file {path.name} cannot be opened ({problem.strerror}); "
            "check that its folder exists, can be written to and has room"
        ) from None


def _set_up_sqlite(to_disk: bool, connection: SqliteConnection, _record: object) -> None:
    try:
        _configure_sqlite(connection, to_disk)
    except Exception:
        connection.close()  # SQLAlchemy knows nothing of it yet
        raise


def _configure_sqlite(connection: SqliteConnection, to_disk: bool) -> None:
    # The driver's own transactions begin late and as readers; ours begin in _begin_sqlite.
    connection.isolation_level = None
    cursor = connection.cursor()
    _keep_a_journal(cursor)
    # FULL, not NORMAL: an answer is on the disk before its reply is sent, even if the power goes the moment after.
    cursor.execute(f"PRAGMA synchronous = {'FULL' if to_disk else 'NORMAL'}")
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA foreign_keys = ON")
    # What is erased is overwritten, not only unlinked.
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()


def _keep_a_journal(cursor: Cursor) -> None:
    """Switch to the write-ahead journal. Where another process does so in the same moment, SQLite refuses at once instead of waiting."""
    for _ in range(JOURNAL_TRIES - 1):
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except OperationalError:
            time.sleep(JOURNAL_PAUSE)
        else:
            return
    cursor.execute("PRAGMA journal_mode = WAL")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later cannot be made to wait for another writer: SQLite refuses it at once.
    # So one that may write takes its turn at the very beginning; one that only reads never waits.
    read_only = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
