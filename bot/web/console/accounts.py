"""The people who sign in: who they are, what they may see, and letting them in. For administrators."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from aiohttp import web

from bot.accounts import people
from bot.accounts.lockout import is_locked
from bot.accounts.people import LINK_LASTS, Person
from bot.accounts.refusals import Refused
from bot.accounts.roles import Permission, Role
from bot.store import Account, Invitation, Store
from bot.web.console.door import redirect
from bot.web.console.fields import field, number_of
from bot.web.console.invitations import INVITATION
from bot.web.console.rendering import page
from bot.web.console.route import Route
from bot.web.console.services import CONSOLE
from bot.web.console.visitor import Visitor

ACCOUNTS = "/console/accounts"


async def everybody(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """GET /console/accounts"""
    accounts, seen = await asyncio.to_thread(_everybody, request.app[CONSOLE].store)
    return page(request, visitor, "people.html", accounts=accounts, seen=seen)


async def invite_page(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """GET /console/accounts/invite"""
    return _form(request, visitor, None, Person("", "", Role.COORDINATOR, all_trials=False, trials=""))


async def invite(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/accounts/invite"""
    services, form = request.app[CONSOLE], await request.post()
    login, person = field(form, "login", 100), _person(form)
    try:
        account, token = await asyncio.to_thread(people.invite, services.store, visitor.account, login, person, services.clock())
    except Refused as refused:
        return _form(request, visitor, None, person, login=login, problem=refused.code)
    return _link(request, visitor, account, token)


async def account_page(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """GET /console/accounts/{account}"""
    return await _account(request, visitor)


async def change(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/accounts/{account}"""
    person = _person(await request.post())
    return await _do(request, visitor, "changed", partial(people.change, person=person, now=request.app[CONSOLE].clock()), person)


async def disable(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/accounts/{account}/disable"""
    return await _do(request, visitor, "disabled", partial(people.disable, now=request.app[CONSOLE].clock()))


async def enable(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/accounts/{account}/enable"""
    return await _do(request, visitor, "enabled", partial(people.enable, now=request.app[CONSOLE].clock()))


async def _do(
    request: web.Request, visitor: Visitor, done: str, change: Callable[[Store, Account, int], None], person: people.Person | None = None
) -> web.StreamResponse:
    """Do something to the account in the address, and say that it is done, or why not beside what was entered."""
    account_id = number_of(request, "account")
    try:
        await asyncio.to_thread(change, request.app[CONSOLE].store, visitor.account, account_id)
    except Refused as refused:
        return await _account(request, visitor, person=person, problem=refused.code)
    return redirect(f"{ACCOUNTS}/{account_id}?done={done}")


async def reset(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/accounts/{account}/reset"""
    services, account_id = request.app[CONSOLE], number_of(request, "account")
    try:
        account, token = await asyncio.to_thread(_reset, services.store, visitor.account, account_id, services.clock())
    except Refused as refused:
        return await _account(request, visitor, problem=refused.code)
    return _link(request, visitor, account, token)


def _everybody(store: Store) -> tuple[list[Account], dict[int, datetime]]:
    with store.reading() as unit:
        accounts = unit.accounts()
        return accounts, unit.last_seen(account.id for account in accounts)


def _one(store: Store, account_id: int) -> tuple[Account | None, Invitation | None, datetime | None]:
    with store.reading() as unit:
        return unit.account(account_id), unit.open_invitation(account_id), unit.last_seen([account_id]).get(account_id)


def _reset(store: Store, by: Account, account_id: int, now: datetime) -> tuple[Account, str]:
    token = people.reset(store, by, account_id, now)
    account, _, _ = _one(store, account_id)
    if account is None:
        raise Refused("not_found")
    return account, token


def _person(form: Mapping[str, Any]) -> Person:
    read = partial(field, form)
    return Person(
        name=" ".join(read("name", 200).split()),
        email=read("email", 300),
        role=read("role", 40),
        all_trials=read("all_trials", 5) == "yes",
        trials=read("trials", 20_000),
    )


async def _account(request: web.Request, visitor: Visitor, *, person: Person | None = None, problem: str = "") -> web.Response:
    services = request.app[CONSOLE]
    account, invitation, seen = await asyncio.to_thread(_one, services.store, number_of(request, "account"))
    if account is None:
        raise web.HTTPNotFound
    kept = Person(account.name, account.email or "", account.role, account.all_trials, "\n".join(sorted(account.trials)))
    now = services.clock()
    return _form(
        request,
        visitor,
        account,
        person or kept,
        login=account.login,
        problem=problem,
        seen=seen,
        link_until=invitation.expires_at if invitation is not None and now < invitation.expires_at else None,
        locked_until=account.locked_until if is_locked(account.locked_until, now) else None,
    )


def _form(
    request: web.Request,
    visitor: Visitor,
    account: Account | None,
    person: Person,
    *,
    login: str = "",
    problem: str = "",
    seen: datetime | None = None,
    link_until: datetime | None = None,
    locked_until: datetime | None = None,
) -> web.Response:
    return page(
        request,
        visitor,
        "person.html",
        status=422 if problem else 200,
        account=account,
        person=person,
        login=login,
        problem=problem,
        seen=seen,
        link_until=link_until,
        locked_until=locked_until,
        roles=list(Role),
    )


def _link(request: web.Request, visitor: Visitor, account: Account, token: str) -> web.Response:
    """The one page on which the link stands: the answer to the form, which cannot be opened again."""
    services = request.app[CONSOLE]
    address, until = f"{services.site_url}{INVITATION}{token}", services.clock() + LINK_LASTS
    return page(request, visitor, "link.html", account=account, link=address, until=until)


ROUTES = (
    Route("GET", ACCOUNTS, Permission.MANAGE_ACCOUNTS, everybody),
    Route("GET", ACCOUNTS + "/invite", Permission.MANAGE_ACCOUNTS, invite_page),
    Route("POST", ACCOUNTS + "/invite", Permission.MANAGE_ACCOUNTS, invite),
    Route("GET", ACCOUNTS + "/{account}", Permission.MANAGE_ACCOUNTS, account_page),
    Route("POST", ACCOUNTS + "/{account}", Permission.MANAGE_ACCOUNTS, change),
    Route("POST", ACCOUNTS + "/{account}/disable", Permission.MANAGE_ACCOUNTS, disable),
    Route("POST", ACCOUNTS + "/{account}/enable", Permission.MANAGE_ACCOUNTS, enable),
    Route("POST", ACCOUNTS + "/{account}/reset", Permission.MANAGE_ACCOUNTS, reset),
)
