"""The protocol put together, where `channels.yaml` asks for it."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from bot.channels.socketio import NAME, SocketIoConfig
from bot.web.changes import CHANGES
from bot.web.delivering import DELIVERS
from bot.web.monitoring import count_streams
from bot.web.services import LIMITS, SERVICES, TURNS
from bot.web.socketio.server import Emitting, Events, close, make_door, make_server
from bot.web.socketio.talking import TRIED_AGAIN_AFTER, Talking
from bot.words import Library

TALKING: web.AppKey[Talking] = web.AppKey("socketio_talking", Talking)


def add_socketio(
    app: web.Application, config: SocketIoConfig, library: Library, *, tried_again_after: Sequence[float] = TRIED_AGAIN_AFTER
) -> None:
    """Serve the protocol at the path that is set up, and bring lines that nobody asked for."""
    server, services, limits = make_server(), app[SERVICES], app[LIMITS]
    talking = Talking(config, services, app[TURNS], limits, app[CHANGES], library, Emitting(server), tried_again_after)
    server.register_namespace(Events(talking))
    door = make_door(server, services.origins, limits, config.connections)
    for path in (config.path, f"{config.path}/"):
        for method in ("GET", "POST", "OPTIONS"):
            app.router.add_route(method, path, door)
    count_streams(app, NAME, lambda: len(talking.rooms))
    app[TALKING], app[DELIVERS][NAME] = talking, talking

    async def shut(_app: web.Application) -> None:
        await close(server)
        talking.close()

    app.on_shutdown.append(shut)
