"""A patient is screened for NCT06141070 in a browser: real site, real widget, real engine."""

from __future__ import annotations

import os
import signal
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.waiting import wait_until
from tests.browser.widget import Widget
from tests.people import people
from tests.product import Product, running_product
from tests.shipped import shipped_library

FITS = people("NCT06141070")[0].answers
WORDS = shipped_library().in_locale("en")
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
# The longest way through: every question of the trial and some to spare.
MOST_QUESTIONS = 30


@pytest.fixture(scope="module")
def product(engine_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product of this module's own: its engine is killed."""
    with running_product(tmp_path_factory.mktemp("browsed")) as product:
        yield product


@pytest.fixture(params=[320, 1280], ids=["320 px wide", "1280 px wide"])
def context_options(request: pytest.FixtureRequest) -> dict[str, Any]:
    return {"viewport": {"width": request.param, "height": 800}}


@pytest.fixture
def chat(page: Page, product: Product) -> Widget:
    """The trial's page with the chat opened and agreed to."""
    page.context.set_default_timeout(30_000)  # a real engine answers here, on a machine that may be busy
    page.goto(f"{product.base_url}/trials/NCT06141070")
    widget = Widget(page)
    widget.open()
    widget.reply("Yes, go ahead").click()
    return widget


def open_question(chat: Widget) -> str | None:
    """The attribute whose question stands last in the log, by its wording; None once nothing is asked."""
    questions = {str(WORDS.about(name)["question"]): name for name in FITS}
    bubbles = chat.bubbles()
    return questions.get(bubbles[-1].strip()) if bubbles else None


def asked_next(chat: Widget, *, than: str, seconds: float = 15) -> None:
    """Wait until a question other than this one stands last."""
    deadline = time.monotonic() + seconds
    while open_question(chat) in (None, than):
        assert time.monotonic() < deadline, chat.bubbles()
        chat.page.wait_for_timeout(100)


def answer(chat: Widget, attribute: str, text: str) -> None:
    """Type an answer and wait for what comes back."""
    before = len(chat.bubbles())
    chat.say(text)
    bubbles = "document.querySelector('trial-chat').shadowRoot.querySelectorAll('[role=log] .bubble')"
    wait_until(chat.page, f"n => {bubbles}.length > n + 1", before)
    chat.page.wait_for_timeout(150)


def go_through(chat: Widget, answers: dict[str, str], until: str | None = None) -> None:
    chat.bubble(str(WORDS.about("condition")["question"])).wait_for()
    for _ in range(MOST_QUESTIONS):
        asked = open_question(chat)
        if asked is None or asked == until:
            return
        answer(chat, asked, answers[asked])
    raise AssertionError("the screening does not come to an end")


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=WCAG).response["violations"]
    return [f"{violation['id']}: {violation['help']}" for violation in found]


def test_a_whole_screening_ends_with_a_result_contacts_and_a_page_to_print(chat: Widget, page: Page) -> None:
    go_through(chat, FITS)
    chat.host.get_by_text("nothing speaks against this trial").first.wait_for()
    assert violations(page) == []
    summary = chat.host.locator("a[href*='/summary/']").first.get_attribute("href")
    assert summary is not None
    page.goto(summary)
    page.get_by_text("non-small cell lung cancer", exact=False).first.wait_for()
    assert page.locator("meta[name=robots]").get_attribute("content")
    assert violations(page) == []


def test_a_clear_no_ends_it_with_the_reason_and_one_can_go_on(chat: Widget) -> None:
    go_through(chat, FITS, until="prior_radiotherapy")
    chat.reply("Yes").click()
    chat.host.get_by_text("You said that you have had radiation treatment for this cancer", exact=False).first.wait_for()
    chat.reply("Go on anyway").click()
    asked_next(chat, than="prior_radiotherapy")


def test_closing_the_tab_and_coming_back_finds_the_same_question(chat: Widget, page: Page, product: Product) -> None:
    go_through(chat, FITS, until="prior_radiotherapy")
    before = chat.bubbles()
    context = page.context
    page.close()
    again = context.new_page()
    again.goto(f"{product.base_url}/trials/NCT06141070")
    back = Widget(again)
    back.launcher.click()
    back.reply("No").wait_for()
    assert back.bubbles() == before
    back.reply("No").click()
    asked_next(back, than="prior_radiotherapy")


def test_a_message_sent_while_the_engine_restarts_arrives_once(chat: Widget, product: Product) -> None:
    go_through(chat, FITS, until="prior_radiotherapy")
    for process in psutil.Process(product.process.pid).children(recursive=True):
        if any(c.laddr.port == product.engine_port and c.status == psutil.CONN_LISTEN for c in process.net_connections("tcp")):
            os.kill(process.pid, signal.SIGKILL)
    chat.say("no")
    asked_next(chat, than="prior_radiotherapy", seconds=90)
    assert [bubble.strip() for bubble in chat.bubbles()].count("no") == 1


def test_the_widget_is_small(product: Product) -> None:
    request = urllib.request.Request(f"{product.base_url}/widget.js", headers={"Accept-Encoding": "gzip"})  # noqa: S310 - our own
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(answer.read()) <= 15 * 1024
