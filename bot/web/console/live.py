"""Streams of what changed, for pages that show it while they are open (server-sent events)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress

from aiohttp import web

from bot.store import StoreError
from bot.web.changes import CHANGES
from bot.web.monitoring import count_streams
from bot.web.security import set_security_headers

KEEP_ALIVE = 15.0
"""Seconds without news after which a comment is sent: what is in between does not take the connection for dead."""
APART = 1.0
"""Seconds between two events."""
ENDED = "ended"
"""The event that says: do not come back, the session is over."""
_ALIVE = b": here\n\n"
_STOPPING: web.AppKey[asyncio.Event] = web.AppKey("streams_stopping", asyncio.Event)
_OPEN: web.AppKey[set[web.StreamResponse]] = web.AppKey("streams_open", set)

Tell = Callable[[frozenset[str]], Awaitable[str | None]]


class SessionEnded(Exception):
    """Whoever listens is not signed in any more."""


def add_streams(app: web.Application) -> None:
    """Let the app's streams end when it stops."""
    app[_STOPPING], app[_OPEN] = asyncio.Event(), set()
    count_streams(app, "console", lambda: len(app[_OPEN]))

    async def stop(app: web.Application) -> None:
        app[_STOPPING].set()

    app.on_shutdown.append(stop)


async def stream(request: web.Request, event: str, tell: Tell, *, at_once: str) -> web.StreamResponse:
    """Send events until the browser goes, the session ends or the app stops.

    The first comes at once, with the text `at_once`: what changed since the page was made, or while the browser was away, nobody
    can tell any more, so the page asks for its newer self.

    `tell` is given the ids of the conversations that changed, none of them where only time has passed, and gives the event's
    text, one line; None: nothing to say. It raises `SessionEnded` when the stream is to end.
    """
    response = web.StreamResponse(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
    response.content_type = "text/event-stream"
    set_security_headers(response)
    await response.prepare(request)
    request.app[_OPEN].add(response)
    try:
        await _bring(request, response, event, tell, at_once)
    finally:
        request.app[_OPEN].discard(response)
    return response


async def _bring(request: web.Request, response: web.StreamResponse, event: str, tell: Tell, at_once: str) -> None:
    # The browser has left, or the store is away: the page asks again by itself.
    with suppress(ConnectionError, StoreError):
        await response.write(_ALIVE)
        try:
            async with aclosing(_changes(request.app)) as changes:
                await anext(changes)
                await response.write(_event(event, at_once))
                async for names in changes:
                    text = await tell(names)
                    if text is not None:
                        await response.write(_event(event, text))
                    elif not names:
                        await response.write(_ALIVE)
        except SessionEnded:
            await response.write(_event(ENDED, ""))
        await response.write_eof()


def _event(name: str, text: str) -> bytes:
    return f"event: {name}\ndata: {text}\n\n".encode()


async def _changes(app: web.Application) -> AsyncGenerator[frozenset[str], None]:
    """What changed, put together where much changes at once; empty when nothing did for a while, and at first, when it begins."""
    stopping = asyncio.create_task(app[_STOPPING].wait())
    try:
        with app[CHANGES].listening() as queue:
            # From then on whatever changes is told.
            looking = asyncio.create_task(app[CHANGES].looking.wait())
            await asyncio.wait({looking, stopping}, timeout=KEEP_ALIVE, return_when=asyncio.FIRST_COMPLETED)
            looking.cancel()
            yield frozenset()
            while not stopping.done():
                first = asyncio.create_task(queue.get())
                await asyncio.wait({first, stopping}, timeout=KEEP_ALIVE, return_when=asyncio.FIRST_COMPLETED)
                names = {first.result()} if first.done() else set()
                first.cancel()
                while not queue.empty():
                    names.add(queue.get_nowait())
                if stopping.done():
                    return
                yield frozenset(names)
                if names:
                    await asyncio.wait({stopping}, timeout=APART)
    finally:
        stopping.cancel()
