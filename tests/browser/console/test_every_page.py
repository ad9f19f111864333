"""Every page that the console's list of routes has, full of things: no violation of WCAG 2.2 AA, and nothing runs over a phone's edge."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Page

from bot.accounts.roles import Role
from bot.store.reveals import ANSWERS, CONTACT
from bot.web.console.route import Access, PublicRoute, Route
from bot.web.console.routes import ROUTES
from tests.browser.console.conftest import SignInHere, every_window, violations
from tests.console.everything import with_everything
from tests.console.house import House
from tests.console.test_every_route import filled, name
from tests.console.things import STRANGERS

# Streams, files and parts of pages are no pages, and somebody who is signed in is not asked for a second factor.
NO_PAGES = ("/events", ".csv", "/live", "/list")
PAGES = [
    route
    for route in ROUTES
    if route.method == "GET" and not route.path.endswith(NO_PAGES) and not (isinstance(route, Route) and route.needs is Access.HALF)
]


@every_window
def test_no_page_has_a_violation_or_runs_over_the_edge(page: Page, at_work: SignInHere, served: House) -> None:
    conversation = with_everything(served)
    things = {**STRANGERS, "conversation": lambda _house: conversation}
    at_work(Role.ADMINISTRATOR)
    with served.store.unit() as unit:
        administrators = [account.id for account in unit.accounts() if account.role == Role.ADMINISTRATOR]
        (session,) = (session for account in administrators for session in unit.account_sessions(account))
        for what in (ANSWERS, CONTACT):
            unit.reveal(session.id, conversation, what, served.clock() + timedelta(minutes=15))
    found: dict[str, list[str]] = {}
    for route in PAGES:
        page.goto(served.url.rstrip("/") + filled(served, route, things))
        found[name(route)] = violations(page)
        if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            found[name(route)].append("the page scrolls sideways")
    assert {route: faults for route, faults in found.items() if faults} == {}
    assert any(isinstance(route, PublicRoute) for route in PAGES)


@every_window
def test_nor_has_the_page_about_the_api(page: Page, served: House) -> None:
    page.goto(f"{served.url.rstrip('/')}/api/v1/docs")
    assert page.get_by_role("heading", level=1).is_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
