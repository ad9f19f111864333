"""SQLite shared by the engine and those who read its conversations."""

from __future__ import annotations

from typing import Any


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
        cursor.close()
