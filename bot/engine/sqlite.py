"""SQLite shared by the engine and those who read its conversations."""

from __future__ import annotations

import sqlite3
from typing import Any

#: One idle connection for each file. See `_keep_open`.
_kept: dict[str, sqlite3.Connection] = {}


def share_sqlite_well() -> None:
    """Every SQLite connection: a write-ahead log, so that readers never block a turn, and patience where a file is busy."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    @event.listens_for(Engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        if type(connection).__module__ != "sqlite3":
            return
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA busy_timeout=5000")
        # What the engine deletes, people said: it is overwritten, not only forgotten.
        cursor.execute("PRAGMA secure_delete=ON")
        _keep_open(cursor.execute("PRAGMA database_list").fetchone()[2])
        cursor.close()


def _keep_open(path: str) -> None:
    """Keep one connection to a file open for good.

    Rasa opens and closes a connection for every event. Whoever closes a file's last connection makes SQLite write the whole
    log back and wait for the disk: half of a turn's time went there.
    """
    if path and path not in _kept:
        keeper = sqlite3.connect(path, check_same_thread=False)
        keeper.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        _kept[path] = keeper
