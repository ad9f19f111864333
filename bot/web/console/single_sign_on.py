"""Signing in at an OpenID Connect provider: there, and back."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

from aiohttp import web

from bot.accounts.refusals import Refused
from bot.accounts.single_sign_on import sign_in_by_provider
from bot.accounts.started import LASTS, Started
from bot.sealing import SealingError
from bot.signs import Happening, happened
from bot.web.console.door import redirect, session_token
from bot.web.console.known_browser import known_in
from bot.web.console.rendering import page
from bot.web.console.route import PublicRoute
from bot.web.console.services import CONSOLE, ConsoleServices
from bot.web.console.signing_in import browser_of, inside, welcomed
from bot.web.limits import check_arrival

START = "/console/single-sign-on"
ANSWER = "/console/single-sign-on/answer"
"""The redirect URI, behind the site's address, as it is registered at the provider."""
_COOKIE = "trialchat_sign_in"
_STATUS = {"provider_away": 503, "denied": 403, "unknown_person": 403, "not_accepted": 400}


async def start(request: web.Request) -> web.StreamResponse:
    """GET /console/single-sign-on"""
    services = request.app[CONSOLE]
    if services.provider is None:
        raise web.HTTPNotFound
    check_arrival(services.arrivals, request)
    started = Started.new(inside(request.query.get("next", "")), services.clock())
    try:
        response = redirect(await services.provider.address(started, services.clock()))
    except Refused as refused:
        return _refused(request, refused.code)
    response.headers["Cache-Control"] = "no-store"
    # Sent along when the provider leads back: that is a link from another site, for which `Lax` lets a cookie by.
    response.set_cookie(
        _cookie_name(services),
        services.sealer.seal(asdict(started)),
        max_age=int(LASTS.total_seconds()),
        path="/",
        httponly=True,
        samesite="Lax",
        secure=services.is_secure,
    )
    return response


async def answer(request: web.Request) -> web.StreamResponse:
    """GET /console/single-sign-on/answer"""
    services, now = request.app[CONSOLE], request.app[CONSOLE].clock()
    if services.provider is None:
        raise web.HTTPNotFound
    check_arrival(services.arrivals, request)
    try:
        started = _started(request, services)
        who = await services.provider.identity(started, request.query, now)
        come = await asyncio.to_thread(
            sign_in_by_provider,
            services.store,
            who,
            browser=browser_of(request),
            now=now,
            replaces=session_token(request),
            known=known_in(request),
        )
        response = welcomed(request, come, inside(started.then))
    except Refused as refused:
        happened(Happening.PROVIDER_REFUSED)
        response = _refused(request, refused.code)
    response.headers["Cache-Control"] = "no-store"
    # Good once, whatever came of it.
    response.del_cookie(_cookie_name(services), path="/", httponly=True, samesite="Lax", secure=services.is_secure)
    return response


def _started(request: web.Request, services: ConsoleServices) -> Started:
    """What this browser set out with; refused where it did not, as when somebody else sent the link."""
    try:
        return Started(**services.sealer.open(request.cookies.get(_cookie_name(services), "")))
    except (SealingError, TypeError):
        raise Refused("not_accepted") from None


def _cookie_name(services: ConsoleServices) -> str:
    return f"__Host-{_COOKIE}" if services.is_secure else _COOKIE


def _refused(request: web.Request, code: str) -> web.Response:
    return page(request, None, "notice.html", status=_STATUS[code], notice=code)


ROUTES = (PublicRoute("GET", START, start), PublicRoute("GET", ANSWER, answer))
