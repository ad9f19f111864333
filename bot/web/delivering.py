"""How lines that a patient did not ask for reach them: what a coordinator writes, who joined, that the bot is back.

The store has them (`unit.waiting_lines`) from the moment they are said. A channel that can bring them to the patient by itself
registers a `Delivers` under its name in `app[DELIVERS]`; on a channel without one they come with the answer to the patient's
next message (`bot.web.turns`).
"""

from __future__ import annotations

from typing import Protocol

from aiohttp import web

from bot.store import Conversation


class Delivers(Protocol):
    """A channel that brings lines to the patient by itself."""

    async def deliver(self, conversation: Conversation) -> None:
        """There are new lines. Called in the process in which they were said, once they are in the store; raises nothing.

        Who has brought lines to the patient notes it (`unit.note_delivered`), so that no restart brings them again.
        """
        ...


DELIVERS: web.AppKey[dict[str, Delivers]] = web.AppKey("delivers", dict)
