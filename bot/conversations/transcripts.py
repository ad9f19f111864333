"""Transcripts: the engine's events, read into the store as what was said by whom.

Rasa's SQL event broker appends every event to a SQLite file of its own. `EventReader.ingest` reads what is new into the
store; how far it came is kept in the store, in the same transaction as the lines, so that a crash between neither loses nor
doubles one. What was read is then taken out of Rasa's file: health answers are not kept in two places.
"""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from bot.conversations.event_lines import Event, Lines
from bot.store import Conversation, JsonObject, Message, Store

_log = logging.getLogger(__name__)

SOURCE = "rasa-events"
BATCH = 500
# What pruning leaves of the last row. The row itself has to stay: SQLite would give its number away again.
EMPTY_EVENT = "{}"


class EngineEvents(Protocol):
    """What the engine says, on its way to the transcripts."""

    def ingest(self) -> int:
        """See to it that whatever the engine has said by now is in the transcripts; says how many events that took."""
        ...

    def prune(self) -> int:
        """Take what was read out of where the engine put it; says how many events that were."""
        ...


class EventReader:
    """Moves events from the broker's file into the store's transcripts. Safe to call from several threads and processes."""

    def __init__(self, store: Store, events_file: Path, *, batch: int = BATCH) -> None:
        self._store = store
        self._file = events_file
        self._batch = batch
        self._one_at_a_time = threading.Lock()

    def ingest(self) -> int:
        """Read every event that is new; says how many there were."""
        with self._one_at_a_time:
            read = 0
            while number := self._ingest_batch():
                read += number
            return read

    def prune(self) -> int:
        """Take what the store has read out of the broker's file, overwriting it; says how many rows that were."""
        with self._one_at_a_time:
            return self._prune()

    def _prune(self) -> int:
        with self._store.reading() as unit:
            position = unit.ingest_position(SOURCE)
        # A file that is behind was made anew: what is in it has not been read.
        if position == 0 or self._last_number() < position:
            return 0
        with closing(self._connect()) as events:
            try:
                with events:
                    events.execute("PRAGMA secure_delete = ON")
                    gone = events.execute("DELETE FROM events WHERE id < ?", [position]).rowcount
                    gone += events.execute(
                        "UPDATE events SET sender_id = NULL, data = ? WHERE id = ? AND data <> ?", [EMPTY_EVENT, position, EMPTY_EVENT]
                    ).rowcount
                # The engine keeps the file's journal open, and what was deleted would stay in it.
                events.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            except sqlite3.OperationalError as problem:
                # The engine is writing, or the file is new and has no table yet. The next round does it.
                _log.debug("events not pruned this time: %s", problem)
                return 0
        return gone

    def _ingest_batch(self) -> int:
        # A look that locks nothing: mostly there is nothing new, and writers need not wait to be told so.
        with self._store.reading() as unit:
            position = unit.ingest_position(SOURCE)
        if self._last_number() == position:
            return 0
        with self._store.unit() as unit:
            position = unit.hold_ingest_position(SOURCE)
            last = self._last_number()
            if last < position:
                _log.warning("the engine's event file was made anew; reading it from its beginning")
                position = 0
                unit.move_ingest_position(SOURCE, position)
            rows = self._rows_after(position)
            if not rows:
                return 0
            lines = Lines(unit)
            for number, conversation_id, data in rows:
                event = _read(number, conversation_id, data)
                if event is not None:
                    lines.take(event)
            unit.move_ingest_position(SOURCE, rows[-1][0])
        return len(rows)

    def _connect(self) -> sqlite3.Connection:
        # "rw": never make the file, Rasa does; yet able to put right what a crash of the engine left half written.
        return sqlite3.connect(f"{self._file.absolute().as_uri()}?mode=rw", uri=True, timeout=5)

    def _last_number(self) -> int:
        found = self._query("SELECT max(id) FROM events", [])
        return int(found[0][0] or 0) if found else 0

    def _rows_after(self, position: int) -> list[tuple[int, str | None, str | None]]:
        return self._query("SELECT id, sender_id, data FROM events WHERE id > ? ORDER BY id LIMIT ?", [position, self._batch])

    def _query(self, statement: str, values: list[int]) -> list[tuple[Any, ...]]:
        if not self._file.exists():
            return []
        with closing(self._connect()) as events:
            try:
                return events.execute(statement, values).fetchall()
            except sqlite3.OperationalError as problem:
                if "no such table" in str(problem):
                    return []
                raise


def _read(number: int, conversation_id: str | None, data: str | None) -> Event | None:
    try:
        body = json.loads(data or "")
    except ValueError:
        _log.warning("event %d is not JSON and is left out of the transcript", number)
        return None
    if not isinstance(body, dict) or not conversation_id:
        return None
    # The number alone would not do: the engine's file may be made anew and count from one again.
    key = hashlib.sha256(f"{number}:{data}".encode("utf-8", "replace")).hexdigest()
    return Event(number=number, conversation_id=conversation_id, key=key, body=body)


@dataclass(frozen=True, slots=True)
class Transcript:
    """A conversation and what was said in it."""

    conversation: Conversation
    messages: list[Message]

    def as_json(self) -> JsonObject:
        """For programs: `trialchat transcript --json`."""
        found = self.conversation
        return {
            "conversation": found.id,
            "channel": found.channel,
            "sender": found.sender,
            "trial_id": found.trial_id,
            "locale": found.locale,
            "state": found.state,
            "created_at": found.created_at.isoformat(),
            "last_at": found.last_at.isoformat(),
            "messages": [message_json(message) | {"intent": message.intent, "confidence": message.confidence} for message in self.messages],
        }


def message_json(message: Message) -> JsonObject:
    """A line as the widget reads it."""
    line: JsonObject = {"from": message.who, "text": message.text, "at": message.at.isoformat()}
    if message.who != "patient":
        line |= message.data or {}
    elif message.message_id is not None:
        line["id"] = message.message_id
    return line


def find_transcript(store: Store, name: str) -> Transcript | None:
    """The transcript of a conversation, by its id or by what its channel calls the sender (then the latest one)."""
    with store.reading() as unit:
        found = unit.conversation(name) or next(iter(unit.conversations_by_sender(name)), None)
        return None if found is None else Transcript(found, unit.messages(found.id))
