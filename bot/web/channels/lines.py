"""Lines that nobody asked for, such as a coordinator's, on channels that can bring them at any time (`bot.web.delivering`).

Whoever has said a line brings it, at once. Should its process end in between, or the store fail it, a look every minute finds what
was left behind, in whichever process looks first.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from datetime import timedelta

from bot.conversations.taking_over import as_messages
from bot.signs import Work, did
from bot.store import Conversation, Store
from bot.store.clock import Clock
from bot.web.channels.envelope import Envelopes
from bot.web.channels.putting import Putting
from bot.web.channels.working import Wakes
from bot.web.errors import place

_log = logging.getLogger(__name__)

EVERY_SECONDS = 60.0
LEFT_AFTER = timedelta(minutes=1)
"""Whoever has said a line brings it within moments; one that old was left behind."""


class ChannelLines:
    """Puts them behind what is still to be sent. They count as delivered then: from there on nothing is lost."""

    def __init__(self, store: Store, envelopes: Envelopes, putting: Putting, clock: Clock, to_send: Wakes) -> None:
        self._store, self._envelopes, self._putting, self._clock, self._to_send = store, envelopes, putting, clock, to_send

    async def deliver(self, conversation: Conversation) -> None:
        """There are new lines."""
        try:
            await asyncio.to_thread(self._deliver, conversation)
        except Exception as problem:
            # The store has them, and the next line, message or look brings them along.
            _log.error("lines of a person wait: %s", place(problem))

    async def run(self, channels: Collection[str]) -> None:
        """Look for ever for what was left behind on these channels."""
        while True:
            await self.look(channels)
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self, channels: Collection[str]) -> int:
        """Bring what was left behind on these channels; in how many conversations that was tried."""
        tried, after = 0, ""
        try:
            while names := await asyncio.to_thread(self._left_behind, channels, after):
                for name in names:
                    if (conversation := await asyncio.to_thread(self._conversation, name)) is not None:
                        await self.deliver(conversation)
                tried, after = tried + len(names), names[-1]
            did(Work.CHANNEL_LINES)
        except Exception as problem:
            _log.error("lines that were left behind wait: %s", place(problem))
        return tried

    def _left_behind(self, channels: Collection[str], after: str) -> list[str]:
        with self._store.reading() as unit:
            return unit.left_behind(channels, self._clock() - LEFT_AFTER, after=after)

    def _conversation(self, conversation_id: str) -> Conversation | None:
        with self._store.reading() as unit:
            return unit.conversation(conversation_id)

    def _deliver(self, conversation: Conversation) -> None:
        with self._store.unit() as unit:
            # The lock of the conversation keeps two from bringing the same lines.
            unit.holder(conversation.id)
            lines = unit.waiting_lines(conversation.id)
            address, _ = self._envelopes.place(unit.channel_address(conversation.id))
            if not lines or address is None:
                return
            now, sender = self._clock(), conversation.sender
            messages = as_messages(lines)
            self._putting.send(unit, conversation.channel, sender, conversation.id, conversation.locale, address, messages, now)
            unit.note_delivered(conversation.id, lines[-1].position)
        self._to_send.set()
