"""What the engine itself keeps of a conversation, and how it is made to forget it.

Rasa's SQL tracker store has the events of every conversation in a table of its own file and offers no way to delete them; its
event broker has those that were not read into a transcript yet in another. After an erasure the app does it, once the turn is over.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bot.conversations.transcripts import EMPTY_EVENT

_log = logging.getLogger(__name__)
_BUSY_SECONDS = 5


class NotForgottenError(Exception):
    """Something of a conversation may still be in a file of the engine, which was busy or could not be written. To be tried again."""


class EngineRecords:
    """The two files of the engine: its tracker, and the events on their way to the transcripts."""

    def __init__(self, tracker_database: Path, events_database: Path, *, busy_seconds: float = _BUSY_SECONDS) -> None:
        self._tracker, self._events = tracker_database, events_database
        self._busy_seconds = busy_seconds

    def forget(self, conversation_id: str) -> int:
        """Delete every event of a conversation, out of the files' free pages and journals too; how many there were.

        Raises `NotForgottenError` where that did not come to its end.
        """
        return self.forget_tracked(conversation_id) + self.forget_published(conversation_id)

    def forget_tracked(self, conversation_id: str) -> int:
        """The same in the engine's memory alone."""
        return self._in(self._tracker, _delete_tracked, conversation_id)

    def forget_published(self, conversation_id: str) -> int:
        """The same in the file of events on their way alone."""
        return self._in(self._events, _delete_published, conversation_id)

    def _in(self, path: Path, delete: Callable[[sqlite3.Connection, str], int], conversation_id: str) -> int:
        if not path.exists():
            return 0
        try:
            with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=self._busy_seconds)) as connection:
                connection.execute("PRAGMA secure_delete = ON")
                if not connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'events'").fetchone()[0]:
                    return 0
                with connection:
                    gone = delete(connection, conversation_id)
                # What was deleted would stay in the journal that the engine keeps open.
                (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as problem:
            raise NotForgottenError(f"{path.name}: {problem}") from None
        if busy:
            raise NotForgottenError(f"{path.name}: its journal is in use")
        if gone:
            _log.info("erased %d events of a conversation from %s", gone, path.name)
        return gone


def _delete_tracked(connection: sqlite3.Connection, conversation_id: str) -> int:
    return connection.execute("DELETE FROM events WHERE sender_id = ?", [conversation_id]).rowcount


def _delete_published(connection: sqlite3.Connection, conversation_id: str) -> int:
    """The last row stays, emptied: SQLite would give its number away again, and the reader goes by numbers."""
    gone = connection.execute("DELETE FROM events WHERE sender_id = ? AND id < (SELECT max(id) FROM events)", [conversation_id]).rowcount
    emptied = connection.execute("UPDATE events SET sender_id = NULL, data = ? WHERE sender_id = ?", [EMPTY_EVENT, conversation_id])
    return gone + emptied.rowcount
