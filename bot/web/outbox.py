"""The outbox in the app: emptied as long as the app runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from aiohttp import web

from bot.deliveries.outbox import Outbox

OUTBOX: web.AppKey[Outbox] = web.AppKey("outbox", Outbox)


def add_outbox(app: web.Application, outbox: Outbox, *, at_work: bool = True) -> None:
    """Let the app's handlers find it; `at_work`: and empty it. What is under way when the app stops is sent again by the next."""
    app[OUTBOX] = outbox
    if not at_work:
        return

    async def work(_app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(outbox.run())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    app.cleanup_ctx.append(work)
