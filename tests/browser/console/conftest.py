"""A house (see `tests/console/house.py`) served in a thread, and a coordinator in front of a browser."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from bot.accounts.roles import Role
from bot.words import Library
from tests.console.house import PASSWORD, Clock, House, make_house
from tests.desk_fixtures import library, migrated_store

__all__ = ["library", "migrated_store"]

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}


@contextmanager
def serving(app: web.Application, port: int = 0) -> Iterator[str]:
    """Serve in a thread of its own until the block ends; where. Without a port it is any that is free."""
    loop = asyncio.new_event_loop()
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)

    async def start() -> int:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        address: tuple[str, int] = runner.addresses[0]
        return address[1]

    thread = threading.Thread(target=loop.run_forever, name="house", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{asyncio.run_coroutine_threadsafe(start(), loop).result(10)}"
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@pytest.fixture
def served(tmp_path: Path, migrated_store: Path, library: Library) -> Iterator[House]:
    """The app over a store of this test's own, at `served.url`; its clock stands still unless the test moves it."""
    shutil.copy(migrated_store, tmp_path / "store.db")
    house = make_house(tmp_path, library, clock=Clock())
    with serving(house.app) as url:
        house.url = url
        yield house
    house.store.dispose()


@pytest.fixture(params=[{"width": 1280, "height": 860, "dark": False}], ids=["wide"])
def window(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The size of the window and its colours; a test may parametrize it indirectly."""
    found: dict[str, Any] = request.param
    return found


@pytest.fixture
def context(browser: Browser, window: dict[str, Any]) -> Iterator[BrowserContext]:
    """A fresh profile."""
    size = {"width": window["width"], "height": window["height"]}
    context = browser.new_context(viewport=size, color_scheme="dark" if window["dark"] else "light")
    context.set_default_timeout(10_000)
    yield context
    context.close()


SignInHere = Callable[..., Page]


@pytest.fixture
def at_work(page: Page, served: House) -> SignInHere:
    """Sign in through the page itself: `at_work(Role.AUDITOR)`; the page, at the inbox."""

    def come(role: Role = Role.COORDINATOR, **account: Any) -> Page:
        login = served.account(role, **account).login
        page.goto(f"{served.url}/console/sign-in")
        page.get_by_label("Login").fill(login)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/console/inbox")
        return page

    return come


def violations(page: Page) -> list[str]:
    """What axe finds on a page, one line each."""
    # Colours are judged when they have settled.
    page.wait_for_timeout(100)
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


WIDE = {"width": 1280, "height": 860, "dark": False}
WIDE_DARK = {**WIDE, "dark": True}
PHONE = {"width": 390, "height": 844, "dark": False}
every_window = pytest.mark.parametrize("window", [WIDE, WIDE_DARK, PHONE], indirect=True, ids=["wide", "dark", "phone"])
