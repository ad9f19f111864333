"""What operators ask the app: whether it is alive, whether it is ready, and its metrics."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import datetime
from time import perf_counter
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.monitoring.asking import Asked
from bot.monitoring.health import Check, Readiness
from bot.monitoring.watch import Watch
from bot.store import Store
from bot.store.clock import Clock
from bot.store.queues import Queues
from bot.web.errors import ApiError
from bot.web.sessions import bearer, same_secret

if TYPE_CHECKING:
    from bot.monitoring.metrics import Metrics

WATCH: web.AppKey[Watch] = web.AppKey("watch", Watch)
READINESS: web.AppKey[Readiness] = web.AppKey("readiness", Readiness)

QUEUES_LAST_SECONDS = 5.0
QUEUES_SECONDS = 3.0
CLOSING_SECONDS = 3.0
NO_ROUTE = "none"
"""Stands for every address that there is not: what was asked for is a client's to choose."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Asked every few seconds by machines: their spans would be most of all spans.
_UNTRACED = ("/health", "/metrics", "/static/")
_FRESH = {"Cache-Control": "no-store"}


@web.middleware
async def watched(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Outermost: what every other middleware made of a request is what is counted."""
    watch = request.app[WATCH]
    if request.path.startswith(_UNTRACED):
        return await _measured(watch, request, handler)
    with watch.request(_method(request), _route(request)) as seen:
        try:
            response = await _measured(watch, request, handler)
        except web.HTTPException as error:
            seen.outcome = str(error.status)
            raise
        seen.outcome = str(response.status)
        return response


async def _measured(watch: Watch, request: web.Request, handler: Handler) -> web.StreamResponse:
    if watch.metrics is None:
        return await handler(request)
    began, status, is_timed = perf_counter(), "none", False
    try:
        response = await handler(request)
        # How long a stream was open says nothing about how fast anything is.
        status, is_timed = str(response.status), isinstance(response, web.Response | web.FileResponse)
        return response
    except web.HTTPException as error:
        status, is_timed = str(error.status), True
        raise
    finally:
        route, method = _route(request), _method(request)
        watch.metrics.requests.labels(route, method, status).inc()
        if is_timed:
            watch.metrics.request_seconds.labels(route, method).observe(perf_counter() - began)


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return NO_ROUTE if resource is None else resource.canonical


def _method(request: web.Request) -> str:
    return request.method if request.method in _METHODS else "other"


def add_monitoring(app: web.Application, watch: Watch, checks: list[Check]) -> None:
    """Let an app be watched, and asked how it is. `checks`: what a turn needs; `app[READINESS]` takes more."""
    app[WATCH], app[READINESS] = watch, Readiness(checks)
    app.router.add_get("/health/live", live)
    app.router.add_get("/health/ready", ready)

    async def close(app: web.Application) -> AsyncIterator[None]:
        yield
        app[READINESS].close()
        # What a collector that is away does not take is dropped.
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.to_thread(watch.tracing.close), CLOSING_SECONDS)

    app.cleanup_ctx.append(close)


def count_streams(app: web.Application, of: str, number: Callable[[], int]) -> None:
    """Let the metrics say how many streams of a kind are open."""
    if (metrics := app[WATCH].metrics) is not None:
        metrics.state.streams[of] = number


async def live(_request: web.Request) -> web.Response:
    """GET /health/live: the process answers. Nothing else is touched: who starts it anew for another reason makes things worse."""
    return web.json_response({"status": "ok"}, headers=_FRESH)


async def ready(request: web.Request) -> web.Response:
    """GET /health/ready: 503 where something is away that another machine may have; each part is named."""
    readiness = request.app[READINESS]
    parts = await readiness.parts()
    is_ready = readiness.is_ready(parts)
    status = "not ready" if not is_ready else "ready" if all(parts.values()) else "degraded"
    body = {"status": status, "parts": {name: "up" if up else "away" for name, up in parts.items()}}
    return web.json_response(body, status=200 if is_ready else 503, headers=_FRESH)


def add_metrics(app: web.Application, metrics: Metrics, key: str, store: Store, clock: Clock) -> None:
    """`GET /metrics`, for whoever has the key."""

    async def ask() -> tuple[Queues, datetime] | None:
        now = clock()
        return await asyncio.to_thread(_queues, store, now), now

    asked = Asked("what waits in the store", ask, None, lasts=QUEUES_LAST_SECONDS, seconds=QUEUES_SECONDS)

    async def tell(request: web.Request) -> web.Response:
        """GET /metrics"""
        if not same_secret(bearer(request) or "", key):
            raise ApiError(401, "unauthorized", "Send the header Authorization: Bearer <the key that TRIALCHAT_METRICS_KEY has>.")
        from prometheus_client.exposition import choose_encoder

        metrics.state.queues = await asked.answer()
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        body = await asyncio.to_thread(encode, metrics.registry)
        return web.Response(body=body, headers={**_FRESH, "Content-Type": content_type})

    async def close(_app: web.Application) -> None:
        asked.close()

    app.router.add_get("/metrics", tell)
    app.on_cleanup.append(close)


def _queues(store: Store, now: datetime) -> Queues:
    with store.reading() as unit:
        return unit.queues(now)
