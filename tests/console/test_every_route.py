"""Every address of the console, by its list of routes: who may come in, whose form is taken, and whose data are seen.

A new route is tested by being listed. One whose path has a new kind of part fails here until `STRANGERS` says what
somebody else's thing of that kind is.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import text

from bot.accounts.roles import PERMISSIONS, Permission, Role
from bot.web.console.door import CSRF_HEADER
from bot.web.console.route import Access, PublicRoute, Route
from bot.web.console.routes import ROUTES
from tests.console.house import OTHER_TRIAL, Guest, House
from tests.console.things import STRANGERS

GUARDED = [route for route in ROUTES if isinstance(route, Route)]
OPEN = [route for route in ROUTES if isinstance(route, PublicRoute)]
# Accounts are everybody's business who may manage them, and a figure is a kind of picture; every other thing in an address
# belongs to a trial or to a person.
SCOPED = [
    route
    for route in GUARDED
    if "{" in route.path and route.needs is not Permission.MANAGE_ACCOUNTS and not route.path.startswith("/console/figures/")
]
_AUDIT = {"audit_entries", "audit_head"}
# What may differ without anything having been done: when a session was used last.
_VOLATILE = {"account_sessions"}


Arrive = Callable[..., Guest]


@pytest.fixture
async def arrive(house: House) -> AsyncIterator[Arrive]:
    """Somebody who is signed in: `arrive(Role.AUDITOR)`."""
    async with AsyncExitStack() as leaving:

        def come(role: Role, **account: Any) -> Guest:
            guest = Guest(house)
            leaving.push_async_callback(guest.close)
            return guest.arrive(house.account(role, **account))

        yield come


def name(route: Route | PublicRoute) -> str:
    return f"{route.method} {route.path}"


def everything(house: House) -> Mapping[str, Any]:
    """All rows of all tables, to see that nothing was changed."""
    with house.store._engine.connect() as connection:
        tables = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        return {
            table: sorted(map(str, connection.execute(text(f"SELECT * FROM {table}")).all()))  # noqa: S608 - names of tables
            for table in tables
            if table not in _VOLATILE
        }


def expect_only_noted(house: House, before: Mapping[str, list[str]], route: Route, why: str) -> None:
    """Nothing has changed since, but that the audit says once who was not let in; a page that was left open says nothing."""
    after = everything(house)
    assert {table: rows for table, rows in after.items() if table not in _AUDIT} == {
        table: rows for table, rows in before.items() if table not in _AUDIT
    }
    with house.store.reading() as unit:
        entries = unit.audit_entries()[: len(after["audit_entries"]) - len(before["audit_entries"])]
    noted = [] if route.by_itself else [("refused", {"page": f"{route.method} {route.path}", "why": why})]
    assert [(entry.action, entry.detail) for entry in entries] == noted


def filled(house: House, route: Route | PublicRoute, things: Mapping[str, Callable[[House], str]] = STRANGERS) -> str:
    """The route's address, of things that are there."""
    parts = re.findall(r"{(\w+)}", pattern(route))
    missing = [part for part in parts if part not in things]
    assert missing == [], f"tests/console/things.py does not say what {missing} is"
    return pattern(route).format(**{part: things[part](house) for part in parts})


def pattern(route: Route | PublicRoute) -> str:
    """The path, its parts without what they may look like."""
    resource = web.UrlDispatcher().add_resource(route.path)
    return resource.canonical


async def ask(guest: Guest, route: Route | PublicRoute, path: str, **headers: str) -> tuple[int, str, str]:
    """Status, text and where it leads, redirects not followed."""
    sent: dict[str, Any] = {"headers": headers, "allow_redirects": False}
    if route.method == "POST":
        sent["data"] = {}
    async with guest.session.request(route.method, path, **sent) as response:
        text_of = await response.text() if response.content_type == "text/html" else ""
        return response.status, text_of, response.headers.get("Location", "")


@pytest.mark.parametrize("route", GUARDED, ids=name)
async def test_a_stranger_is_sent_to_sign_in(house: House, stranger: Guest, route: Route) -> None:
    path = filled(house, route)
    before = everything(house)
    status, _, leads = await ask(stranger, route, path)
    assert (status, leads.split("?")[0]) == (303, "/console/sign-in")
    assert everything(house) == before


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("route", [route for route in GUARDED if isinstance(route.needs, Permission)], ids=name)
async def test_a_role_without_the_permission_is_refused(house: House, arrive: Arrive, route: Route, role: Role) -> None:
    if route.needs in PERMISSIONS[role]:
        # That those who may do it can is what the rooms' own tests show; here only: the door does not refuse them.
        guest = arrive(role, trials=(OTHER_TRIAL,), all_trials=True)
        if route.method == "GET" and "events" not in route.path:
            assert (await ask(guest, route, filled(house, route)))[0] != 403
        return
    guest = arrive(role, all_trials=True)
    path = filled(house, route)
    before = everything(house)
    status, page, _ = await ask(guest, route, path, **{CSRF_HEADER: guest.csrf})
    assert status == 403
    assert "Not for your role" in page
    expect_only_noted(house, before, route, "role")


def who_may(route: Route) -> Role:
    """The least of the roles that may use a route."""
    order = (Role.AUDITOR, Role.COORDINATOR, Role.TRIAL_MANAGER, Role.ADMINISTRATOR)
    return next(role for role in order if isinstance(route.needs, Access) or route.needs in PERMISSIONS[role])


@pytest.mark.parametrize("forgery", ["no token", "another session's token", "from another site"])
@pytest.mark.parametrize("route", [route for route in GUARDED if route.method == "POST" and route.needs is not Access.HALF], ids=name)
async def test_a_form_that_is_not_theirs_changes_nothing(house: House, arrive: Arrive, route: Route, forgery: str) -> None:
    guest, other = arrive(who_may(route), all_trials=True), arrive(who_may(route), all_trials=True)
    path = filled(house, route)
    headers: dict[str, str] = {}
    if forgery == "another session's token":
        headers[CSRF_HEADER] = other.csrf
    elif forgery == "from another site":
        headers |= {CSRF_HEADER: guest.csrf, "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    before = everything(house)
    status, page, _ = await ask(guest, route, path, **headers)
    assert status == 403
    assert "Not accepted" in page
    expect_only_noted(house, before, route, "form")


@pytest.mark.parametrize("route", [route for route in OPEN if route.method == "POST"], ids=name)
async def test_a_form_for_strangers_is_not_taken_from_another_site(house: House, stranger: Guest, route: PublicRoute) -> None:
    path = filled(house, route)
    before = everything(house)
    status, page, _ = await ask(stranger, route, path, **{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"})
    assert status == 403
    assert "Not accepted" in page
    assert everything(house) == before


@pytest.mark.parametrize("route", SCOPED, ids=name)
async def test_what_is_not_theirs_is_not_there(house: House, arrive: Arrive, route: Route) -> None:
    guest = arrive(who_may(route), trials=(OTHER_TRIAL,), all_trials=False)
    path = filled(house, route)
    before = everything(house)
    status, _, _ = await ask(guest, route, path, **{CSRF_HEADER: guest.csrf})
    assert status == 404
    expect_only_noted(house, before, route, "not_theirs")


@pytest.mark.parametrize("route", [route for route in GUARDED if "{" in route.path], ids=name)
async def test_what_never_was_is_not_there_either(house: House, arrive: Arrive, route: Route) -> None:
    guest = arrive(Role.ADMINISTRATOR)
    path = re.sub(r"{\w+}", "99999999", pattern(route))
    before = everything(house)
    status, page, _ = await ask(guest, route, path, **{CSRF_HEADER: guest.csrf})
    assert status == 404
    assert "99999999" not in page.replace(path, "")
    expect_only_noted(house, before, route, "not_theirs")
