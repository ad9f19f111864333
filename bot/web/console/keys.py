"""API keys: what programs come with. For administrators; each key is shown once, when it is made."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.accounts import api_keys
from bot.accounts.api_keys import LASTS, LONGEST_NAME, NewKey, Scope
from bot.accounts.refusals import Refused
from bot.accounts.roles import Permission
from bot.store import ApiKey, Store
from bot.web.console.door import redirect
from bot.web.console.fields import field, number_of, texts_of
from bot.web.console.rendering import page
from bot.web.console.route import Route
from bot.web.console.services import CONSOLE
from bot.web.console.visitor import Visitor

KEYS = "/console/keys"
_FIRST = NewKey("", (Scope.TRIALS.value,), all_trials=False, trials="", days=str(LASTS[1]))


async def keys(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """GET /console/keys"""
    return await _page(request, visitor, _FIRST)


async def make(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/keys: the page it answers with is the only one that ever shows the key."""
    services, form = request.app[CONSOLE], await texts_of(request)
    new = NewKey(
        name=" ".join(field(form, "name").split()),
        scopes=tuple(form.getall("scope", [])),
        all_trials=field(form, "all_trials") == "yes",
        trials=field(form, "trials", 20_000),
        days=field(form, "days", 10),
    )
    try:
        key, secret = await asyncio.to_thread(api_keys.make, services.store, visitor.account, new, services.clock())
    except Refused as refused:
        return await _page(request, visitor, new, problem=refused.code)
    return page(request, visitor, "key_made.html", key=key, secret=secret)


async def revoke(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/keys/{key}/revoke"""
    services = request.app[CONSOLE]
    try:
        await asyncio.to_thread(api_keys.revoke, services.store, visitor.account, number_of(request, "key"), services.clock())
    except Refused:
        raise web.HTTPNotFound from None
    return redirect(f"{KEYS}?done=revoked")


async def _page(request: web.Request, visitor: Visitor, new: NewKey, *, problem: str = "") -> web.Response:
    services = request.app[CONSOLE]
    now = services.clock()
    found = await asyncio.to_thread(_all, services.store)
    view: dict[str, Any] = {"keys": [(key, _state(key, now)) for key in found], "new": new, "problem": problem}
    return page(
        request,
        visitor,
        "keys.html",
        status=422 if problem else 200,
        scopes=list(Scope),
        lasts=list(map(str, LASTS)),
        longest=LONGEST_NAME,
        **view,
    )


def _state(key: ApiKey, now: datetime) -> str:
    return "good" if key.is_good(now) else "revoked" if key.revoked_at is not None else "ended"


def _all(store: Store) -> list[ApiKey]:
    with store.reading() as unit:
        return unit.api_keys()


ROUTES = (
    Route("GET", KEYS, Permission.MANAGE_ACCOUNTS, keys),
    Route("POST", KEYS, Permission.MANAGE_ACCOUNTS, make),
    Route("POST", KEYS + "/{key}/revoke", Permission.MANAGE_ACCOUNTS, revoke),
)
