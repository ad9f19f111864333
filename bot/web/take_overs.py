"""A take-over carried out: in the store first, then at the engine, then at the patient's channel."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from functools import partial

from aiohttp import web

from bot.conversations.taking_over import Coordinator, TakingOver
from bot.store import Conversation
from bot.web.delivering import Delivers
from bot.web.engine_client import Engine, EngineAwayError, EngineRefusedError
from bot.web.turns import Turns

_log = logging.getLogger(__name__)


class TakeOvers:
    """Takes over, writes and hands back, while no turn of the conversation is under way.

    The store decides. An engine that is away is told by the next turn, which says whether the bot is to be silent
    (`bot.web.turns`): so a take-over counts from the moment it is stored, whatever becomes of the engine.
    """

    def __init__(self, taking_over: TakingOver, turns: Turns, engine: Engine, delivers: Mapping[str, Delivers]) -> None:
        self._taking_over, self._turns, self._engine, self._delivers = taking_over, turns, engine, delivers

    async def take_over(self, conversation: Conversation, by: Coordinator, *, instead_of: int | None, shown_as: str | None) -> None:
        """See `TakingOver.take_over`. A turn that is under way finishes first; after it the bot says nothing more."""
        take = partial(self._taking_over.take_over, conversation.id, by, instead_of=instead_of, shown_as=shown_as)
        async with self._turns.alone(conversation.id):
            await asyncio.to_thread(take)
            await self._tell_engine(conversation, paused=True)
        await self._deliver(conversation)

    async def write(self, conversation: Conversation, by: Coordinator, text: str, form_id: str) -> None:
        """See `TakingOver.write`."""
        async with self._turns.alone(conversation.id):
            await asyncio.to_thread(self._taking_over.write, conversation.id, by, text, form_id)
        await self._deliver(conversation)

    async def hand_back(self, conversation: Conversation, by: Coordinator) -> None:
        """See `TakingOver.hand_back`."""
        async with self._turns.alone(conversation.id):
            await asyncio.to_thread(self._taking_over.hand_back, conversation.id, by)
            await self._tell_engine(conversation, paused=False)
        await self._deliver(conversation)

    async def _tell_engine(self, conversation: Conversation, *, paused: bool) -> None:
        try:
            await self._engine.pause(conversation.id, paused)
        except (EngineAwayError, EngineRefusedError):
            _log.warning("the engine could not be told at once that a conversation is taken over or handed back; the next turn tells it")

    async def _deliver(self, conversation: Conversation) -> None:
        channel = self._delivers.get(conversation.channel)
        if channel is not None:
            await channel.deliver(conversation)


TAKE_OVERS: web.AppKey[TakeOvers] = web.AppKey("take_overs", TakeOvers)
