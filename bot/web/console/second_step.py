"""Signing in, the second step: a code of the phone, or a recovery code."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.accounts.signing_in import complete_sign_in
from bot.signs import Happening, happened
from bot.web.console.door import SECOND_FACTOR, redirect
from bot.web.console.fields import field
from bot.web.console.known_browser import known_in
from bot.web.console.rendering import page
from bot.web.console.route import Access, Route
from bot.web.console.services import CONSOLE
from bot.web.console.signing_in import HOME, inside, welcomed
from bot.web.console.visitor import Visitor
from bot.web.limits import check_arrival


async def code_page(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """GET /console/second-factor"""
    if visitor.session.complete:
        return redirect(HOME)
    return page(request, visitor, "second_step.html", next=inside(request.query.get("next", "")), wrong=False)


async def give_code(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/second-factor"""
    if visitor.session.complete:
        return redirect(HOME)
    services, form = request.app[CONSOLE], await request.post()
    check_arrival(services.arrivals, request)
    then = inside(field(form, "next", 2_000))
    come = await asyncio.to_thread(
        complete_sign_in,
        services.store,
        services.sealer,
        visitor.session,
        field(form, "code", 40),
        services.clock(),
        known_in(request),
    )
    if come is None:
        happened(Happening.WRONG_CODE)
        return page(request, visitor, "second_step.html", status=403, next=then, wrong=True)
    return welcomed(request, come, then)


ROUTES = (
    Route("GET", SECOND_FACTOR, Access.HALF, code_page),
    Route("POST", SECOND_FACTOR, Access.HALF, give_code),
)
