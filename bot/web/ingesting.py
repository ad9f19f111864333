"""The engine's file of events, read again and again while the app runs."""

from __future__ import annotations

import asyncio
import logging
import sqlite3

from bot.conversations.transcripts import EngineEvents
from bot.failures import place
from bot.signs import Work, did
from bot.store import StoreError

_log = logging.getLogger(__name__)


async def ingest_for_ever(events: EngineEvents, every: float) -> None:
    """Read until cancelled, and then once more: what the engine said last is read now rather than at the next start."""
    try:
        while True:
            await asyncio.to_thread(_ingest, events)
            await asyncio.sleep(every)
    finally:
        await asyncio.to_thread(_ingest, events)


def _ingest(events: EngineEvents) -> None:
    """Read what is new, then take it out of the engine's file. What fails is tried again in the next round."""
    try:
        if events.ingest():
            events.prune()
        did(Work.TRANSCRIPTS)
    except StoreError as problem:
        _log.error("transcripts wait: %s", problem)
    except sqlite3.Error as problem:
        _log.warning("transcripts wait, the engine's event file cannot be read: %s", problem)
    except Exception as problem:
        _log.error("transcripts wait: %s", place(problem))
