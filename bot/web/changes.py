"""Which conversations changed, for whoever looks on: a console's page, a widget whose conversation a person took over.

The store is asked, once for all who listen in this process and not at all where nobody does: so it works the same with one
process and with many.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from aiohttp import web

from bot.failures import place
from bot.store import Store, StoreError
from bot.store.clock import Clock
from bot.web.background import in_background

_log = logging.getLogger(__name__)

# A change may be written down with a moment that lies a little back: its transaction began then.
_OVERLAP = timedelta(seconds=10)
_LONGEST_QUEUE = 1_000
SOME_ERASED = ""
"""In place of an id: a conversation was erased, and nobody keeps which."""


class Changes:
    """Looks for changes and tells those who listen."""

    def __init__(self, store: Store, clock: Clock, *, every: float = 1.0) -> None:
        self._store, self._clock, self._every = store, clock, every
        self._listeners: set[asyncio.Queue[str]] = set()
        self._somebody_listens = asyncio.Event()
        self._known: dict[str, datetime] = {}
        self._erasures = 0
        self.looking = asyncio.Event()
        """Set as soon as whatever changes from now on will be told."""

    @contextmanager
    def listening(self) -> Iterator[asyncio.Queue[str]]:
        """A queue of the ids of conversations, each put there when it has changed, and of `SOME_ERASED`.

        Who does not empty it misses some.
        """
        queue: asyncio.Queue[str] = asyncio.Queue(_LONGEST_QUEUE)
        self._listeners.add(queue)
        self._somebody_listens.set()
        try:
            yield queue
        finally:
            self._listeners.discard(queue)
            if not self._listeners:
                self._somebody_listens.clear()

    async def run(self) -> None:
        """Look for ever."""
        while True:
            if not self._somebody_listens.is_set():
                self._known = {}
                self.looking.clear()
                await self._somebody_listens.wait()
                # What is as it was when the first began to listen is no news.
                await self._look(tell=False)
                self.looking.set()
            await asyncio.sleep(self._every)
            await self._look(tell=True)

    async def _look(self, *, tell: bool) -> None:
        since = max(self._known.values(), default=self._clock()) - _OVERLAP
        try:
            changed, erasures = await asyncio.to_thread(self._changed, since)
        except StoreError as problem:
            _log.warning("changes are not seen for now: %s", problem)
            return
        except Exception as problem:
            # Whoever looks on would wait for ever for news.
            _log.error("changes are not seen for now: %s", place(problem))
            return
        news = [name for name, at in changed if self._known.get(name) != at]
        # Only those that the next look can find again need to be known.
        self._known = dict(changed)
        if erasures != self._erasures:
            self._erasures = erasures
            news.append(SOME_ERASED)
        if tell:
            for queue in self._listeners:
                for name in news:
                    with suppress(asyncio.QueueFull):
                        queue.put_nowait(name)

    def _changed(self, since: datetime) -> tuple[list[tuple[str, datetime]], int]:
        with self._store.reading() as unit:
            return unit.changed_since(since), unit.latest_erasure()


CHANGES: web.AppKey[Changes] = web.AppKey("changes", Changes)


def add_changes(app: web.Application, changes: Changes) -> None:
    """Let an app's handlers find them, and look while it runs."""
    app[CHANGES] = changes
    in_background(app, changes.run)
