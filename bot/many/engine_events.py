"""Where the engine's events and memory are, by the settings: in files of this machine, or on servers that several machines share."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.conversations.engine_records import EngineRecords, NotForgottenError
from bot.engine.servers import SCHEMA
from bot.many.event_queue import QueuedEvents
from bot.settings import Settings
from bot.store import Store
from bot.store.engine import database_url, open_engine

_log = logging.getLogger(__name__)


def queued_events(settings: Settings, store: Store) -> QueuedEvents | None:
    """The reader of the engines' queue; None where the engine hands its events on by a file."""
    return QueuedEvents(store, settings.events_url, settings.locks_url) if settings.events_url else None


def forgetting(settings: Settings, queue: QueuedEvents | None) -> Callable[[str], int]:
    """What makes the engine forget a conversation: `EngineRecords.forget`, wherever its records are."""
    files = EngineRecords(settings.tracker_database, settings.events_database)
    tracked = TrackedRows(settings.tracker_url).forget if settings.tracker_url else files.forget_tracked
    published = files.forget_published if queue is None else _until_read(queue)

    def forget(conversation_id: str) -> int:
        return published(conversation_id) + tracked(conversation_id)

    return forget


def _until_read(queue: QueuedEvents) -> Callable[[str], int]:
    """What stands in the queue is not deleted there, but read, and dropped, since its conversation is known no more."""

    def wait(_conversation_id: str) -> int:
        if not queue.catch_up():
            raise NotForgottenError("RabbitMQ: events that may be of the conversation were not read yet")
        return 0

    return wait


class TrackedRows:
    """The engine's memory of conversations in PostgreSQL."""

    def __init__(self, url: str) -> None:
        self._engine = open_engine(database_url(url))

    def forget(self, conversation_id: str) -> int:
        """Delete every event of a conversation; how many there were. Raises `NotForgottenError`."""
        try:
            with self._engine.begin() as connection:
                if connection.scalar(text("SELECT to_regclass(:name)"), {"name": f"{SCHEMA}.events"}) is None:
                    return 0
                statement = text(f"DELETE FROM {SCHEMA}.events WHERE sender_id = :conversation")  # noqa: S608 - a constant of ours
                gone = connection.execute(statement, {"conversation": conversation_id}).rowcount
        except SQLAlchemyError as problem:
            raise NotForgottenError(f"the engine's PostgreSQL: {type(problem).__name__}") from None
        if gone:
            _log.info("erased %d events of a conversation from the engine's memory", gone)
        return gone
