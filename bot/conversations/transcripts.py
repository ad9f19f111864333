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
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.store import Conversation, JsonObject, Message, NewMessage, Store, Unit, UnknownConversationError

_log = logging.getLogger(__name__)

SOURCE = "rasa-events"
BATCH = 500
# The engine's channel puts it before a text that begins with "/", so that Rasa reads it as ordinary text.
WORD_JOINER = "\u2060"
OPENED = "open_chat"
LISTEN = "action_listen"
# What pruning leaves of the last row. The row itself has to stay: SQLite would give its number away again.
EMPTY_EVENT = "{}"


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the broker's table."""

    number: int
    conversation_id: str
    key: str
    body: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """Rasa's name for this type of event."""
        return str(self.body.get("event", ""))

    @property
    def at(self) -> datetime:
        """When it happened, by the engine's clock."""
        return datetime.fromtimestamp(float(self.body["timestamp"]), UTC)


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
            lines = _Lines(unit)
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


class _Lines:
    """Turns events into lines of transcripts, within one transaction."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._erased: set[str] = set()
        # The turn in which each conversation is, by the last event read of it.
        self._turns: dict[str, str | None] = {}

    def take(self, event: Event) -> None:
        """Add what one event says. Events of a conversation that is unknown, or was erased, are dropped."""
        if event.kind not in {"user", "bot", "action"} or event.conversation_id in self._erased:
            return
        if event.conversation_id not in self._turns:
            if self._unit.conversation(event.conversation_id) is None:
                self._erased.add(event.conversation_id)
                return
            last = self._unit.latest_patient_message(event.conversation_id)
            self._turns[event.conversation_id] = None if last is None else last.message_id
        try:
            match event.kind:
                case "user":
                    self._take_patient(event)
                case "bot":
                    self._take_bot(event)
                case "action":
                    self._take_action(event)
        except UnknownConversationError:
            self._erased.add(event.conversation_id)
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError, OSError) as problem:
            _log.warning("event %d is not as expected (%s) and is left out of the transcript", event.number, type(problem).__name__)

    def _take_patient(self, event: Event) -> None:
        text = _clean(event.body.get("text")).removeprefix(WORD_JOINER)
        intent = (event.body.get("parse_data") or {}).get("intent") or {}
        name = str(intent["name"])[:80] if intent.get("name") else None
        confidence = intent.get("confidence")
        message_id = event.body.get("message_id")
        turn = str(message_id)[:64] if message_id else None
        self._turns[event.conversation_id] = turn
        if self._unit.knows_event(event.key):
            return
        # The engine is given a message again when it was not known what became of it. It was said once.
        again = turn is not None and self._unit.latest_patient_message(event.conversation_id, turn) is not None
        if again and turn is not None:
            self._unit.hide_replies(event.conversation_id, turn)
        title = title_of(text, self._offers(event.conversation_id)) if text.strip().startswith("#") else None
        self._unit.add_messages(
            event.conversation_id,
            [
                NewMessage(
                    event_key=event.key,
                    who="patient",
                    text=text if title is None else title,
                    at=event.at,
                    data=None if title is None else {"text": text},
                    intent=name,
                    confidence=float(confidence) if confidence is not None else None,
                    message_id=turn,
                    shown=not again and not (name == OPENED and not text),
                )
            ],
        )

    def _take_bot(self, event: Event) -> None:
        body = event.body.get("data") or {}
        data = {part: body[part] for part in ("buttons", "custom") if body.get(part)}
        text = _clean(event.body.get("text"))
        if not text and not data:
            return
        self._unit.add_messages(
            event.conversation_id,
            [
                NewMessage(
                    event_key=event.key,
                    who="bot",
                    text=text,
                    at=event.at,
                    data=data or None,
                    message_id=self._turns[event.conversation_id],
                )
            ],
        )

    def _take_action(self, event: Event) -> None:
        turn = self._turns[event.conversation_id]
        if event.body.get("name") == LISTEN and turn is not None:
            self._unit.note_handled(event.conversation_id, turn, event.at)

    def _offers(self, conversation_id: str) -> Iterator[JsonObject]:
        return (message.data or {} for message in self._unit.offers(conversation_id))


def title_of(payload: str, offers: Iterator[JsonObject]) -> str | None:
    """The title of the button that a payload stands for: of the latest offer that had it; None where none ever did.

    Several values chosen at once (`#name=a,b`) were offered one by one, and become their titles in the order chosen.
    """
    payload = payload.strip()
    attribute, _, values = payload.partition("=")
    single = [f"{attribute}={value}" for value in values.split(",")] if "," in values else []
    for offer in offers:
        titles = _titles(offer)
        if payload in titles:
            return titles[payload]
        if single and all(one in titles for one in single):
            return ", ".join(titles[one] for one in single)
    return None


def _titles(offer: JsonObject) -> dict[str, str]:
    custom = offer.get("custom") or {}
    titles = {
        f"#{custom.get('attribute')}={option.get('value')}": str(option.get("title", ""))
        for option in custom.get("options") or []
        if isinstance(option, dict)
    }
    titles |= {
        str(button.get("payload")): str(button.get("title", "")) for button in offer.get("buttons") or [] if isinstance(button, dict)
    }
    return {payload: title for payload, title in titles.items() if title}


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


def _clean(text: object) -> str:
    """Text that any database can keep: no NUL, no half of a character."""
    return str(text or "").replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


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
