"""The console's door: who comes in, what they may open, and that a form was really theirs. Every route goes through it."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from aiohttp import web

from bot.accounts.sessions import LASTS, is_alive
from bot.store import Conversation, StoreUnavailableError
from bot.web.console.rendering import error_page
from bot.web.console.route import Access, PublicRoute, Route
from bot.web.console.services import CONSOLE, ConsoleServices
from bot.web.console.visitor import Visitor
from bot.web.errors import ApiError, place
from bot.web.requests import is_readable_form
from bot.web.sessions import token_hash

_log = logging.getLogger(__name__)

COOKIE = "trialchat_console"
CSRF_FIELD, CSRF_HEADER = "csrf", "X-CSRF-Token"
SIGN_IN = "/console/sign-in"
SECOND_FACTOR = "/console/second-factor"
SET_UP = "/console/me/second-factor"
GONE = "/console/inbox?problem=gone"
_NOTED_EVERY = timedelta(minutes=1)
_CONVERSATION = web.RequestKey("conversation", Conversation)
_TRIAL = web.RequestKey("trial", str)

Served = Callable[[web.Request], Awaitable[web.StreamResponse]]


def served(route: Route | PublicRoute) -> Served:
    """What aiohttp calls for a route."""
    return _public(route) if isinstance(route, PublicRoute) else _guarded(route)


def conversation_of(request: web.Request) -> Conversation:
    """The conversation that the address names, seen to be the visitor's to see."""
    return request[_CONVERSATION]


def trial_of(request: web.Request) -> str:
    """The number of the trial that the address names, seen to be the visitor's to see."""
    return request[_TRIAL]


def cookie_name(services: ConsoleServices) -> str:
    """With the prefix by which browsers take such a cookie from this very host, over TLS, alone."""
    return f"__Host-{COOKIE}" if services.is_secure else COOKIE


def set_session_cookie(response: web.StreamResponse, services: ConsoleServices, token: str, *, lasts: timedelta = LASTS) -> None:
    """Give the browser its session's token: out of scripts' reach, and not sent from other sites' forms."""
    response.set_cookie(
        cookie_name(services),
        token,
        max_age=int(lasts.total_seconds()),
        path="/",
        httponly=True,
        samesite="Lax",
        secure=services.is_secure,
    )


def drop_session_cookie(response: web.StreamResponse, services: ConsoleServices) -> None:
    """Take the token back."""
    response.del_cookie(cookie_name(services), path="/", httponly=True, samesite="Lax", secure=services.is_secure)


def session_token(request: web.Request) -> str:
    """The token that the browser came with; empty where there is none."""
    return request.cookies.get(cookie_name(request.app[CONSOLE]), "")


def redirect(address: str) -> web.Response:
    """After a form: to a page that can be loaded again."""
    return web.Response(status=303, headers={"Location": address})


async def visitor_of(request: web.Request, *, by_itself: bool = False) -> Visitor | None:
    """Who comes with this session; None where there is none, or it ended. `by_itself`: the page asks, nobody did anything."""
    services = request.app[CONSOLE]
    token = session_token(request)
    return await asyncio.to_thread(_visitor, services, token_hash(token), services.clock(), by_itself) if token else None


def _visitor(services: ConsoleServices, digest: str, now: datetime, by_itself: bool) -> Visitor | None:
    with services.store.reading() as unit:
        session = unit.account_session(digest)
        if session is None or not is_alive(session, now):
            return None
        account = unit.account(session.account_id)
    if account is None or account.state != "active":
        return None
    if now - session.seen_at > _NOTED_EVERY and not by_itself:
        with services.store.unit(to_disk=False) as unit:
            unit.see_account_session(session.id, now)
    return Visitor(account, session)


def _guarded(route: Route) -> Served:
    async def handle(request: web.Request) -> web.StreamResponse:
        if not is_text(request.path, *request.query.values()):
            return error_page(request, None, "not_found", 404)
        visitor = await visitor_of(request, by_itself=route.by_itself)
        if visitor is None:
            return _to_sign_in(request)
        if not visitor.session.complete and route.needs is not Access.HALF:
            return redirect(SECOND_FACTOR)
        if route.needs not in {Access.HALF, Access.SETTING_UP} and _must_set_up(request.app[CONSOLE], visitor):
            return redirect(SET_UP)
        if not isinstance(route.needs, Access) and not visitor.may(route.needs):
            await asyncio.to_thread(_note_refusal, request, route, visitor, "role")
            return error_page(request, visitor, "forbidden", 403)
        if route.largest_form is not None:
            request = request.clone(client_max_size=route.largest_form)
        try:
            if route.method == "POST" and not await is_readable_form(request):
                return error_page(request, visitor, "bad", 400)
            if route.method == "POST" and not await _is_their_form(request, visitor):
                await asyncio.to_thread(_note_refusal, request, route, visitor, "form")
                return error_page(request, visitor, "forged", 403)
        except web.HTTPRequestEntityTooLarge:
            return error_page(request, visitor, "too_large", 413)
        if not await _is_theirs_to_see(request, visitor):
            if "HX-Request" in request.headers and "conversation" in request.match_info:
                # A page that is open on what was erased, or turned to another trial, shows nothing of it any longer.
                return web.Response(headers={"HX-Redirect": GONE, "Cache-Control": "no-store"})
            await asyncio.to_thread(_note_refusal, request, route, visitor, "not_theirs")
            return error_page(request, visitor, "not_found", 404)
        answered = await _answered(request, visitor, lambda: route.handler(request, visitor))
        if answered.status == web.HTTPNotFound.status_code and request.match_info:
            # What is not theirs and what never was look the same from outside, and here as well.
            await asyncio.to_thread(_note_refusal, request, route, visitor, "not_theirs")
        return answered

    return handle


def _note_refusal(request: web.Request, route: Route, visitor: Visitor, why: str) -> None:
    """Note in the audit what somebody may not do or see. Of what was asked for only the kind: what stood in the address may be anything."""
    if route.by_itself:
        return  # A page that was left open asks over and over.
    services = request.app[CONSOLE]
    # Refused it is in any case; where the store is away it is not noted.
    with suppress(StoreUnavailableError), services.store.unit(to_disk=False) as unit:
        detail = {"page": f"{route.method} {route.path}", "why": why}
        unit.audit(visitor.actor, "refused", "account", str(visitor.account.id), at=services.clock(), detail=detail)


def _must_set_up(services: ConsoleServices, visitor: Visitor) -> bool:
    """Whether this installation asks for a second factor that they do not have yet."""
    return services.requires_second_factor and visitor.account.totp_secret is None


def _public(route: PublicRoute) -> Served:
    async def handle(request: web.Request) -> web.StreamResponse:
        if route.method == "POST" and not comes_from_here(request):
            return error_page(request, None, "forged", 403)
        if not is_text(request.path, *request.query.values()):
            return error_page(request, None, "not_found", 404)
        return await _answered(request, None, lambda: _read_and_handled(route, request))

    return handle


async def _read_and_handled(route: PublicRoute, request: web.Request) -> web.StreamResponse:
    if route.method == "POST" and not await is_readable_form(request):
        raise web.HTTPBadRequest
    return await route.handler(request)


async def _answered(
    request: web.Request, visitor: Visitor | None, answer: Callable[[], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await answer()
    except ApiError as error:
        page = error_page(request, visitor, "too_fast" if error.status == 429 else "bad", error.status)
        page.headers.update(error.headers)
        return page
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return error_page(request, visitor, "not_found" if error.status == 404 else "bad", error.status)
    except web.RequestPayloadError:
        return error_page(request, visitor, "bad", 400)
    except StoreUnavailableError as problem:
        _log.error("the store is away: %s", problem)
        return error_page(request, visitor, "away", 503)
    except Exception as problem:
        resource = request.match_info.route.resource
        _log.error("%s failed: %s", resource.canonical if resource else "no route", place(problem))
        _log.debug("where it failed", exc_info=True)
        return error_page(request, visitor, "broken", 500)


def _to_sign_in(request: web.Request) -> web.Response:
    """A page that was asked for is opened after signing in; a form is not sent again by itself."""
    if "HX-Request" in request.headers:
        # Half of a page: the whole one has to go, and comes back after signing in.
        shown = urlsplit(request.headers.get("HX-Current-URL", ""))
        back = f"{shown.path}?{shown.query}" if shown.query else shown.path
        return web.Response(headers={"HX-Redirect": f"{SIGN_IN}?next={quote(back, safe='')}", "Cache-Control": "no-store"})
    if request.method != "GET":
        return redirect(SIGN_IN)
    return redirect(f"{SIGN_IN}?next={quote(request.path_qs, safe='')}")


def is_text(*given: str) -> bool:
    """Whether nothing in it is a NUL, which is in no text that people write, and which PostgreSQL refuses."""
    return not any("\0" in text for text in given)


def comes_from_here(request: web.Request) -> bool:
    """Whether a form was sent by a page of this site, as far as the browser says. One that says nothing is let by."""
    if (site := request.headers.get("Sec-Fetch-Site")) is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


async def _is_their_form(request: web.Request, visitor: Visitor) -> bool:
    if not comes_from_here(request):
        return False
    given = request.headers.get(CSRF_HEADER)
    if given is None:
        field = (await request.post()).get(CSRF_FIELD)
        given = field if isinstance(field, str) else ""
    return hmac.compare_digest(given.encode("utf-8", "replace"), visitor.session.csrf.encode())


async def _is_theirs_to_see(request: web.Request, visitor: Visitor) -> bool:
    trial = request.match_info.get("trial")
    if trial is not None:
        if not visitor.sees_trial(trial.upper()):
            return False
        request[_TRIAL] = trial.upper()
    name = request.match_info.get("conversation")
    if name is not None:
        conversation, asked = await asyncio.to_thread(_conversation, request.app[CONSOLE], name)
        # Who was asked to contact somebody may read the chat, as they were told, though it may have turned to another trial since.
        if conversation is None or not any(visitor.sees_trial(trial) for trial in (conversation.trial_id, *asked)):
            return False
        request[_CONVERSATION] = conversation
    return True


def _conversation(services: ConsoleServices, name: str) -> tuple[Conversation | None, frozenset[str]]:
    with services.store.reading() as unit:
        return unit.conversation(name), unit.trials_asked_for(name)
