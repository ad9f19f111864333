"""Is a process of ours answering?"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
from collections.abc import Awaitable, Callable

from bot.settings import INTERFACE


def answers(port: int, path: str) -> Callable[[], Awaitable[bool]]:
    """A check: does ``http://127.0.0.1:port/path`` answer with 200?"""

    async def check() -> bool:
        return await asyncio.to_thread(_answers, port, path)

    return check


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(INTERFACE, port, timeout=5)
    with contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", path)
        with contextlib.closing(connection.getresponse()) as response:
            response.read()
            return response.status == 200
    connection.close()
    return False
