"""Serving an application: what is no HTTP is refused without being repeated, and nobody holds a connection by being slow."""

from __future__ import annotations

import asyncio
import logging

from aiohttp import web
from aiohttp.typedefs import Handler
from aiohttp.web import RequestPayloadError

from bot.web.security import SERVER, set_security_headers

_log = logging.getLogger(__name__)

IDLE_SECONDS = 75.0
"""For a request's head, and between two requests: longer than the minute for which proxies keep their connections to us."""
BODY_SECONDS = 30.0
"""For what follows the head, and then some for what is large."""
# For the rest of a body that nobody wants to read, so that the other end gets to see the answer.
_LINGERING_SECONDS = 3.0
_BYTES_PER_SECOND = 50_000
_LARGEST_WAIT = 300.0


class _Discreet(web.RequestHandler):
    """aiohttp answers what it cannot parse by itself, with a piece of it; and logs that, with where it stopped."""

    __slots__ = ()

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """What to answer where no handler could."""
        if status >= 500:
            response = super().handle_error(request, status, exc, message)
        else:
            _log.info("a request could not be read: %s", type(exc).__name__)
            if request.writer.output_size > 0:
                raise ConnectionError("an answer was begun already")
            response = web.Response(status=status, text="The request cannot be read.\n")
            response.force_close()
        response.headers["Server"] = SERVER
        set_security_headers(response)
        return response


class _Server(web.Server):
    def __call__(self) -> web.RequestHandler:
        return _Discreet(self, loop=self._loop, **self._kwargs)


class Runner(web.AppRunner):
    """An application's runner. No access log: addresses hold the engine's secret and the keys of summaries.

    Nothing is unpacked either: a body that says it is compressed is read as it is, and understood by nobody.
    """

    def __init__(self, app: web.Application, *, shutdown_timeout: float = 60.0, idle: float = IDLE_SECONDS) -> None:
        super().__init__(
            app,
            access_log=None,
            shutdown_timeout=shutdown_timeout,
            keepalive_timeout=idle,
            lingering_time=_LINGERING_SECONDS,
            auto_decompress=False,
        )

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        # There is no way to say which handlers it is to make.
        made.__class__ = _Server
        return made


@web.middleware
async def punctual(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Wait for a body as long as an honest one takes on a poor line. Outside of whatever makes answers of errors."""
    if not request.body_exists or request.content.is_eof():
        return await handler(request)
    seconds = min(BODY_SECONDS + (request.content_length or 0) / _BYTES_PER_SECOND, _LARGEST_WAIT)
    timer = asyncio.get_running_loop().call_later(seconds, _give_up, request)
    try:
        response = await handler(request)
    finally:
        timer.cancel()
    if request.content.exception() is not None:
        # What else comes on this connection cannot be told from the rest of the body, and is not waited for.
        response.force_close()
        request.content.feed_eof()
    return response


def _give_up(request: web.Request) -> None:
    if request.content.is_eof():
        return
    if request.transport is not None:
        request.transport.pause_reading()
    # Whoever reads learns it by this: by the end alone, half a body would be taken for a whole one.
    request.content.set_exception(RequestPayloadError("too slow"))
