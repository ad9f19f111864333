"""The app with the channel set up, and clients of it in Python."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import socketio
from aiohttp import ClientSession
from socketio.exceptions import ConnectionError as NotConnectedError

from bot.channels.setup import read_channels
from bot.store import Conversation, Message
from bot.store.clock import utc_now
from bot.web.socketio.assembly import add_socketio
from bot.words import Library
from tests.console.house import House, make_house

SETUP = "socketio:\n  trial: NCT06141070\n"
CONSENT = "Is it okay if I ask you some questions about your health?"
WELCOME = "Hello, and welcome"
Found = TypeVar("Found")

ILLNESS = "What illness are you looking for a trial about?"


def furnished(folder: Path, library: Library, setup: str = SETUP) -> House:
    """A house with what `channels.yaml` asks for. The folder has a migrated store."""
    file = folder / "channels.yaml"
    file.write_text(setup)
    house = make_house(folder, library, clock=utc_now)  # type: ignore[arg-type]  # a connection's time is of today
    found = read_channels(file, {}).socketio
    if found is not None:
        add_socketio(house.app, found, library, tried_again_after=(0.05, 0.05))
    return house


def conversations(house: House) -> list[Conversation]:
    """All that there are."""
    with house.store.reading() as unit:
        found = [unit.conversation(name) for name, _ in unit.changed_since(utc_now().replace(year=2020))]
    return [one for one in found if one is not None]


def transcript(house: House, conversation_id: str) -> list[Message]:
    """Everything said in one."""
    with house.store.reading() as unit:
        return unit.messages(conversation_id)


class Visitor:
    """A widget without a page: does what Rasa's widgets do."""

    def __init__(self, url: str, path: str = "/socket.io") -> None:
        quiet = logging.getLogger("visitor")
        quiet.disabled = True
        self._url, self._path = url, path
        self._http: ClientSession | None = None
        self.client = socketio.AsyncClient(reconnection=False, logger=quiet, engineio_logger=quiet)
        self.session = ""
        self.confirmed: list[Any] = []
        self.messages: list[dict[str, Any]] = []
        self.errors: list[dict[str, Any]] = []
        for event, where in (("session_confirm", self.confirmed), ("bot_uttered", self.messages), ("chat_error", self.errors)):
            self.client.on(event, where.append)

    async def arrive(self, session: str | None = None, *, transports: Sequence[str] | None = None, origin: str | None = None) -> Visitor:
        """Connect and ask for a session."""
        await self.connect(transports=transports, origin=origin)
        self.session = (await self.client.call("session_request", {"session_id": session}, timeout=10))["session_id"]
        return self

    async def connect(self, *, transports: Sequence[str] | None = None, origin: str | None = None) -> None:
        """Connect, and no more."""
        headers = {} if origin is None else {"Origin": origin}
        # The client would leave one of its own open where it cannot connect.
        self._http = self.client.eio.http = ClientSession()
        self.client.eio.external_http = True
        try:
            await self.client.connect(self._url, headers=headers, transports=transports, socketio_path=self._path, wait_timeout=30)
        except NotConnectedError:
            await self._http.close()
            raise

    async def write(self, text: Any, **more: Any) -> dict[str, Any]:
        """Send a message; what it is acknowledged with. Its answers have come by then."""
        data = {"message": text, "session_id": self.session, **more}
        found: dict[str, Any] = await self.client.call("user_uttered", data, timeout=20)
        return found

    async def choose(self, title: str) -> dict[str, Any]:
        """Tap a quick reply of the last message."""
        return await self.write({one["title"]: one["payload"] for one in self.messages[-1]["quick_replies"]}[title])

    async def see(self, text: str) -> dict[str, Any]:
        """The message in which that stands, as soon as it is there."""
        return await awaited(lambda: next((one for one in self.messages if text in one["text"]), None), text)

    @property
    def texts(self) -> str:
        return "\n".join(one["text"] for one in self.messages)

    async def leave(self) -> None:
        """Go."""
        await self.client.disconnect()
        if self._http is not None:
            await self._http.close()


async def awaited(look: Callable[[], Found | None], what: str = "") -> Found:
    """What is found, as soon as it is."""
    async with asyncio.timeout(10):
        while (found := look()) is None:
            await asyncio.sleep(0.01)
    assert found is not None, what
    return found
