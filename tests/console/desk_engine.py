"""A dialogue engine without Rasa: the real desk answers, and what was said goes straight into the transcript."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta
from typing import Any, Literal

from bot.conversations.desk import Desk, Incoming
from bot.store import JsonObject, NewMessage, Store
from bot.store.clock import Clock


class DeskEngine:
    """What `bot.web.engine_client.Engine` asks for. What the rules would answer beside the screening is one fixed line."""

    def __init__(self, store: Store, desk: Desk, clock: Clock) -> None:
        self._store, self._desk, self._clock = store, desk, clock
        self._keys = itertools.count()
        self.paused: set[str] = set()
        self.away = False

    async def say(
        self, conversation_id: str, text: str, message_id: str, event: Literal["open"] | None = None, *, paused: bool = False
    ) -> list[JsonObject]:
        """Hand a message over."""
        return await asyncio.to_thread(self.turn, conversation_id, text, message_id, event, paused)

    async def pause(self, conversation_id: str, paused: bool) -> None:
        """Silence the bot, or let it speak again."""
        (self.paused.add if paused else self.paused.discard)(conversation_id)

    async def is_up(self) -> bool:
        """It is here."""
        return not self.away

    def turn(
        self, conversation_id: str, text: str, message_id: str, event: Literal["open"] | None = None, paused: bool = False
    ) -> list[JsonObject]:
        """One turn: heard, answered, written down."""
        (self.paused.add if paused else self.paused.discard)(conversation_id)
        replies: list[JsonObject] = []
        if not paused:
            incoming = Incoming(conversation_id, text, message_id)
            reply = self._desk.ask_again(incoming) if event == "open" else self._desk.respond(incoming)
            replies = [{"text": "(answered beside the screening)"}] if reply.handed_over else [dict(message) for message in reply.messages]
        with self._store.unit() as unit:
            if unit.conversation(conversation_id) is not None:
                heard = [] if event == "open" else [self._line("patient", text, message_id, {})]
                said = [self._line("bot", reply.get("text", ""), message_id, reply) for reply in replies]
                unit.add_messages(conversation_id, [*heard, *said])
        return replies

    def _line(self, who: Literal["patient", "bot"], text: str, message_id: str, reply: dict[str, Any]) -> NewMessage:
        number = next(self._keys)
        data = {part: reply[part] for part in ("buttons", "custom") if part in reply}
        return NewMessage(
            event_key=f"{message_id}-{number}",
            who=who,
            text=text,
            at=self._clock() + timedelta(microseconds=number),
            data=data or None,
            intent="inform" if who == "patient" else None,
            confidence=0.93 if who == "patient" else None,
            message_id=message_id,
        )
