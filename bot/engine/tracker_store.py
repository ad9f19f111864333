"""Where the engine keeps its conversations: in Rasa's own SQL store, but only what the next turn needs.

Rasa keeps every event of a conversation and goes through all of them several times in each turn: turns get slower and slower. Nothing of
that is needed. What was said is in the transcript, what was answered in the app's store; from one turn to the next the engine has to know
whether the screening is on and whether the bot is to be silent. So after each turn the conversation's rows give way to the beginning of a
new session of Rasa's with these two, and with slots, should the domain ever have any.

Rasa finds the latest session by the clock, and where that was set back, counts events twice or leaves some out. Here the order of
rows decides.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import islice
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.brokers.sql import SQLEventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, ActiveLoop, ConversationPaused, Event, SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import QueuePool

from bot.engine.events import ConfirmedEvents

#: An attribute of ours on a tracker.
_KEPT = "_trialchat_kept"


@dataclass(frozen=True)
class _Kept:
    """How many of a tracker's events are published and kept, and, where nothing else is there of its conversation, as which."""

    number: int
    events: list[Event] | None = None


class ShortTrackerStore(SQLTrackerStore):
    """Rasa's SQL tracker store, on any database, with conversations that stay short. The table is Rasa's, as it was."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep_connected(self)
        if isinstance(self.event_broker, SQLEventBroker):
            keep_connected(self.event_broker)

    async def _retrieve(self, sender_id: str, fetch_events_from_all_sessions: bool) -> DialogueStateTracker | None:
        row = self.SQLEvent
        with self.session_scope() as session:
            rows = session.query(row.type_name, row.data).filter(row.sender_id == sender_id).order_by(row.id).all()
        rest = []
        if not fetch_events_from_all_sessions:
            latest = max((place for place, (kind, _) in enumerate(rows) if kind == SessionStarted.type_name), default=0)
            rows, rest = rows[latest:], rows[:latest]
        if not rows:
            return None
        tracker = DialogueStateTracker.from_dict(sender_id, [json.loads(data) for _, data in rows], self.domain.slots)
        setattr(tracker, _KEPT, _Kept(len(tracker.events), None if rest else list(tracker.events)))
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Publish what is new; keep what the next turn needs."""
        kept = await self._kept(tracker)
        new = list(islice(tracker.events, kept.number, None))
        if not new:
            return
        # Published first, as Rasa does it: the transcript may hear of a turn that is then given up, and never misses one that is kept.
        if self.event_broker is not None:
            await self._stream_new_events(self.event_broker, new, tracker.sender_id)
        if not is_at_rest(tracker):
            self._write(tracker.sender_id, new, instead=False)
        elif kept.events != (begun := new_session(tracker)):
            self._write(tracker.sender_id, begun, instead=True)
        setattr(tracker, _KEPT, _Kept(len(tracker.events)))

    async def _kept(self, tracker: DialogueStateTracker) -> _Kept:
        """What is kept of a tracker already. One that is not from here is compared with what is there, as Rasa does it."""
        if not hasattr(tracker, _KEPT):
            stored = await self.retrieve(tracker.sender_id)
            return _Kept(len(stored.events) if stored else 0)
        known: _Kept = getattr(tracker, _KEPT)
        return known

    def _write(self, sender_id: str, events: list[Event], *, instead: bool) -> None:
        """Add events, or put them in the place of all that is there, in one transaction."""
        table = self.SQLEvent.__table__
        with self.session_scope() as session:
            if instead:
                session.execute(table.delete().where(table.c.sender_id == sender_id))
            session.execute(table.insert(), [_row(sender_id, event) for event in events])
            session.commit()

    async def _stream_new_events(self, event_broker: EventBroker, new_events: list[Event], sender_id: str) -> None:
        """Into a database all at once: Rasa opens it, writes and closes it for each event."""
        if not isinstance(event_broker, SQLEventBroker):
            await super()._stream_new_events(event_broker, new_events, sender_id)
            if isinstance(event_broker, ConfirmedEvents):
                # Kept there before the conversation is kept here: the other way round, a crash would leave a hole in the transcript.
                await event_broker.confirmed()
            return
        rows = [{"sender_id": sender_id, "data": json.dumps({"sender_id": sender_id, **event.as_dict()})} for event in new_events]
        with event_broker.session_scope() as session:
            session.execute(event_broker.SQLBrokerEvent.__table__.insert(), rows)
            session.commit()


def keep_connected(database: SQLTrackerStore | SQLEventBroker) -> None:
    """Keep connections to a SQLite file, as is done for other databases anyway: Rasa opens one for each thing that it reads or writes."""
    if database.engine.dialect.name != "sqlite":
        return
    database.engine.dispose()
    # Each connection is in one hand at a time, whichever thread that is.
    database.engine = create_engine(database.engine.url, poolclass=QueuePool, connect_args={"check_same_thread": False})
    database.sessionmaker = sessionmaker(bind=database.engine)


def is_at_rest(tracker: DialogueStateTracker) -> bool:
    """Whether a turn is over and nothing of it is left to be done: what `new_session` carries over is then all there is."""
    loop = tracker.active_loop
    handed_on = loop is not None and (loop.rejected or loop.is_interrupted)
    return tracker.latest_action_name == ACTION_LISTEN_NAME and not tracker.followup_action and not handed_on


def new_session(tracker: DialogueStateTracker) -> list[Event]:
    """Events after which a new tracker waits for a message just as this one does."""
    begin = SessionStarted()
    at = begin.timestamp  # of all of them: Rasa's own store, should it ever read this, takes what is not older than the session
    slots = [SlotSet(name, slot.value, at) for name, slot in tracker.slots.items() if slot.value != slot.initial_value]
    loop = [ActiveLoop(tracker.active_loop_name, at)] if tracker.active_loop_name else []
    pause = [ConversationPaused(at)] if tracker.is_paused() else []
    return [begin, *slots, *loop, ActionExecuted(ACTION_LISTEN_NAME, timestamp=at), *pause]


def _row(sender_id: str, event: Event) -> dict[str, Any]:
    """An event as Rasa's own store keeps it."""
    data = event.as_dict()
    return {
        "sender_id": sender_id,
        "type_name": event.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": ((data.get("parse_data") or {}).get("intent") or {}).get("name"),
        "action_name": data.get("name"),
        "data": json.dumps(data),
    }
