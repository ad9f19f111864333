"""Is a process of ours answering?"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import ipaddress
from collections.abc import Awaitable, Callable

from bot.settings import INTERFACE


def reached_at(listen: str) -> str:
    """Where this machine itself reaches what listens on an address."""
    address = ipaddress.ip_address(listen)
    if address.is_unspecified:
        return INTERFACE if address.version == 4 else "::1"
    return str(address)


def answers(port: int, path: str, host: str = INTERFACE) -> Callable[[], Awaitable[bool]]:
    """A check: does ``http://host:port/path`` answer with 200?"""

    async def check() -> bool:
        return await asyncio.to_thread(_answers, host, port, path)

    return check


def _answers(host: str, port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    with contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", path)
        with contextlib.closing(connection.getresponse()) as response:
            response.read()
            return response.status == 200
    connection.close()
    return False
