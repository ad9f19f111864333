"""What the app does by itself: erasures brought to their end, and once a day what has been kept long enough erased."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from aiohttp import web

from bot.conversations.erasing import Erasures
from bot.conversations.retention import erase_what_is_due, tidy_up
from bot.signs import Work, did
from bot.store import Store, StoreError
from bot.store.clock import Clock
from bot.web.background import in_background
from bot.web.errors import place

_log = logging.getLogger(__name__)

DAILY = timedelta(days=1)


class Housekeeping:
    """Looks once a minute whether there is something to do. What fails is tried again the next time."""

    def __init__(self, store: Store, erasures: Erasures, clock: Clock, keep_days: int, *, every: float = 60.0) -> None:
        self._store, self._erasures, self._clock, self._keep_days, self._every = store, erasures, clock, keep_days, every
        self._last: datetime | None = None

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await asyncio.to_thread(self.look)
            await asyncio.sleep(self._every)

    def look(self) -> None:
        """Do what is to be done now."""
        try:
            if left := self._erasures.complete_all():
                _log.warning("%d erasures wait for the engine's files", left)
            if self._last is None or self._clock() - self._last >= DAILY:
                self._daily()
            did(Work.HOUSEKEEPING)
        except StoreError as problem:
            _log.error("housekeeping waits: %s", problem)
        except Exception as problem:
            _log.error("housekeeping failed: %s", place(problem))

    def _daily(self) -> None:
        begun = self._clock()
        erased = erase_what_is_due(self._store, self._erasures, self._clock, self._keep_days)
        for trial_id, number in erased.items():
            _log.info("erased %d conversations that were kept long enough: %s", number, trial_id or "searches")
        tidy_up(self._store, self._clock)
        self._last = begun


def add_housekeeping(app: web.Application, housekeeping: Housekeeping) -> None:
    """Let it run while the app runs."""
    in_background(app, housekeeping.run)
