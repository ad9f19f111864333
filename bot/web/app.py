"""The public application, put together."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from aiohttp import web

from bot.conversations.erasing import Erasures
from bot.monitoring.health import Check
from bot.store import Store, StoreError
from bot.web.background import in_background
from bot.web.changes import Changes, add_changes
from bot.web.chat import CHANNEL, add_chat
from bot.web.cross_origin import cross_origin
from bot.web.delivering import DELIVERS, Delivers
from bot.web.errors import json_errors
from bot.web.housekeeping import Housekeeping, add_housekeeping
from bot.web.ingesting import ingest_for_ever
from bot.web.limits import Limits
from bot.web.monitoring import add_metrics, add_monitoring, count_streams, watched
from bot.web.pages import Pages, PageSource, error_pages, setup_pages
from bot.web.requests import LARGEST_BODY
from bot.web.rest import add_rest
from bot.web.security import security_headers, set_transport_headers
from bot.web.services import LIMITS, SERVICES, TURNS, Services
from bot.web.serving import punctual
from bot.web.streams import STREAMS, Streams, add_streams
from bot.web.turns import Turns

_log = logging.getLogger(__name__)


def make_app(services: Services, pages: Pages, page_source: PageSource) -> web.Application:
    """The public app: pages, widget, chat, REST channel, health. The store must be migrated."""
    middlewares = [watched, security_headers, punctual, cross_origin, error_pages, json_errors]
    app = web.Application(middlewares=middlewares, client_max_size=LARGEST_BODY)
    app.on_response_prepare.append(set_transport_headers)
    app[SERVICES] = services
    add_monitoring(
        app,
        services.watch,
        [Check("store", lambda: asyncio.to_thread(_is_in_order, services.store)), Check("engine", services.engine.is_up)],
    )
    app[LIMITS] = Limits(services.rates)
    changes = Changes(services.store, services.clock, every=services.ingest_every)
    add_changes(app, changes)
    streams = Streams(services.store, changes, services.streams)
    delivers: dict[str, Delivers] = {CHANNEL: streams}
    app[STREAMS], app[DELIVERS] = streams, delivers
    erasures = Erasures(services.store, services.forget, services.clock)
    app[TURNS] = Turns(
        services.store,
        services.engine,
        services.events,
        services.clock,
        services.fallback,
        services.while_taken_over,
        delivers,
        erasures,
        services.still_erasing,
        services.erasing_wishes,
        services.calls,
        services.in_danger,
        services.locks,
        services.watch,
    )
    add_housekeeping(app, Housekeeping(services.store, erasures, services.clock, services.keep_days))
    setup_pages(app, pages, page_source)
    add_chat(app)
    add_streams(app)
    add_rest(app)
    app.router.add_get("/health", health)
    in_background(app, services.keep_reading or partial(ingest_for_ever, services.events, services.ingest_every))
    if services.watch.metrics is not None:
        count_streams(app, "widget", lambda: len(streams))
        add_metrics(app, services.watch.metrics, services.metrics_key, services.store, services.clock)
    return app


async def health(request: web.Request) -> web.Response:
    """What is there and what is away. 503 only without the store: without the engine the site is still up, and it comes back."""
    services = request.app[SERVICES]
    engine, store = await asyncio.gather(services.engine.is_up(), asyncio.to_thread(_is_in_order, services.store))
    parts = {"engine": "up" if engine else "away", "store": "up" if store else "away"}
    body = {"status": "ok" if engine and store else "degraded", **parts}
    return web.json_response(body, status=200 if store else 503, headers={"Cache-Control": "no-store"})


def _is_in_order(store: Store) -> bool:
    try:
        store.check()
    except StoreError as problem:
        _log.error("the store is not in order: %s", problem)
        return False
    return True
