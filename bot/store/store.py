"""The store itself: opening, migrating, checking, and units of work."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, event, inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeftError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from bot.signs import Happening, happened
from bot.store import migrations
from bot.store.engine import BUSY_MILLISECONDS, READ_ONLY, database_url, open_engine
from bot.store.errors import (
    StoreError,
    StoreNeedsMigrationError,
    StoreUnavailableError,
    UnknownConversationError,
    UnknownScreeningError,
)
from bot.store.migrations import NEWEST
from bot.store.unit import Unit

__all__ = ["Store", "StoreError", "StoreNeedsMigrationError", "StoreUnavailableError", "UnknownConversationError", "UnknownScreeningError"]

# Any number will do, as long as nobody else on that PostgreSQL server uses it to lock something.
MIGRATION_LOCK = 6_141_070


class Store:
    """One database. Safe to share between threads; every unit has a connection of its own."""

    def __init__(self, url: str, audit_key: str = "") -> None:
        """`audit_key` seals the end of the audit's chain; whoever only reads, or audits nothing, needs none."""
        self._audit_key = audit_key.encode()
        self._engine: Engine = open_engine(database_url(url))
        self._quick_engine = open_engine(database_url(url), to_disk=False) if self.backend == "sqlite" else self._engine
        self._reading_engine = self._engine.execution_options(**{READ_ONLY: True})
        self._disposed = False
        for engine in {self._engine, self._quick_engine}:
            event.listen(engine, "checkin", self._close_late)

    @property
    def backend(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._engine.dialect.name

    @property
    def audit_key(self) -> bytes:
        """What the end of the audit's chain is sealed with."""
        return self._audit_key

    def migrate(self) -> None:
        """Bring the database to the version of this code; several processes may do so at once."""
        if self._revision() == NEWEST:
            return
        # Half a second of imports that an existing database does without.
        from alembic import command
        from alembic.config import Config
        from alembic.util import CommandError

        config = Config()
        config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
        with self._reachable(), self._engine.begin() as connection:
            if self.backend == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "head")
            except CommandError:
                raise StoreNeedsMigrationError(
                    f"the database is at version {self._revision()}, unknown to this program: run the newer release that made it"
                ) from None

    def check(self) -> None:
        """Raise unless the database answers and is at the version of this code."""
        current = self._revision()
        if current != NEWEST:
            raise StoreNeedsMigrationError(
                f"the database is at version {current or 'none'}, this program needs {NEWEST}; "
                "start it once with `trialchat run`, which migrates it"
            )

    def _revision(self) -> str | None:
        """The version the database is at; None before the first migration."""
        with self._reachable(), self._reading_engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return version

    def server_time(self) -> datetime | None:
        """What time it is for the database; None where it is a file, which has no clock of its own."""
        if self.backend != "postgresql":
            return None
        with self._reachable(), self._reading_engine.connect() as connection:
            now: datetime = connection.scalar(text("SELECT clock_timestamp()"))
            return now

    def dispose(self) -> None:
        """Close every connection: those in use as soon as they are no longer."""
        self._disposed = True
        self._engine.dispose()
        self._quick_engine.dispose()

    def _close_late(self, _connection: object, entry: ConnectionPoolEntry) -> None:
        """A thread may still be at work when the store is disposed of; its connection goes back to a pool that nobody empties."""
        if self._disposed:
            entry.close()

    @contextmanager
    def unit(self, *, to_disk: bool = True) -> Iterator[Unit]:
        """One transaction that may write: committed at the end, rolled back by an exception. Two at once take turns.

        `to_disk=False` is for what can be found out again: on SQLite it saves the wait for the disk, and a power cut (not a
        crash of this process) may undo it, whole, unless something that did wait was committed since.
        """
        afterwards: set[str] = set()
        with self._reachable():
            with Session(self._engine if to_disk else self._quick_engine, expire_on_commit=False) as session, session.begin():
                yield Unit(session, afterwards.add, self._audit_key)
            if "erased" in afterwards:
                self.empty_journal()

    @contextmanager
    def reading(self, *, all_of_one_moment: bool = False) -> Iterator[Unit]:
        """One transaction that only reads, and waits for nobody.

        `all_of_one_moment`: everything it reads is as it was at its beginning. On SQLite that is always so.
        """
        engine = self._reading_engine
        if all_of_one_moment and self.backend == "postgresql":
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with self._reachable(), Session(engine, expire_on_commit=False) as session:
            yield Unit(session, lambda _event: None)
            session.rollback()

    def empty_journal(self) -> bool:
        """Write SQLite's journal back, so that what was erased is not left in it either; False where somebody reads from it."""
        if self.backend != "sqlite":
            return True
        with self._reachable():
            borrowed = self._engine.raw_connection()
            try:
                cursor = borrowed.cursor()
                # Readers hold the journal for milliseconds. Should one not let go, whoever erases tries again.
                cursor.execute("PRAGMA busy_timeout = 1000")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                ((busy, *_),) = cursor.fetchall()
                cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
                cursor.close()
            except sqlite3.OperationalError as problem:
                raise StoreUnavailableError(f"the database file's journal cannot be written back ({problem})") from None
            finally:
                borrowed.close()
        return not busy

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as problem:
            happened(Happening.STORE_AWAY)
            raise StoreUnavailableError(self._what_to_do(problem)) from None
        except NoConnectionLeftError:
            happened(Happening.STORE_AWAY)
            raise StoreUnavailableError("all connections to the database are in use; try again, and see what keeps it so busy") from None
        except DBAPIError as problem:
            # Not an OperationalError, but no fault of the statement either: "file is not a database", "disk image is malformed".
            if problem.connection_invalidated or type(problem.orig) is sqlite3.DatabaseError:
                happened(Happening.STORE_AWAY)
                raise StoreUnavailableError(self._what_to_do(problem)) from None
            raise

    def _what_to_do(self, problem: DBAPIError) -> str:
        kind = type(problem.orig).__name__
        if self.backend == "sqlite":
            reason = str(problem.orig)  # SQLite's own short texts, such as "disk I/O error"; never a value
            return f"the database file does not answer ({reason}); check that its disk has room and that it can be written to"
        host = self._engine.url.host or "the local socket"
        return f"the PostgreSQL server at {host} does not answer ({kind}); check that it runs and TRIALCHAT_DATABASE_URL"
