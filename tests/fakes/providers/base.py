"""What the made-up providers have in common: a phone that somebody writes with, and an API that takes answers."""

from __future__ import annotations

import asyncio
import itertools
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

_PATIENCE = 15.0
"""Seconds until what should come is missed."""


@dataclass(frozen=True)
class Shown:
    """A message as somebody sees it on their phone."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Sent:
    """A request of the provider's, ready to be sent, as often as one likes."""

    body: bytes
    headers: Mapping[str, str]
    query: str = ""


@dataclass
class Trouble:
    """What the API answers to the next calls instead: statuses, with what goes along."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    data: Any = None


@dataclass(frozen=True)
class Asked:
    """A request that its API got."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Refusal(Exception):
    """The real provider would not have taken this call."""


class FakeProvider(ABC):
    """One provider, with one person who writes to the bot."""

    name: str
    sender: str = "4471"
    api: TestServer

    def __init__(self) -> None:
        self.shown: list[Shown] = []
        self.refused: list[str] = []
        self.trouble: list[Trouble] = []
        self.asked: list[Asked] = []
        self.arranged: dict[str, Any] = {}
        self.calls = 0
        self.url = ""
        self.hook = ""
        self._numbers = itertools.count(1)
        self._changed = asyncio.Event()

    # -- its API

    async def start(self) -> TestServer:
        """Serve the API; who starts it closes it."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._take)
        server = TestServer(app)
        await server.start_server()
        self.url = str(server.make_url("/")).rstrip("/")
        return server

    async def _take(self, request: web.Request) -> web.Response:
        self.calls += 1
        self.asked.append(Asked(request.method, request.raw_path, dict(request.headers), await request.read()))
        if self.trouble and not self.signs_in(request):
            trouble = self.trouble.pop(0)
            return web.json_response(trouble.data or {}, status=trouble.status, headers=trouble.headers)
        try:
            answer = await self.arrange(request)
            answer = await self.take(request) if answer is None else answer
        except Refusal as refusal:
            self.refused.append(str(refusal))
            return web.json_response({"description": str(refusal)}, status=400)
        self._changed.set()
        return answer

    def signs_in(self, request: web.Request) -> bool:
        """Whether a request is about keys and tokens, and not about a message."""
        return False

    async def arrange(self, request: web.Request) -> web.Response | None:
        """Take a call of whoever sets the channel up, as the guide has it; None where it is about a message. What was arranged is
        in `arranged`. Raises `Refusal`."""
        return None

    def is_arranged(self) -> bool:
        """Whether all that the provider has to know was told to it."""
        return True

    @abstractmethod
    async def take(self, request: web.Request) -> web.Response:
        """Take a call as the real API does, and show it. Raises `Refusal`."""

    # -- its webhook

    @abstractmethod
    def config(self) -> dict[str, Any]:
        """The fields of `channels.yaml`."""

    @abstractmethod
    def text(self, text: str, *, sender: str | None = None, order: int | None = None) -> Sent:
        """Somebody writes."""

    @abstractmethod
    def press(self, title: str, payload: str) -> Sent:
        """Somebody presses a button."""

    def picture(self) -> Sent | None:
        """Somebody sends a picture, and no words with it; None where the provider has no way for it to come here."""
        return None

    def signed_anew(self, sent: Sent) -> Sent:
        """The same body, signed as the provider signs it; what a guide shows has no real signature. Most sign nothing of the body."""
        return sent

    @abstractmethod
    def forged(self, sent: Sent) -> Sent:
        """The same, signed by somebody else."""

    def stale(self, sent: Sent) -> Sent | None:
        """The same, signed an hour ago; None where the provider signs no time."""
        return None

    async def deliver(self, sent: Sent) -> int:
        """Send it to the webhook; the status that came back."""
        async with ClientSession() as session, session.post(self.hook + sent.query, data=sent.body, headers=sent.headers) as response:
            self.answered = await response.text()
            return response.status

    # -- what somebody does and sees

    async def write(self, text: str) -> None:
        """Write something; the webhook takes it."""
        status = await self.deliver(self.text(text))
        assert status in (200, 202, 204), f"{status}: {self.answered}"

    async def see(self, text: str) -> Shown:
        """The first message from now back that has this in it, as soon as there is one."""
        try:
            async with asyncio.timeout(_PATIENCE):
                while True:
                    found = next((one for one in reversed(self.shown) if text in one.text), None)
                    if found is not None:
                        return found
                    assert not self.refused, self.refused
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"{text!r} was not shown; last: {[one.text for one in self.shown[-3:]]}") from None

    @property
    def offered(self) -> dict[str, str]:
        """What the last message offers: titles, with the payload of a button or the mark of a place in a list."""
        last = self.shown[-1]
        listed = re.findall(r"^(\d{1,2}|[a-z])\. (.+)$", last.text, re.MULTILINE)
        return dict(last.buttons) or {title: mark for mark, title in listed}

    async def choose(self, title: str) -> None:
        """Choose what the last message offers by that title: press the button, or reply with its mark."""
        if not self.shown[-1].buttons:
            await self.write(self.offered[title])
            return
        status = await self.deliver(self.press(title, self.offered[title]))
        assert status in (200, 202, 204), f"{status}: {self.answered}"

    def show(self, text: str, buttons: tuple[tuple[str, str], ...] = ()) -> None:
        """Put a message on the phone."""
        self.shown.append(Shown(text, buttons))

    @property
    def number(self) -> int:
        """A new number."""
        return next(self._numbers)


def must(condition: object, what: str) -> None:
    """Refuse unless it is so."""
    if not condition:
        raise Refusal(what)
