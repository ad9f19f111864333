"""Copies of several SQLite databases as they were in one and the same moment, while others write to them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from bot.backup.errors import BackupError

BUSY_SECONDS = 30.0
"""How long is waited for whoever writes."""


@contextmanager
def held(files: Mapping[str, Path]) -> Iterator[Mapping[str, sqlite3.Connection]]:
    """Connections that see every database as it is now, for as long as they are there; by name.

    Nobody can write while all of them begin to look, which takes milliseconds; afterwards everybody can. The databases keep a
    write-ahead log, so whoever looks sees what was there when they began.
    """
    with ExitStack() as looking:
        try:
            with ExitStack() as still:
                for path in files.values():
                    writer = still.enter_context(closing(_opened(path)))
                    writer.execute("BEGIN IMMEDIATE")
                readers = {name: looking.enter_context(closing(_opened(path))) for name, path in files.items()}
                for reader in readers.values():
                    reader.execute("BEGIN")
                    # A transaction begins to look with its first look.
                    reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.Error as problem:
            raise BackupError(f"the databases cannot be held still: {problem}; try again when less is written") from None
        yield readers


def copy(reader: sqlite3.Connection, to: Path) -> None:
    """A database as its reader sees it, in a file of its own. It is checked: a damaged one is no backup."""
    try:
        with closing(sqlite3.connect(to)) as copied:
            reader.backup(copied)
            if copied.execute("PRAGMA quick_check(1)").fetchone() == ("ok",):
                # One file, whatever was still in its log.
                copied.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as problem:
        raise BackupError(f"{to.name} cannot be copied: {problem}") from None
    except sqlite3.DatabaseError as problem:
        raise _damaged(to, problem) from None
    check(to)


def check(path: Path) -> None:
    """`BackupError` where a database is damaged."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            found = [str(row[0]) for row in database.execute("PRAGMA integrity_check")]
    except sqlite3.DatabaseError as problem:
        found = [str(problem)]
    if found != ["ok"]:
        raise _damaged(path, found[0])


def _damaged(path: Path, why: object) -> BackupError:
    return BackupError(f"{path.name} is damaged: {why}; mend it (`sqlite3 {path.name} .recover`) or put an earlier backup back")


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=BUSY_SECONDS, isolation_level=None)
