"""Signing in and out."""

from __future__ import annotations

import asyncio
import re

from aiohttp import web

from bot.accounts import passwords
from bot.web.console.door import LASTS, drop_session_cookie, redirect, set_session_cookie, visitor_of
from bot.web.console.rendering import page
from bot.web.console.route import Access, PublicRoute, Route
from bot.web.console.services import CONSOLE, ConsoleServices
from bot.web.console.visitor import Visitor
from bot.web.sessions import new_token, token_hash

# A page of the console, and nothing that a browser could take for another host.
_INSIDE = re.compile(r"/console(/[\w./-]*)?(\?[\w=&%.+-]*)?", re.ASCII)
HOME = "/console/inbox"


async def home(_request: web.Request) -> web.StreamResponse:
    """GET /console"""
    return redirect(HOME)


async def sign_in_page(request: web.Request) -> web.StreamResponse:
    """GET /console/sign-in"""
    if await visitor_of(request) is not None:
        return redirect(HOME)
    return page(request, None, "sign_in.html", next=_inside(request.query.get("next", "")), login="", wrong=False)


async def sign_in(request: web.Request) -> web.StreamResponse:
    """POST /console/sign-in"""
    services, form = request.app[CONSOLE], await request.post()
    login, password = str(form.get("login", ""))[:80], str(form.get("password", ""))[: passwords.LONGEST]
    then = _inside(str(form.get("next", "")))
    token = await asyncio.to_thread(_signed_in, services, login, password, request.headers.get("User-Agent", ""))
    if token is None:
        return page(request, None, "sign_in.html", status=403, next=then, login=login, wrong=True)
    response = redirect(then)
    set_session_cookie(response, services, token)
    return response


async def sign_out(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/sign-out"""
    services = request.app[CONSOLE]
    await asyncio.to_thread(_signed_out, services, visitor)
    response = redirect("/console/sign-in?done=signed_out")
    drop_session_cookie(response, services)
    return response


def _inside(address: str) -> str:
    return address if _INSIDE.fullmatch(address) else HOME


def _signed_in(services: ConsoleServices, login: str, password: str, browser: str) -> str | None:
    with services.store.reading() as unit:
        account = unit.account_by_login(login)
    if not passwords.is_right(password, None if account is None else account.password_hash) or account is None or account.state != "active":
        return None
    token, now = new_token(), services.clock()
    with services.store.unit() as unit:
        unit.open_account_session(account.id, token_hash=token_hash(token), browser=browser, at=now, expires_at=now + LASTS, complete=True)
        unit.audit(f"account:{account.id}", "signed_in", "account", str(account.id), at=now)
    return token


def _signed_out(services: ConsoleServices, visitor: Visitor) -> None:
    with services.store.unit() as unit:
        unit.revoke_account_session(visitor.session.id, services.clock())
        unit.audit(visitor.actor, "signed_out", "account", str(visitor.account.id), at=services.clock())


ROUTES = (
    PublicRoute("GET", "/console", home),
    PublicRoute("GET", "/console/sign-in", sign_in_page),
    PublicRoute("POST", "/console/sign-in", sign_in),
    Route("POST", "/console/sign-out", Access.SIGNED_IN, sign_out),
)
