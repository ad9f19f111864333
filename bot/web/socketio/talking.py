"""What clients ask for and what they are answered: their session, their messages, and lines that nobody asked for."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Sequence
from typing import Literal, Protocol

from sqlalchemy.exc import IntegrityError

from bot.channels.limits import channel_table
from bot.channels.socketio import NAME, SocketIoConfig
from bot.conversations.taking_over import as_messages
from bot.many.locks import KeyedLocks
from bot.store import Conversation, JsonObject, UnknownConversationError
from bot.tokens import token_hash
from bot.web.changes import Changes
from bot.web.errors import ApiError, place
from bot.web.limits import Limits
from bot.web.services import Services, known_locale, trial_number
from bot.web.socketio.payloads import Uttered, read_session_request, read_uttered, said
from bot.web.socketio.rooms import Connection, Room, Rooms
from bot.web.turns import Turns
from bot.words import Library

_log = logging.getLogger(__name__)

ANSWER, CONFIRM, ERROR = "bot_uttered", "session_confirm", "chat_error"
TRIED_AGAIN_AFTER = (0.5, 1.5, 3.0)
"""Seconds until a message is handed once more to an engine that was away. Then the person is told."""
_TOLD_EVERY = 5.0
"""Seconds between two times that somebody is told that they are too fast."""
_SENTENCES = {"too_long": "too_long", "too_fast": "too_fast", "engine_away": "away", "failed": "away"}
"""What the person is told of an error, by its code. The others are the page's."""


class Emits(Protocol):
    """Sends an event to everybody in a room. Each connection has a room of its own, by its name."""

    async def emit(self, event: str, data: object, *, room: str) -> None:
        """Send it."""
        ...

    async def enter(self, sid: str, room: str) -> None:
        """Let a connection into a room."""
        ...

    async def leave(self, sid: str, room: str) -> None:
        """Let it out."""
        ...


class Talking:
    """Everything behind the protocol."""

    def __init__(
        self,
        config: SocketIoConfig,
        services: Services,
        turns: Turns,
        limits: Limits,
        changes: Changes,
        library: Library,
        emits: Emits,
        tried_again_after: Sequence[float] = TRIED_AGAIN_AFTER,
    ) -> None:
        self._config, self._services, self._turns, self._limits, self._changes = config, services, turns, limits, changes
        self._library, self._emits, self._tried_again_after = library, emits, tried_again_after
        self._shape = channel_table()[NAME]
        self._opening = KeyedLocks()
        self._listening: asyncio.Task[None] | None = None
        self.rooms = Rooms()

    def connected(self, sid: str, address: str, origin: str | None) -> None:
        """Somebody is there."""
        locale = known_locale(self._config.locale, self._services.locales)
        self.rooms.connected(Connection(sid, address, origin, locale))
        if self._listening is None:
            # Nobody asks the store for changes where nobody is connected.
            self._listening = asyncio.create_task(self._listen())

    def disconnected(self, sid: str, silent_seconds: float) -> None:
        """Somebody went. `silent_seconds`: for how long that may not have been noticed."""
        room = self.rooms.disconnected(sid)
        if room is not None and silent_seconds:
            self.rooms.miss_recent(room, silent_seconds)
        if not len(self.rooms):
            self.close()

    def close(self) -> None:
        """Listen no longer."""
        if self._listening is not None:
            self._listening.cancel()
            self._listening = None

    async def session_request(self, sid: str, given: Sequence[object]) -> JsonObject:
        """`session_request`: go on with a session, or begin one. What was missed meanwhile comes behind the confirmation."""
        connection = self.rooms.connection(sid)
        if connection is None:
            return {}
        try:
            self._limits.check_named_address(connection.address)
            asked = read_session_request(given)
            async with connection.lock:
                token, conversation = await self._session(connection, asked)
                await self._emits.emit(CONFIRM, token, room=sid)
                if conversation is not None:
                    await self._catch_up(sid, conversation)
        except Exception as problem:
            return await self._refuse(connection, problem)
        return {"session_id": token}

    async def uttered(self, sid: str, given: Sequence[object]) -> JsonObject:
        """`user_uttered`: a message is answered, to all who are connected to its session."""
        connection = self.rooms.connection(sid)
        if connection is None:
            return {}
        try:
            self._limits.check_named_address(connection.address)
            message = read_uttered(given)
            self._limits.check_conversation(connection.room.key if connection.room else sid)
            async with connection.lock:
                room = await self._room(connection, message)
                await self._turn(connection, room.key, message)
        except Exception as problem:
            return await self._refuse(connection, problem)
        return {"ok": True}

    async def deliver(self, conversation: Conversation) -> None:
        """There are new lines (`bot.web.delivering`). Whoever is not there is told when they come back."""
        await self._bring(conversation.id)

    # -- sessions

    async def _session(self, connection: Connection, token: str | None) -> tuple[str, Conversation | None]:
        conversation = None if token is None else await asyncio.to_thread(self._by_key, token_hash(token))
        if token is None or (conversation is None and not self.rooms.is_issued(token_hash(token))):
            token = self.rooms.issue()
        await self._join(connection, token_hash(token), conversation)
        return token, conversation

    async def _room(self, connection: Connection, message: Uttered) -> Room:
        """The room that a message is for: the connection's own.

        A client that was cut off sends what was written meanwhile before it asks for its session: the id, which only it
        has, says as much as asking would.
        """
        key = None if message.session_id is None else token_hash(message.session_id)
        if connection.room is not None:
            if key is not None and key != connection.room.key:
                raise ApiError(403, "other_session", "session_id: this connection has another session. Ask for this one first.")
            return connection.room
        if key is None:
            raise ApiError(401, "no_session", "This connection has no session. Send session_request first.")
        conversation = await asyncio.to_thread(self._by_key, key)
        if conversation is None and not self.rooms.is_issued(key):
            raise ApiError(401, "unknown_session", "This session is not known, or was erased. Send session_request for a new one.")
        return await self._join(connection, key, conversation)

    async def _join(self, connection: Connection, key: str, conversation: Conversation | None) -> Room:
        if connection.room is not None:
            await self._emits.leave(connection.sid, connection.room.key)
        room = self.rooms.join(connection, key, None if conversation is None else conversation.id)
        if conversation is not None:
            connection.locale = conversation.locale
        await self._emits.enter(connection.sid, key)
        return room

    def _by_key(self, key: str) -> Conversation | None:
        with self._services.store.reading() as unit:
            found = unit.conversation_by_token(key)
        # Another channel's token is no session here: lines of a person would go elsewhere.
        return found if found is not None and found.channel == NAME else None

    # -- messages

    async def _turn(self, connection: Connection, key: str, message: Uttered) -> None:
        message_id = message.message_id or uuid.uuid4().hex
        for last in (False, True):
            conversation, is_new = await self._conversation(connection, key, message)
            opens = message.opens_again or (message.may_open and (is_new or await asyncio.to_thread(self._is_silent, conversation.id)))
            try:
                replies = await self._take(conversation, message_id, message.text or "", "open" if opens else None)
            except UnknownConversationError:
                # Erased between the two: as after any erasure, the next message begins a new conversation.
                if last:
                    raise
                continue
            self.rooms.answered(key, conversation.id, message_id)
            await self._say(replies, conversation.locale, key)
            # Said while nobody listened, in a moment between two connections.
            await self._bring(conversation.id)
            return

    async def _take(self, conversation: Conversation, message_id: str, text: str, event: Literal["open"] | None) -> Sequence[JsonObject]:
        for wait in self._tried_again_after:
            try:
                return await self._turns.take(conversation, message_id, text, event)
            except ApiError as problem:
                if problem.status != 503:
                    raise
            await asyncio.sleep(wait)
        return await self._turns.take(conversation, message_id, text, event)

    async def _conversation(self, connection: Connection, key: str, message: Uttered) -> tuple[Conversation, bool]:
        """A session's conversation, and whether it has just been opened."""
        # Two first messages at once must not open two conversations.
        async with self._opening.held(key):
            found = await asyncio.to_thread(self._by_key, key)
            is_new = found is None
            if found is None:
                trial_id = trial_number(message.trial) or self._config.trial
                if not self._services.origins.allow(connection.origin, trial_id):
                    raise ApiError(
                        403,
                        "origin_not_allowed",
                        "This website may not open this chat. Whoever runs the chat can add its origin to TRIALCHAT_ORIGINS.",
                    )
                self._limits.check_new_session_of(connection.address)
                locale = known_locale(message.locale or self._config.locale, self._services.locales)
                found = await asyncio.to_thread(self._open, key, trial_id, locale)
                self.rooms.used(key)
        connection.locale = found.locale
        if (room := self.rooms.room(key)) is not None:
            room.conversation_id = found.id
        return found, is_new

    def _open(self, key: str, trial_id: str | None, locale: str) -> Conversation:
        try:
            with self._services.store.unit() as unit:
                return unit.open_conversation(channel=NAME, at=self._services.clock(), trial_id=trial_id, locale=locale, token_hash=key)
        except IntegrityError:
            # Another process of the app was faster. Theirs is the conversation.
            found = self._by_key(key)
            if found is None:
                raise
            return found

    def _is_silent(self, conversation_id: str) -> bool:
        """Whether nothing was said yet: opening it failed, perhaps."""
        self._services.events.ingest()
        with self._services.store.reading() as unit:
            return not unit.messages(conversation_id)

    # -- answers

    async def _say(self, messages: Sequence[JsonObject], locale: str, room: str) -> None:
        for one in said(messages, self._shape, self._library.in_locale(locale)):
            await self._emits.emit(ANSWER, one, room=room)

    async def _catch_up(self, sid: str, conversation: Conversation) -> None:
        """What was said while nobody was there: answers whose way was cut, and lines of a person."""
        missed = self.rooms.take_missed(conversation.id)
        if missed:
            await self._say(await asyncio.to_thread(self._replies, conversation.id, missed), conversation.locale, sid)
        await self._bring(conversation.id)

    def _replies(self, conversation_id: str, message_ids: Sequence[str]) -> list[JsonObject]:
        self._services.events.ingest()
        with self._services.store.reading() as unit:
            lines = [line for message_id in message_ids for line in unit.replies_to(conversation_id, message_id)]
        return [{"text": line.text, **(line.data or {})} for line in lines]

    async def _bring(self, conversation_id: str) -> None:
        try:
            room = self.rooms.of_conversation(conversation_id)
            if room is not None:
                lines, locale = await asyncio.to_thread(self._take_waiting, conversation_id)
                await self._say(lines, locale, room.key)
        except Exception as problem:
            # The store has them, and the next line, message or session_request brings them along.
            _log.error("lines of a person wait: %s", place(problem))

    async def _listen(self) -> None:
        """Bring lines that are said in other processes, too."""
        with self._changes.listening() as changed:
            while True:
                await self._bring(await changed.get())

    def _take_waiting(self, conversation_id: str) -> tuple[list[JsonObject], str]:
        store = self._services.store
        with store.reading() as unit:
            conversation = unit.conversation(conversation_id)
            if conversation is None or not unit.waiting_lines(conversation_id):
                return [], ""
        with store.unit() as unit:
            # The lock of the conversation keeps two from bringing the same lines.
            unit.holder(conversation_id)
            lines = unit.waiting_lines(conversation_id)
            if lines:
                unit.note_delivered(conversation_id, lines[-1].position)
            return as_messages(lines), conversation.locale

    # -- errors

    async def _refuse(self, connection: Connection, problem: Exception) -> JsonObject:
        """Tell the page what is wrong, and the person where it is theirs to know. The connection stays."""
        if isinstance(problem, ApiError):
            code, message = problem.code, problem.message
        else:
            code, message = "failed", "Something went wrong here. Nothing that was answered is lost; send the same message again."
            _log.error("a message was not answered: %s", place(problem))
        error = {"error": {"code": code, "message": message}}
        await self._emits.emit(ERROR, error["error"], room=connection.sid)
        key, now = _SENTENCES.get(code), asyncio.get_running_loop().time()
        if code == "too_fast":
            # Whoever sends too fast is not answered as fast.
            key = None if now - connection.told_too_fast_at < _TOLD_EVERY else key
            connection.told_too_fast_at = now if key is not None else connection.told_too_fast_at
        if key is not None:
            texts = self._library.in_locale(connection.locale).files["channels"]["texts"]
            await self._emits.emit(ANSWER, {"text": str(texts[key])}, room=connection.sid)
        return error
