"""Somebody writes, and the process is killed before it can bring that to the patient: `dying DATABASE CONVERSATION ACCOUNT TEXT`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bot.conversations.taking_over import Coordinator, TakingOver
from bot.store import Conversation, Store
from bot.store.clock import utc_now
from bot.web.take_overs import TakeOvers
from tests.console.house import AUDIT_KEY


class _Dying:
    """A channel whose process ends at the moment at which it should bring something."""

    async def deliver(self, _conversation: Conversation) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


class _NoTurns:
    """No turn is under way."""

    @asynccontextmanager
    async def alone(self, _conversation_id: str) -> AsyncIterator[None]:
        yield


async def _write(database: str, conversation_id: str, account: int, text: str) -> None:
    store, nothing, no_turns = Store(database, AUDIT_KEY), Any, _NoTurns()
    with store.reading() as unit:
        conversation = unit.conversation(conversation_id)
    assert conversation is not None
    taking_over = TakingOver(store, nothing, nothing, nothing, utc_now, lambda _channel: True)  # type: ignore[arg-type]
    take_overs = TakeOvers(taking_over, no_turns, nothing, {conversation.channel: _Dying()})  # type: ignore[arg-type]
    await take_overs.write(conversation, Coordinator(account, f"account:{account}"), text, "form")


if __name__ == "__main__":
    asyncio.run(_write(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]))
