"""What an app does by itself, as long as it is served."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from typing import Any

from aiohttp import web


def in_background(app: web.Application, *works: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Begin these when the app starts, and end them when it stops; what is under way then is for the next start."""

    async def work(_app: web.Application) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(one()) for one in works]
        yield
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task

    app.cleanup_ctx.append(work)
