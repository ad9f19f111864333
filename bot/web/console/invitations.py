"""The page behind an invitation's link. Its address is a secret: it is kept by no cache, told to no other site, and in no log."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.accounts.invitations import accept, invited
from bot.accounts.refusals import Refused
from bot.store import Account
from bot.web.console.door import session_token
from bot.web.console.fields import password
from bot.web.console.rendering import page
from bot.web.console.route import PublicRoute
from bot.web.console.services import CONSOLE
from bot.web.console.signing_in import HOME, browser_of, welcomed
from bot.web.limits import check_arrival

INVITATION = "/console/invitation/"


async def invitation(request: web.Request) -> web.StreamResponse:
    """GET /console/invitation/{token}"""
    services = request.app[CONSOLE]
    # Guesses at the token are hopeless; they need not be served fast, either.
    check_arrival(services.arrivals, request)
    account = await asyncio.to_thread(invited, services.store, request.match_info["token"], services.clock())
    return _gone(request) if account is None else _page(request, account)


async def choose_password(request: web.Request) -> web.StreamResponse:
    """POST /console/invitation/{token}"""
    services, form = request.app[CONSOLE], await request.post()
    check_arrival(services.arrivals, request)
    token, now = request.match_info["token"], services.clock()
    try:
        come = await asyncio.to_thread(
            accept,
            services.store,
            token,
            password(form),
            password(form, "again"),
            browser=browser_of(request),
            now=now,
            replaces=session_token(request),
        )
    except Refused as refused:
        account = await asyncio.to_thread(invited, services.store, token, now)
        return _gone(request) if account is None else _page(request, account, problem=refused.code)
    return _gone(request) if come is None else welcomed(request, come, HOME)


def _page(request: web.Request, account: Account, *, problem: str = "") -> web.Response:
    return page(request, None, "invitation.html", status=422 if problem else 200, account=account, problem=problem)


def _gone(request: web.Request) -> web.Response:
    return page(request, None, "notice.html", status=404, notice="link_gone")


ROUTES = (
    PublicRoute("GET", INVITATION + "{token}", invitation),
    PublicRoute("POST", INVITATION + "{token}", choose_password),
)
