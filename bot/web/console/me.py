"""One's own account: the password, and the browsers one is signed in with."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.accounts.own import change_password
from bot.accounts.refusals import Refused
from bot.accounts.sessions import end_other_sessions, end_session, live_sessions
from bot.web.console.door import redirect
from bot.web.console.fields import number_of, password
from bot.web.console.known_browser import known_in
from bot.web.console.rendering import page
from bot.web.console.route import Access, Route
from bot.web.console.services import CONSOLE
from bot.web.console.visitor import Visitor

ME = "/console/me"


async def me(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """GET /console/me"""
    return await _page(request, visitor)


async def new_password(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/me/password"""
    services, form = request.app[CONSOLE], await request.post()
    try:
        await asyncio.to_thread(
            change_password,
            services.store,
            visitor.account,
            visitor.session,
            password(form, "old"),
            password(form, "new"),
            password(form, "again"),
            services.clock(),
            known_in(request),
        )
    except Refused as refused:
        return await _page(request, visitor, problem=refused.code)
    return redirect(f"{ME}?done=password")


async def end(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/me/sessions/{session}"""
    services = request.app[CONSOLE]
    try:
        await asyncio.to_thread(end_session, services.store, visitor.account.id, number_of(request, "session"), services.clock())
    except Refused:
        raise web.HTTPNotFound from None
    return redirect(f"{ME}?done=session")


async def end_others(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/me/other-sessions"""
    services = request.app[CONSOLE]
    await asyncio.to_thread(end_other_sessions, services.store, visitor.account.id, visitor.session.id, services.clock())
    return redirect(f"{ME}?done=others")


async def _page(request: web.Request, visitor: Visitor, *, problem: str = "") -> web.Response:
    services = request.app[CONSOLE]
    sessions = await asyncio.to_thread(live_sessions, services.store, visitor.account.id, services.clock())
    return page(request, visitor, "me.html", status=422 if problem else 200, sessions=sessions, problem=problem)


ROUTES = (
    Route("GET", ME, Access.SIGNED_IN, me),
    Route("POST", ME + "/password", Access.SIGNED_IN, new_password),
    Route("POST", ME + "/other-sessions", Access.SIGNED_IN, end_others),
    Route("POST", ME + "/sessions/{session}", Access.SIGNED_IN, end),
)
