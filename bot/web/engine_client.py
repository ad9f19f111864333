"""The way to the dialogue engine: one turn in, the bot's messages out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Literal, Protocol, TypeVar

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot import traceparent
from bot.store import JsonObject

_log = logging.getLogger(__name__)

_Read = TypeVar("_Read")

SECRET_HEADER = "X-Trialchat-Secret"  # noqa: S105 - a header's name
# A turn takes milliseconds; what takes this long will not come. Rasa gives a stuck conversation free after 60 s.
TURN_SECONDS = 30
CONNECT_SECONDS = 2


class EngineAwayError(Exception):
    """No answer came. Whether the engine handled the turn is not known."""


class EngineRefusedError(Exception):
    """The engine said that it could not handle the turn: nothing of it was kept."""


class Engine(Protocol):
    """What the app needs of the dialogue engine."""

    async def say(
        self, conversation_id: str, text: str, message_id: str, event: Literal["open"] | None = None, *, paused: bool = False
    ) -> list[JsonObject]:
        """Hand a message over; the bot's messages in reply: none while the conversation is `paused`."""
        ...

    async def pause(self, conversation_id: str, paused: bool) -> None:
        """Silence the bot in a conversation, or let it speak again. Raises `EngineAwayError` or `EngineRefusedError`."""
        ...

    async def is_up(self) -> bool:
        """Whether the engine answers at all."""
        ...


class EngineClient:
    """The engine over HTTP, on the loopback address, with the shared secret."""

    def __init__(self, base_url: str, secret: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._secret = secret
        self._session: ClientSession | None = None

    async def say(
        self, conversation_id: str, text: str, message_id: str, event: Literal["open"] | None = None, *, paused: bool = False
    ) -> list[JsonObject]:
        """Hand a message over; the bot's messages in reply."""
        body = {"conversation": conversation_id, "text": text, "message_id": message_id, "event": event, "paused": paused}
        return await self._post("webhook", body, read_messages)

    async def pause(self, conversation_id: str, paused: bool) -> None:
        """Silence the bot in a conversation, or let it speak again."""
        await self._post("pause", {"conversation": conversation_id, "paused": paused}, lambda _: None)

    async def _post(self, path: str, body: JsonObject, read: Callable[[Any], _Read]) -> _Read:
        try:
            async with self._http().post(
                f"{self._base_url}/webhooks/trialchat/{path}", json=body, headers={SECRET_HEADER: self._secret, **traceparent.as_header()}
            ) as response:
                if response.status == 503:
                    raise EngineRefusedError
                if response.status != 200:
                    _log.error("the engine answered %s with status %d", path, response.status)
                    raise EngineRefusedError
                return read(await response.json())
        except (ClientError, TimeoutError, ValueError) as problem:
            _log.warning("the engine did not answer %s: %s", path, type(problem).__name__)
            raise EngineAwayError from None

    async def is_up(self) -> bool:
        """Whether the engine answers at all."""
        try:
            async with self._http().get(f"{self._base_url}/", timeout=ClientTimeout(total=CONNECT_SECONDS)) as response:
                return response.status == 200
        except (ClientError, TimeoutError):
            return False

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    def _http(self) -> ClientSession:
        if self._session is None:
            self._session = ClientSession(timeout=ClientTimeout(total=TURN_SECONDS, sock_connect=CONNECT_SECONDS), trust_env=False)
        return self._session


def read_messages(answer: Any) -> list[JsonObject]:
    """The bot's messages as the contract has them; `ValueError` where the engine's answer is not as agreed."""
    if not isinstance(answer, dict) or not isinstance(answer.get("messages"), list):
        raise ValueError("the engine's answer has no list of messages")
    return [message for message in map(_read_message, answer["messages"]) if message]


def _read_message(given: Any) -> JsonObject:
    if not isinstance(given, dict):
        raise ValueError("a message of the engine is no object")
    message: JsonObject = {}
    if isinstance(given.get("text"), str) and given["text"]:
        message["text"] = given["text"]
    buttons = given.get("buttons") or []
    if buttons:
        message["buttons"] = [{"title": str(button["title"]), "payload": str(button["payload"])} for button in buttons]
    if isinstance(given.get("custom"), dict) and given["custom"]:
        message["custom"] = given["custom"]
    return message
