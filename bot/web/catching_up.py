"""What is done once for conversations of an older release, a few at a time, while the app is already in service."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator

from aiohttp import web

from bot.store import Store, StoreError

_RESTS = 9.0
"""For how many times as long as a step took the next one is put off: turns take no longer beside it (`python -m bench stored`)."""

_log = logging.getLogger(__name__)


def catch_up(app: web.Application, store: Store) -> None:
    """Let an app, when it starts, make older conversations such that they can be searched."""

    async def run(_app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(fill_search_words(store))
        yield
        task.cancel()

    app.cleanup_ctx.append(run)


async def fill_search_words(store: Store) -> None:
    """Add the words of older conversations. Each step is short and followed by a rest: who chats meanwhile hardly waits."""
    after: str | None = ""
    try:
        while after is not None:
            begun = time.monotonic()
            after = await asyncio.to_thread(_fill, store, after)
            if after is not None:
                await asyncio.sleep(_RESTS * (time.monotonic() - begun))
    except StoreError as problem:
        _log.warning("older conversations cannot be searched until the next start: %s", problem)


def _fill(store: Store, after: str) -> str | None:
    with store.unit(to_disk=False) as unit:
        return unit.fill_search_words(after)
