"""How queues of channels are worked off."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from bot.failures import place
from bot.signs import Work, did
from bot.store.channels import Among

_log = logging.getLogger(__name__)

EVERY_SECONDS = 1.0
"""How often is looked for what another process has put there, or what is due again."""


class Wakes:
    """Wakes whoever works off a queue, one for each channel."""

    def __init__(self, channels: Iterable[str]) -> None:
        """Beside those of the channels there is one for what is of none of them any more."""
        names = frozenset(channels)
        each = [Among(frozenset({name}), are_left_out=False) for name in sorted(names)]
        self._events = {among: asyncio.Event() for among in (*each, Among(names))}

    def set(self) -> None:
        """There is something to do."""
        for event in self._events.values():
            event.set()

    async def work_off(self, step: Callable[[Among], Awaitable[int]], what: str, work: Work) -> None:
        """Work off each channel's for ever. A provider that hangs keeps nobody waiting but its own."""
        await asyncio.gather(*(work_off(partial(step, among), event, what, work) for among, event in self._events.items()))


async def work_off(step: Callable[[], Awaitable[int]], wake: asyncio.Event, what: str, work: Work) -> None:
    """Take step after step for ever: at once where `wake` is set, and as long as there was something to do.

    `what` waits where a step fails.
    """
    while True:
        wake.clear()
        try:
            while await step():
                pass
            did(work)
        except Exception as problem:
            _log.error("%s wait: %s", what, place(problem))
        try:
            await asyncio.wait_for(wake.wait(), EVERY_SECONDS)
        except TimeoutError:
            continue
