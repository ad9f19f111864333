"""Requests to providers."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
from collections.abc import Sequence

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, StreamReader
from yarl import URL

from bot.channels.providers.base import Answered, Ask, Call, NotUnderstoodError
from bot.channels.providers.webhook import as_sent
from bot.store.clock import Clock

_log = logging.getLogger(__name__)

SECONDS = 20
"""For all of a request."""
_LARGEST_ANSWER = 256 * 1024
_MOST_ASKED = 3
"""Requests until something that has to be known first is known: a document, the keys that it leads to, and one to spare."""


class AwayError(Exception):
    """A provider that cannot be reached, or does not give what has to be known first. Says why, without content."""


class Calls:
    """Makes them, over connections that are kept."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._session: ClientSession | None = None
        self._asking: dict[Ask, asyncio.Lock] = {}
        self._failures: dict[Ask, tuple[int, str]] = {}

    async def make(self, call: Call) -> Answered:
        """What is answered. `AwayError` where nothing is."""
        headers = dict(call.headers)
        body: bytes | dict[str, str] | None = None
        if call.data is not None:
            headers["Content-Type"], body = "application/json; charset=utf-8", as_sent(call.data)
        elif call.form:
            body = dict(call.form)
        if call.auth is not None:
            headers["Authorization"] = "Basic " + base64.b64encode(":".join(call.auth).encode()).decode()
        method = "GET" if body is None else "POST"
        try:
            # As the provider's part of the program has written it: quoted once.
            async with self._http().request(
                method, URL(call.url, encoded=True), data=body, headers=headers, allow_redirects=False
            ) as response:
                found = await _whole(response.content)
                return Answered(response.status, {name.lower(): value for name, value in response.headers.items()}, _object(found))
        except (ClientError, TimeoutError, OSError, ValueError) as problem:
            # `ValueError`: an address that is none.
            raise AwayError(f"cannot be reached ({type(problem).__name__})") from None

    async def ask(self, asked: Sequence[Ask]) -> None:
        """Ask what has to be known first. `AwayError` where it is not told."""
        for one in asked:
            # Many who need it at once ask once, and wait no longer than that takes, whatever comes of it.
            before = self._failures.get(one, (0, ""))[0]
            async with self._asking.setdefault(one, asyncio.Lock()):
                failed, why = self._failures.get(one, (0, ""))
                if failed != before:
                    raise AwayError(why)
                for _ in range(_MOST_ASKED):
                    call = one.call(self._clock())
                    if call is None:
                        break
                    try:
                        one.learn(await self.make(call), self._clock())
                    except (AwayError, NotUnderstoodError) as problem:
                        if not one.missed(self._clock()):
                            self._failures[one] = (before + 1, str(problem))
                            raise AwayError(str(problem)) from None
                        _log.warning("what was known before is used, as asking again failed: %s", problem)
                        break

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    def _http(self) -> ClientSession:
        if self._session is None:
            self._session = ClientSession(timeout=ClientTimeout(total=SECONDS), cookie_jar=DummyCookieJar(), trust_env=False)
        return self._session


async def _whole(content: StreamReader) -> bytes:
    """All of a body, however many parts it comes in; nothing where it is too large."""
    found = bytearray()
    while part := await content.readany():
        found += part
        if len(found) > _LARGEST_ANSWER:
            return b""
    return bytes(found)


def _object(body: bytes) -> dict[str, object]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
