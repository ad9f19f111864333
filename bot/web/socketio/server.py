"""The protocol's own server, by python-socketio: connections in, events to where they are handled, and nothing of them in logs."""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol
from urllib.parse import parse_qs

import socketio
from aiohttp import web
from engineio.async_socket import AsyncSocket
from socketio import packet

from bot.origins import AllowedOrigins
from bot.store import JsonObject
from bot.web.errors import ApiError, error_response, place
from bot.web.limits import Limits, client_address
from bot.web.requests import LARGEST_BODY
from bot.web.socketio.talking import Talking

_log = logging.getLogger(__name__)

PING_EVERY, PING_TIMEOUT = 25, 20
"""Seconds. Who does not answer a ping in time is gone, and may have been for as long as both together."""
POST_SECONDS = 10.0
_NAMESPACE = "/"
_ORIGIN = "Origin"
_ADDRESS = web.RequestKey("socketio_address", str)
_LEAST_FOR_AN_ADDRESS = 20


class BinaryRefusedError(ValueError):
    """Something binary came, or was announced."""


class TextPacket(packet.Packet):  # type: ignore[misc]  # the library is not typed
    """A packet of a protocol that has nothing binary.

    A client announces how many binary pieces follow, and the library would keep them until all are there.
    """

    uses_binary_events = False

    def decode(self, encoded_packet: object) -> int:
        """Read it. Raises `BinaryRefusedError` where something binary would follow, or this is it."""
        if not isinstance(encoded_packet, str):
            raise BinaryRefusedError
        attachments: int = super().decode(encoded_packet)
        if attachments or self.packet_type in (packet.BINARY_EVENT, packet.BINARY_ACK):
            raise BinaryRefusedError
        return 0


def make_server() -> socketio.AsyncServer:
    """The server. Both of its loggers say what was received, so they say nothing."""
    quiet = logging.getLogger(f"{__name__}.quiet")
    quiet.disabled = True
    server = socketio.AsyncServer(
        async_mode="aiohttp",
        serializer=TextPacket,
        ping_interval=PING_EVERY,
        ping_timeout=PING_TIMEOUT,
        max_http_buffer_size=LARGEST_BODY,
        # Which websites may come is looked at before (`Door`), by the same list as everywhere; whoever passed may read the answers.
        cors_allowed_origins=_anybody,
        # No cookie is ever used.
        cors_credentials=False,
        logger=quiet,
        engineio_logger=quiet,
    )
    _close_on_binary(server)
    return server


def _close_on_binary(server: socketio.AsyncServer) -> None:
    """Close connections that send something binary: the library would only pass over what it cannot read."""
    read = server.eio.handlers["message"]

    async def received(sid: str, data: object) -> None:
        socket = server.eio.sockets.get(sid)
        if socket is None or socket.closed:
            return
        try:
            await read(sid, data)
        except BinaryRefusedError:
            _log.warning("a connection was closed: it sent something binary")
            await _let_go_of(server, socket)

    server.eio.on("message", received)


def _anybody(_origin: str | None, _environ: object) -> bool:
    return True


class Emitting:
    """`bot.web.socketio.talking.Emits`, by the server."""

    def __init__(self, server: socketio.AsyncServer) -> None:
        self._server = server

    async def emit(self, event: str, data: object, *, room: str) -> None:
        """Send it to all of a room."""
        await self._server.emit(event, data, room=room, namespace=_NAMESPACE)

    async def enter(self, sid: str, room: str) -> None:
        """Let a connection in, unless it has gone."""
        if self._server.manager.is_connected(sid, _NAMESPACE):
            await self._server.enter_room(sid, room, namespace=_NAMESPACE)

    async def leave(self, sid: str, room: str) -> None:
        """Let it out."""
        await self._server.leave_room(sid, room, namespace=_NAMESPACE)


class Events(socketio.AsyncNamespace):  # type: ignore[misc]  # the library is not typed
    """Every event of the one namespace. Its name and its data are whatever the client made up."""

    def __init__(self, talking: Talking) -> None:
        super().__init__(_NAMESPACE)
        self._talking = talking

    async def trigger_event(self, event: object, *args: object) -> JsonObject | None:
        """One event. What comes back is the acknowledgement, where the client asks for one."""
        sid, *given = args
        try:
            match event:
                case "session_request":
                    return await self._talking.session_request(str(sid), given)
                case "user_uttered":
                    return await self._talking.uttered(str(sid), given)
                case "connect" if given and (request := _request_of(given[0])) is not None:
                    self._talking.connected(str(sid), client_address(request), request.headers.get(_ORIGIN))
                # A client can send events of these names, too, but it is connected then.
                case "disconnect" if not self.server.manager.is_connected(sid, _NAMESPACE):
                    is_late = bool(given) and given[0] == self.server.reason.PING_TIMEOUT
                    self._talking.disconnected(str(sid), PING_EVERY + PING_TIMEOUT if is_late else 0)
                    await self._let_go(str(sid))
                case _:
                    pass
        except Exception as problem:
            _log.error("an event was not handled: %s", place(problem))
        return None

    async def _let_go(self, sid: str) -> None:
        """Answer the request by which somebody who went was waiting for messages; the library would hold it until its time is over."""
        socket = self.server.eio.sockets.get(self.server.manager.eio_sid_from_sid(sid, _NAMESPACE))
        if socket is not None:
            await socket.queue.put(None)


def _request_of(environ: object) -> web.Request | None:
    found = environ.get("aiohttp.request") if isinstance(environ, dict) else None
    return found if isinstance(found, web.Request) else None


class Door(Protocol):
    """Answers a request of the protocol's address."""

    async def __call__(self, request: web.Request) -> web.StreamResponse: ...


def make_door(server: socketio.AsyncServer, origins: AllowedOrigins, limits: Limits, connections: int) -> Door:
    """The door: who may connect, how many, and how many from one address. Everything behind it is the library's."""
    for_an_address = max(connections // 5, _LEAST_FOR_AN_ADDRESS)

    async def enter(request: web.Request) -> web.StreamResponse:
        if not origins.allow_some(request.headers.get(_ORIGIN)):
            return error_response(403, "origin_not_allowed", "This website may not open this chat (TRIALCHAT_ORIGINS).")
        if request.method == "GET" and not _is_connected(server, request):
            try:
                limits.check_address(request)
            except ApiError as error:
                return error_response(error.status, error.code, error.message, error.headers)
            address = request[_ADDRESS] = client_address(request)
            if len(server.eio.sockets) >= connections or _open_from(server, address) >= for_an_address:
                return error_response(503, "no_room", "There is no room for another connection now.", {"Retry-After": "60"})
        try:
            # What is sent is read at once and handled beside, so only a client that broke the protocol is waited for: the library
            # would let it fetch what it did not fetch yet, for ever.
            async with asyncio.timeout(POST_SECONDS if request.method == "POST" else None):
                response: web.StreamResponse = await server.handle_request(request)
        except (web.HTTPException, ConnectionError):
            raise
        except Exception as problem:
            # A packet that is none. There may be a socket half open by now: it can only be closed.
            _log.warning("a connection was closed: %s", place(problem))
            if request.transport is not None and "Upgrade" in request.headers:
                request.transport.abort()
            return error_response(400, "malformed", "This cannot be read.")
        if not response.prepared:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return enter


def _is_connected(server: socketio.AsyncServer, request: web.Request) -> bool:
    """Whether a request belongs to a connection that is open: read as the library reads it, which opens one for some that say `sid`."""
    named = parse_qs(request.query_string).get("sid")
    return named is not None and named[0] in server.eio.sockets


def _open_from(server: socketio.AsyncServer, address: str) -> int:
    """How many connections are open from an address."""
    opened = (_request_of(server.environ.get(sid)) for sid in server.eio.sockets)
    return sum(1 for request in opened if request is not None and request.get(_ADDRESS) == address)


async def close(server: socketio.AsyncServer) -> None:
    """Let everybody go, and end what the server does by itself."""
    for socket in list(server.eio.sockets.values()):
        await _let_go_of(server, socket)
    await server.shutdown()


async def _let_go_of(server: socketio.AsyncServer, socket: AsyncSocket) -> None:
    """Close a connection. Nobody is waited for: who does not ask any more never will."""
    await socket.close(wait=False, reason=server.reason.SERVER_DISCONNECT)
    # Ends who writes to it, once it was told.
    await socket.queue.put(None)
