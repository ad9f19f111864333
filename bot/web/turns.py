"""One turn: a message of a person is handled once, however often it is sent, and always answered."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Literal

from bot.conversations.erasing import PATIENT, Erasures
from bot.conversations.erasing_wishes import ErasingWishes
from bot.conversations.taking_over import as_messages
from bot.conversations.transcripts import EngineEvents
from bot.conversations.waiting import DANGER, PersonCalls
from bot.many.locks import KeyedLocks, Locks
from bot.monitoring.watch import Seen, Watch
from bot.store import Conversation, Erasure, JsonObject, NewMessage, Store, Unit, UnknownConversationError
from bot.store.clock import Clock
from bot.web.delivering import Delivers
from bot.web.engine_client import Engine, EngineAwayError, EngineRefusedError
from bot.web.errors import engine_away

OPENING = "open"


@dataclass(frozen=True, slots=True)
class _Begun:
    """A turn that has begun. `replies` are there where the message was handled before."""

    is_taken_over: bool
    replies: list[JsonObject] | None = None


class Turns:
    """Takes messages to the engine and keeps what came back.

    While a person has taken a conversation over, its messages go to the engine all the same, which reads and keeps them and says
    nothing (`paused`): each turn says so, whatever the engine was told before. Only danger is answered, from here.

    What is written here need not wait for the disk: after a power cut a turn that is not known is handed to the engine once
    more, and the screening, whose answers did wait, sees that it has had the message.
    """

    def __init__(
        self,
        store: Store,
        engine: Engine,
        events: EngineEvents,
        clock: Clock,
        fallback: Callable[[str], str],
        while_taken_over: Callable[[str], JsonObject],
        delivers: Mapping[str, Delivers],
        erasures: Erasures,
        still_erasing: Callable[[str], str] = lambda _: "",
        wishes: ErasingWishes | None = None,
        calls: PersonCalls | None = None,
        in_danger: Callable[[str, str], JsonObject] | None = None,
        locks: Locks | None = None,
        watch: Watch | None = None,
    ) -> None:
        """`delivers`: the channels that bring lines to the patient by themselves; on the others they come with a turn's replies.

        `calls` tells the study team where a message to a silent bot may be an emergency; `in_danger` is what the patient is told
        at once, in a language and by the message's intent: nobody who may be dying waits for a person to look.

        `locks`: those of all processes that take turns of the same conversations; without them, of this one.
        """
        self._watch = watch or Watch()
        self._in_danger = in_danger
        self._calls = calls
        self._erasures = erasures
        self._still_erasing = still_erasing
        self._wishes = wishes
        self._store = store
        self._engine = engine
        self._events = events
        self._clock = clock
        self._fallback = fallback
        self._while_taken_over = while_taken_over
        self._delivers = delivers
        self._locks = locks or KeyedLocks()

    def alone(self, conversation_id: str) -> AbstractAsyncContextManager[None]:
        """While this is held no turn of the conversation is under way; those that come meanwhile wait.

        Raises `StoreUnavailableError` where that cannot be made sure of.
        """
        return self._locks.held(conversation_id)

    async def take(self, conversation: Conversation, message_id: str, text: str, event: Literal["open"] | None = None) -> list[JsonObject]:
        """The replies to a message: none where a person has taken over and can be heard without.

        Raises 503 when the engine is away, and the message may then be sent again; `UnknownConversationError` when
        the conversation was erased meanwhile.
        """
        with self._watch.turn(conversation.channel) as seen:
            try:
                return await self._take(conversation, message_id, text, event, seen)
            except UnknownConversationError:
                seen.outcome = "erased"
                raise

    async def _take(
        self, conversation: Conversation, message_id: str, text: str, event: Literal["open"] | None, seen: Seen
    ) -> list[JsonObject]:
        async with self.alone(conversation.id):
            begun = await asyncio.to_thread(self._begin, conversation, message_id)
            if begun.replies is not None:
                seen.outcome = "repeated"
                return begun.replies
            if begun.is_taken_over:
                answered = await asyncio.to_thread(self._wish, conversation, message_id, text, under_way=False)
                if answered is not None:
                    seen.outcome = "answered"
                    return answered
            try:
                replies = await self._say(conversation.id, text, message_id, event, paused=begun.is_taken_over)
            except (EngineRefusedError, EngineAwayError) as problem:
                refused = isinstance(problem, EngineRefusedError)
                answered = await asyncio.to_thread(self._wish, conversation, message_id, text, under_way=not refused)
                if answered is not None:
                    seen.outcome = "answered"
                    return answered
                seen.outcome = "refused" if refused else "engine_away"
                await asyncio.to_thread(self._fail, conversation.id, message_id, refused=refused)
                raise engine_away() from None
            finish = self._finish_silently if begun.is_taken_over else self._finish
            finished = await asyncio.to_thread(finish, conversation, message_id, replies)
            seen.outcome = "silent" if begun.is_taken_over else "answered"
            return finished

    async def _say(
        self, conversation_id: str, text: str, message_id: str, event: Literal["open"] | None, *, paused: bool
    ) -> list[JsonObject]:
        with self._watch.engine_call() as seen:
            try:
                replies = await self._engine.say(conversation_id, text, message_id, event, paused=paused)
            except EngineRefusedError:
                seen.outcome = "refused"
                raise
            except EngineAwayError:
                seen.outcome = "away"
                raise
            seen.outcome = "answered"
            return replies

    async def erase(self, conversation_id: str, by: str) -> Erasure | None:
        """Erase a conversation everywhere, after the turn that is under way in it; None where there is none any more."""
        async with self.alone(conversation_id):
            return await asyncio.to_thread(self._erasures.erase, conversation_id, by=by)

    def _begin(self, conversation: Conversation, message_id: str) -> _Begun:
        """Begin the turn, unless the message was handled before."""
        conversation_id = conversation.id
        with self._store.unit(to_disk=False) as unit:
            is_taken_over = unit.holder(conversation_id) is not None
            turn = unit.turn(conversation_id, message_id)
            if turn is None:
                unit.begin_turn(conversation_id, message_id, self._clock())
                unit.touch(conversation_id, self._clock())
                return _Begun(is_taken_over)
        if turn.status == "done":
            return _Begun(is_taken_over, turn.replies)
        # Begun before, and no reply was kept: the engine or this app went away in between. The events tell how far it came.
        self._events.ingest()
        with self._store.unit(to_disk=False) as unit:
            turn = unit.begin_turn(conversation_id, message_id, self._clock())
            if turn.status == "pending" and turn.handled_at is not None:
                said = unit.replies_to(conversation_id, message_id)
                replies = [({"text": line.text} if line.text else {}) | (line.data or {}) for line in said]
                if replies:
                    unit.finish_turn(conversation_id, message_id, replies, self._clock())
                    return _Begun(is_taken_over, replies)
            is_heard = is_taken_over and unit.latest_patient_message(conversation_id, message_id) is not None
            if not is_heard:
                unit.retry_turn(conversation_id, message_id)
        # A silent turn has no end that events would show; that the message was heard is all that there is to it.
        return _Begun(is_taken_over, self._finish_silently(conversation, message_id, []) if is_heard else None)

    def _wish(self, conversation: Conversation, message_id: str, text: str, *, under_way: bool) -> list[JsonObject] | None:
        """Whoever wants to be erased need not wait for a bot that is silent, or away. None: that is not what the message wants."""
        now = self._clock()
        wish = None if self._wishes is None else self._wishes.read(conversation.locale, text, now.date())
        if wish is None:
            return None
        if not under_way:
            # Nothing of it is in the engine: the erasure need not wait for that.
            with self._store.unit(to_disk=False) as unit:
                unit.fail_turn(conversation.id, message_id)
        erasure = self._erasures.erase(conversation.id, by=PATIENT) if wish.is_confirmed else None
        replies = wish.replies(erasure)
        with self._store.unit(to_disk=False) as unit:
            if unit.finish_turn(conversation.id, message_id, replies, now) is not None:
                asked = {part: replies[0][part] for part in ("buttons", "custom")}
                unit.add_messages(
                    conversation.id,
                    [
                        NewMessage(_key("wish", conversation.id, message_id), "patient", text, now, message_id=message_id),
                        NewMessage(
                            _key("asked", conversation.id, message_id), "bot", replies[0]["text"], now, asked, message_id=message_id
                        ),
                    ],
                )
        return replies

    def _fail(self, conversation_id: str, message_id: str, *, refused: bool) -> None:
        """Nothing came of a turn. Raises `UnknownConversationError` where that is because the conversation was erased."""
        with self._store.unit(to_disk=False) as unit:
            if refused:
                unit.fail_turn(conversation_id, message_id)
            erased = unit.conversation(conversation_id) is None
        if erased:
            self._erasures.complete(conversation_id, is_through=refused)
            raise UnknownConversationError(conversation_id)

    def _finish(self, conversation: Conversation, message_id: str, replies: list[JsonObject]) -> list[JsonObject]:
        if not replies:
            replies = [{"text": self._fallback(conversation.locale)}]
            self._keep_fallback(conversation, message_id, replies[0]["text"])
        with self._store.unit(to_disk=False) as unit:
            replies = [*self._waiting(unit, conversation), *replies]
            erased = unit.finish_turn(conversation.id, message_id, replies, self._clock()) is None
        if erased:
            # The conversation was erased in this turn; now that the engine is through with it, so are its own records.
            complete = self._erasures.complete(conversation.id, is_through=True)
            if not complete and (text := self._still_erasing(conversation.locale)):
                replies = [*replies, {"text": text}]
        return replies

    def _finish_silently(self, conversation: Conversation, message_id: str, _said: list[JsonObject]) -> list[JsonObject]:
        """Whatever the engine may say meanwhile, nobody is told; what may be an emergency is answered all the same."""
        # Whoever looks after the conversation sees at once what was said, and what it was taken for.
        self._events.ingest()
        with self._store.unit() as unit:
            if unit.conversation(conversation.id) is None:
                raise UnknownConversationError(conversation.id)
            danger = self._note_waiting(unit, conversation, message_id)
            replies = [*self._waiting(unit, conversation), *danger]
            if conversation.channel not in self._delivers:
                replies.append(self._while_taken_over(conversation.locale))
            unit.finish_turn(conversation.id, message_id, replies, self._clock())
        return replies

    def _note_waiting(self, unit: Unit, conversation: Conversation, message_id: str) -> list[JsonObject]:
        """Whoever has the conversation sees that the patient waits. What may be an emergency is told to others as well, and answered."""
        heard, now = unit.latest_patient_message(conversation.id, message_id), self._clock()
        if heard is None or heard.intent is None or heard.intent not in DANGER:
            unit.note_waiting(conversation.id, now)
            return []
        if self._calls is not None:
            self._calls.call(unit, conversation, now, once_more=True)
        if self._in_danger is None:
            return []
        told = self._in_danger(conversation.locale, heard.intent)
        data = {part: told[part] for part in ("buttons", "custom") if told.get(part)}
        line = NewMessage(_key("danger", conversation.id, message_id), "bot", str(told["text"]), now, data, message_id=message_id)
        unit.add_messages(conversation.id, [line])
        return [told]

    def _waiting(self, unit: Unit, conversation: Conversation) -> list[JsonObject]:
        """What the patient was not told yet, where only a turn can tell it. It counts as delivered with the turn it came with."""
        if conversation.channel in self._delivers:
            return []
        lines = unit.waiting_lines(conversation.id)
        if lines:
            unit.note_delivered(conversation.id, lines[-1].position)
        return as_messages(lines)

    def _keep_fallback(self, conversation: Conversation, message_id: str, text: str) -> None:
        """The engine knows nothing of this line, so the transcript gets it from here, after what the engine heard."""
        self._events.ingest()
        with self._store.unit(to_disk=False) as unit:
            if unit.conversation(conversation.id) is not None:
                line = NewMessage(
                    event_key=_key("fallback", conversation.id, message_id),
                    who="bot",
                    text=text,
                    at=self._clock(),
                    message_id=message_id,
                )
                unit.add_messages(conversation.id, [line])


def _key(*parts: str) -> str:
    """The key of a line that no event of the engine stands behind."""
    return hashlib.sha256(":".join(parts).encode()).hexdigest()
