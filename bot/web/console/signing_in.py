"""Signing in and out: the first step, by a password. The others are in `second_step` and `single_sign_on`."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import quote

from aiohttp import web

from bot.accounts.browsers import browser_in_words
from bot.accounts.sessions import HALF_LASTS, LASTS
from bot.accounts.signing_in import SignedIn
from bot.accounts.signing_in import sign_in as signed_in
from bot.accounts.signing_in import sign_out as signed_out
from bot.signs import Happening, happened
from bot.web.console.door import SECOND_FACTOR, drop_session_cookie, redirect, session_token, set_session_cookie, visitor_of
from bot.web.console.fields import field, password
from bot.web.console.known_browser import known_in, make_known
from bot.web.console.rendering import page
from bot.web.console.route import Access, PublicRoute, Route
from bot.web.console.services import CONSOLE
from bot.web.console.visitor import Visitor
from bot.web.limits import check_arrival

# A page of the console. No segment begins with a dot or holds a percent sign, and nothing stands there that a browser could take
# for another host; what follows the question mark cannot lead anywhere.
_INSIDE = re.compile(r"/console(/[\w-][\w.~-]*)*/?(\?[!-\[\]-~]*)?", re.ASCII)
_LONGEST_NEXT = 2_000
HOME = "/console/inbox"


async def home(_request: web.Request) -> web.StreamResponse:
    """GET /console"""
    return redirect(HOME)


async def sign_in_page(request: web.Request) -> web.StreamResponse:
    """GET /console/sign-in"""
    if await visitor_of(request) is not None:
        return redirect(HOME)
    return _page(request, inside(request.query.get("next", "")))


async def sign_in(request: web.Request) -> web.StreamResponse:
    """POST /console/sign-in"""
    services, form = request.app[CONSOLE], await request.post()
    check_arrival(services.arrivals, request)
    login, then = field(form, "login", 80), inside(field(form, "next", _LONGEST_NEXT))
    come = await asyncio.to_thread(
        signed_in,
        services.store,
        login,
        password(form),
        browser=browser_of(request),
        now=services.clock(),
        replaces=session_token(request),
        known=known_in(request),
    )
    if come is None:
        happened(Happening.WRONG_PASSWORD)
        return _page(request, then, login=login, wrong=True)
    return welcomed(request, come, then)


async def sign_out(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/sign-out"""
    services = request.app[CONSOLE]
    await asyncio.to_thread(signed_out, services.store, visitor.session, services.clock())
    response = redirect("/console/sign-in?done=signed_out")
    drop_session_cookie(response, services)
    return response


def inside(address: str) -> str:
    """Where to go after signing in: a page of the console, or its first one where anything else was asked for."""
    return address if len(address) <= _LONGEST_NEXT and _INSIDE.fullmatch(address) else HOME


def browser_of(request: web.Request) -> str:
    """What somebody came with, in words."""
    return browser_in_words(request.headers.get("User-Agent", ""))


def welcomed(request: web.Request, come: SignedIn, then: str) -> web.StreamResponse:
    """On to where they wanted to go, or to the second factor, with the new session's cookie."""
    response = redirect(then if come.complete else f"{SECOND_FACTOR}?next={quote(then, safe='')}")
    set_session_cookie(response, request.app[CONSOLE], come.token, lasts=LASTS if come.complete else HALF_LASTS)
    if come.known_by:
        make_known(response, request.app[CONSOLE], come.account_id, come.known_by)
    return response


def _page(request: web.Request, then: str, *, login: str = "", wrong: bool = False) -> web.Response:
    provider = request.app[CONSOLE].provider
    return page(
        request,
        None,
        "sign_in.html",
        status=403 if wrong else 200,
        next=then,
        login=login,
        wrong=wrong,
        provider=None if provider is None else provider.name,
    )


ROUTES = (
    PublicRoute("GET", "/console", home),
    PublicRoute("GET", "/console/sign-in", sign_in_page),
    PublicRoute("POST", "/console/sign-in", sign_in),
    Route("POST", "/console/sign-out", Access.HALF, sign_out),
)
