"""A question that many may ask and that is put seldom: probes and scrapes cannot load what stands behind it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from bot.failures import place

_log = logging.getLogger(__name__)

Answer = TypeVar("Answer")


class Asked(Generic[Answer]):
    """Puts a question at most once every `lasts` seconds, never twice at once, and waits for the answer at most `seconds`.

    A thread that waits for a database cannot be called off. Whoever asks meanwhile waits for the same one: there is never a second.
    """

    def __init__(
        self,
        what: str,
        ask: Callable[[], Awaitable[Answer]],
        otherwise: Answer,
        *,
        lasts: float,
        seconds: float,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`otherwise` is the answer where none comes in time, or asking fails."""
        self._what, self._ask, self._otherwise, self._lasts, self._seconds, self._now = what, ask, otherwise, lasts, seconds, now
        self._latest = otherwise
        self._at: float | None = None
        self._asking: asyncio.Task[None] | None = None

    async def answer(self) -> Answer:
        """The latest answer, or a new one where that is too old."""
        asking = self._asking
        if asking is None:
            if self._at is not None and self._now() - self._at < self._lasts:
                return self._latest
            asking = self._asking = asyncio.create_task(self._put())
        await asyncio.wait({asking}, timeout=self._seconds)
        return self._latest if asking.done() else self._otherwise

    def close(self) -> None:
        """Ask no more."""
        if self._asking is not None:
            self._asking.cancel()

    async def _put(self) -> None:
        try:
            self._latest = await self._ask()
        except Exception as problem:
            _log.error("%s cannot be asked: %s", self._what, place(problem))
            self._latest = self._otherwise
        finally:
            self._at, self._asking = self._now(), None
