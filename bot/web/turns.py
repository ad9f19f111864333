"""One turn: a message of a person is handled once, however often it is sent, and always answered."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Literal

from bot.conversations.transcripts import EventReader
from bot.store import Conversation, JsonObject, NewMessage, Store
from bot.store.clock import Clock
from bot.web.engine_client import Engine, EngineAwayError, EngineRefusedError
from bot.web.errors import engine_away

OPENING = "open"


class KeyedLocks:
    """A lock for each key, made when it is needed and gone when it is not."""

    def __init__(self) -> None:
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def held(self, key: str) -> AsyncIterator[None]:
        """Hold the lock of a key; those who wait get it in the order in which they came."""
        lock, users = self._locks.get(key, (asyncio.Lock(), 0))
        self._locks[key] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks.pop(key)
            if users > 1:
                self._locks[key] = (lock, users - 1)

    def __len__(self) -> int:
        return len(self._locks)


class Turns:
    """Takes messages to the engine and keeps what came back.

    What is written here need not wait for the disk: after a power cut a turn that is not known is handed to the engine once
    more, and the screening, whose answers did wait, sees that it has had the message.
    """

    def __init__(
        self,
        store: Store,
        engine: Engine,
        events: EventReader,
        clock: Clock,
        fallback: Callable[[str], str],
        forget: Callable[[str], object],
    ) -> None:
        self._forget = forget
        self._store = store
        self._engine = engine
        self._events = events
        self._clock = clock
        self._fallback = fallback
        self._locks = KeyedLocks()

    async def take(self, conversation: Conversation, message_id: str, text: str, event: Literal["open"] | None = None) -> list[JsonObject]:
        """The replies to a message. Raises 503 when the engine is away, and the message may then be sent again.

        Raises `UnknownConversationError` when the conversation was erased meanwhile.
        """
        async with self._locks.held(conversation.id):
            known = await asyncio.to_thread(self._begin, conversation.id, message_id)
            if known is not None:
                return known
            try:
                replies = await self._engine.say(conversation.id, text, message_id, event)
            except EngineRefusedError:
                await asyncio.to_thread(self._fail, conversation.id, message_id)
                raise engine_away() from None
            except EngineAwayError:
                raise engine_away() from None
            return await asyncio.to_thread(self._finish, conversation, message_id, replies)

    def _begin(self, conversation_id: str, message_id: str) -> list[JsonObject] | None:
        """The replies, if the message was handled before; otherwise the turn is begun."""
        with self._store.unit(to_disk=False) as unit:
            turn = unit.turn(conversation_id, message_id)
            if turn is None:
                unit.begin_turn(conversation_id, message_id, self._clock())
                unit.touch(conversation_id, self._clock())
                return None
        if turn.status == "done":
            return turn.replies
        # Begun before, and no reply was kept: the engine or this app went away in between. The events tell how far it came.
        self._events.ingest()
        with self._store.unit(to_disk=False) as unit:
            turn = unit.begin_turn(conversation_id, message_id, self._clock())
            if turn.status == "pending" and turn.handled_at is not None:
                said = unit.replies_to(conversation_id, message_id)
                replies = [({"text": line.text} if line.text else {}) | (line.data or {}) for line in said]
                if replies:
                    unit.finish_turn(conversation_id, message_id, replies, self._clock())
                    return replies
            unit.retry_turn(conversation_id, message_id)
        return None

    def _fail(self, conversation_id: str, message_id: str) -> None:
        with self._store.unit(to_disk=False) as unit:
            unit.fail_turn(conversation_id, message_id)

    def _finish(self, conversation: Conversation, message_id: str, replies: list[JsonObject]) -> list[JsonObject]:
        if not replies:
            replies = [{"text": self._fallback(conversation.locale)}]
            self._keep_fallback(conversation, message_id, replies[0]["text"])
        with self._store.unit(to_disk=False) as unit:
            erased = unit.finish_turn(conversation.id, message_id, replies, self._clock()) is None
        if erased:
            # The conversation was erased in this turn; now that the engine is through with it, so are its own records.
            self._forget(conversation.id)
        return replies

    def _keep_fallback(self, conversation: Conversation, message_id: str, text: str) -> None:
        """The engine knows nothing of this line, so the transcript gets it from here, after what the engine heard."""
        self._events.ingest()
        with self._store.unit(to_disk=False) as unit:
            if unit.conversation(conversation.id) is not None:
                line = NewMessage(
                    event_key=hashlib.sha256(f"fallback:{conversation.id}:{message_id}".encode()).hexdigest(),
                    who="bot",
                    text=text,
                    at=self._clock(),
                    message_id=message_id,
                )
                unit.add_messages(conversation.id, [line])
