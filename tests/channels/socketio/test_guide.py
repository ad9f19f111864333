"""The guide, run as it is written: its page with a real widget in a browser, and its script in Node."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from playwright.sync_api import Browser, Page, sync_playwright

from bot.accounts.roles import Role
from bot.conversations.taking_over import Coordinator
from bot.settings import PROJECT
from bot.web.take_overs import TAKE_OVERS
from bot.words import Library
from tests.browser.chromium import ARGUMENTS, find_browser
from tests.channels.socketio.conftest import in_a_thread
from tests.channels.socketio.served import CONSENT, ILLNESS, WELCOME, conversations, furnished
from tests.console.house import House
from tests.people import people

GUIDE = (PROJECT / "docs/channels/socketio.md").read_text("utf-8")
PLACE = "https://trials.example.org"
FITS = {**people("NCT06141070")[0].answers}
DRIVER = """
import { createInterface } from "node:readline";
show = (text, replies) => console.log(JSON.stringify({ text, replies }));
createInterface({ input: process.stdin }).on("line", (line) => say(JSON.parse(line))).on("close", () => socket.close());
"""


def piece(kind: str, first: str = "") -> str:
    """A piece of the guide's code, by its kind and what it begins with."""
    (found,) = re.findall(rf"```{kind}\n({re.escape(first)}.*?)```", GUIDE, re.DOTALL)
    assert isinstance(found, str)
    return found


class Served:
    """The app in a thread of its own, set up as the guide has it."""

    def __init__(self, house: House, run: Callable[[Awaitable[object]], object]) -> None:
        self.house, self.run = house, run

    def ask(self) -> str | None:
        """The attribute whose question is open."""
        (conversation,) = conversations(self.house)
        with self.house.store.reading() as unit:
            screening = unit.current_screening(conversation.id)
        assert screening is not None
        prompt = screening.snapshot["prompt"]
        return str(prompt["attribute"]) if prompt["waiting"] in ("question", "confirm") else None

    def join(self, name: str, line: str) -> None:
        """A person of the study team takes over, and writes."""
        account = self.house.account(Role.COORDINATOR)
        person = Coordinator(account.id, f"account:{account.id}")
        (conversation,) = conversations(self.house)
        take_overs = self.house.app[TAKE_OVERS]
        self.run(take_overs.take_over(conversation, person, instead_of=None, shown_as=name))
        self.run(take_overs.write(conversation, person, line, "form"))


@pytest.fixture
def served(tmp_path: Path, migrated_store: Path, library: Library) -> Iterator[Served]:
    shutil.copy(migrated_store, tmp_path / "store.db")
    house = furnished(tmp_path, library, piece("yaml"))
    with in_a_thread(house.app) as (house.url, run):
        yield Served(house, run)
    house.store.dispose()


class Script:
    """The guide's script, with somebody who types."""

    def __init__(self, folder: Path, url: str, packages: Path) -> None:
        code = piece("js", "// talk.js").replace(PLACE, url).replace("function show", "let show = function")
        (folder / "talk.mjs").write_text(code + DRIVER)
        (folder / "node_modules").symlink_to(packages)
        self.messages: list[dict[str, Any]] = []
        self._process = subprocess.Popen(
            ["node", "talk.mjs"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.messages.append(json.loads(line) if line.startswith("{") else {"text": f"(not expected) {line}", "replies": []})

    def say(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(text) + "\n")
        self._process.stdin.flush()

    def tap(self, title: str) -> None:
        self.say({one["title"]: one["payload"] for one in self.offered}[title])

    @property
    def offered(self) -> list[dict[str, str]]:
        """The quick replies that were offered last."""
        return next((one["replies"] for one in reversed(self.messages) if one["replies"]), [])

    def see(self, text: str) -> None:
        until(lambda: any(text in one["text"] for one in self.messages), lambda: f"{text} in {self.messages[-3:]}")

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        assert self._process.wait(60) == 0
        self._reading.join(5)
        self._process.stdout.close()


def until(holds: Callable[[], bool], otherwise: Callable[[], str]) -> None:
    ends = time.monotonic() + 15
    while not holds():
        assert time.monotonic() < ends, otherwise()
        time.sleep(0.02)


def test_the_script_of_the_guide_holds_a_whole_conversation(served: Served, tmp_path: Path, packages: Path) -> None:
    talk = Script(tmp_path, served.house.url, packages)
    talk.see(WELCOME)
    talk.see(CONSENT)
    talk.tap("Yes, go ahead")
    talk.see(ILLNESS)
    while (asked := served.ask()) is not None:
        seen = len(talk.messages)
        title = {"yes": "Yes", "no": "No"}.get(FITS[asked], "")
        if any(one["title"] == title for one in talk.offered):
            talk.tap(title)
        else:
            talk.say(FITS[asked])
        until(lambda seen=seen, asked=asked: len(talk.messages) > seen and served.ask() != asked, lambda: str(talk.messages[-3:]))
    talk.see("If you would like to take part")
    served.join("Ann", "Hello, this is Ann.")
    talk.see("Hello, this is Ann.")
    talk.close()
    assert not [one for one in talk.messages if "(not expected)" in one["text"]]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = find_browser()
    if path is None:
        pytest.skip("no Chromium on this machine: install Debian's `chromium`, or name one in TRIALCHAT_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def host(served: Served, packages: Path) -> Iterator[str]:
    """Another website, with the guide's page."""
    texts = {
        "/": ("text/html", piece("html")),
        "/chat.js": ("text/javascript", piece("js", "// chat.js").replace(PLACE, served.house.url)),
        "/rasa-webchat.js": ("text/javascript", (packages / "rasa-webchat/lib/index.js").read_text("utf-8")),
    }

    async def answer(request: web.Request) -> web.Response:
        kind, text = texts.get(request.path, ("text/plain", ""))
        return web.Response(text=text, content_type=kind, charset="utf-8")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    with in_a_thread(app) as (url, _):
        yield url


@pytest.fixture
def page(browser: Browser, host: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1100, "height": 800})
    context.set_default_timeout(15_000)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(host)
    yield page
    context.close()
    assert faults == []


@pytest.mark.browser
def test_the_page_of_the_guide_shows_the_greeting_and_takes_taps_and_words(served: Served, page: Page) -> None:
    page.locator(".rw-launcher").click()
    chat = page.locator(".rw-messages-container")
    chat.get_by_text(WELCOME).wait_for()
    chat.get_by_text(CONSENT).wait_for()
    chat.get_by_text("Yes, go ahead").click()
    chat.get_by_text(ILLNESS).wait_for()
    page.locator(".rw-new-message").fill("non small cell lung cancer")
    page.locator(".rw-send").click()
    chat.get_by_text("How old are you?").wait_for()
    served.join("Ann", "Hello, this is Ann.")
    chat.get_by_text("Hello, this is Ann.").wait_for()
    # The page is loaded again: the same conversation goes on, and nobody is greeted again.
    page.reload()
    page.locator(".rw-new-message").fill("are you there?")
    page.locator(".rw-send").click()
    (conversation,) = conversations(served.house)
    until(lambda: "are you there?" in _said(served.house, conversation.id), lambda: str(_said(served.house, conversation.id)))
    assert chat.get_by_text(WELCOME).count() == 1


def _said(house: House, conversation_id: str) -> list[str]:
    with house.store.reading() as unit:
        return [one.text for one in unit.messages(conversation_id) if one.who == "patient"]
