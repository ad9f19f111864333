"""What the engine itself keeps of a conversation, and how it is made to forget it.

Rasa's SQL tracker store has the events of every conversation in a table of its own file and
offers no way to delete them. After an erasure the app does it, once the turn is over.
"""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

_log = logging.getLogger(__name__)
_BUSY_SECONDS = 10


class EngineRecords:
    """The tracker file of the engine."""

    def __init__(self, tracker_database: Path) -> None:
        self._path = tracker_database

    def forget(self, conversation_id: str) -> int:
        """Delete every event of a conversation, out of the file's free pages and journal too; how many there were."""
        if not self._path.exists():
            return 0
        with closing(sqlite3.connect(self._path, timeout=_BUSY_SECONDS)) as connection:
            connection.execute("PRAGMA secure_delete = ON")
            try:
                with connection:
                    gone = connection.execute("DELETE FROM events WHERE sender_id = ?", (conversation_id,)).rowcount
            except sqlite3.OperationalError as problem:
                if "no such table" in str(problem):
                    return 0
                raise
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        _log.info("erased %d events of a conversation from the engine's file", gone)
        return gone
