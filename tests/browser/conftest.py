"""One browser and one fake backend for all tests here; a fresh, empty profile for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.abroad import Abroad, browser_abroad, tls, watched
from tests.browser.chromium import ARGUMENTS, find_browser
from tests.browser.fake_backend import FakeBackend, running
from tests.browser.widget import Widget


# Not for the session: while Playwright's own event loop is there, no test elsewhere could have one.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = find_browser()
    if path is None:
        pytest.skip("no Chromium on this machine: install Debian's `chromium`, or name one in TRIALCHAT_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def served_backend() -> Iterator[FakeBackend]:
    with running(FakeBackend()) as backend:
        yield backend


@pytest.fixture
def backend(served_backend: FakeBackend) -> FakeBackend:
    served_backend.reset()
    return served_backend


@pytest.fixture
def context_options() -> dict[str, Any]:
    """What a test module may change: the size of the window, dark mode and the like."""
    return {"viewport": {"width": 1280, "height": 860}}


@pytest.fixture
def context(browser: Browser, context_options: dict[str, Any]) -> Iterator[BrowserContext]:
    context = browser.new_context(**context_options)
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which no script may fail and no policy may be broken."""
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if "Content Security Policy" in message.text else None)
    yield page
    assert faults == []


@pytest.fixture
def widget(page: Page, backend: FakeBackend) -> Widget:
    """The trial's page, with the chat still closed."""
    page.goto(f"{backend.url}/trials/NCT06141070")
    widget = Widget(page)
    widget.launcher.wait_for()
    return widget


@pytest.fixture
def chat(widget: Widget) -> Widget:
    """The chat opened, the first question asked."""
    widget.open()
    return widget


@pytest.fixture(scope="package")
def served_abroad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeBackend]:
    with running(FakeBackend(), tls=tls(tmp_path_factory.mktemp("tls"))) as backend:
        yield backend


@pytest.fixture(scope="package")
def other_browser(browser: Browser, served_abroad: FakeBackend) -> Iterator[Browser]:
    with browser_abroad(browser, served_abroad) as started:
        yield started


@pytest.fixture
def complaints() -> tuple[str, ...]:
    """What a test module lets the browser complain about."""
    return ()


@pytest.fixture
def abroad(
    other_browser: Browser, served_abroad: FakeBackend, context_options: dict[str, Any], complaints: tuple[str, ...]
) -> Iterator[Abroad]:
    """Another website, which has the chat on a page."""
    served_abroad.reset()
    context = other_browser.new_context(**context_options, ignore_https_errors=True)
    context.set_default_timeout(10_000)
    with watched(context, complaints) as page:
        yield Abroad(served_abroad, page)
    context.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
