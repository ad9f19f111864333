"""What was to be said on a channel and did not arrive: on which one, when and why, until somebody has looked after it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiohttp import web

from bot.accounts.roles import Permission
from bot.store import Conversation, Unit
from bot.store.channels import Failure
from bot.web.console.door import conversation_of, redirect
from bot.web.console.route import Route
from bot.web.console.services import CONSOLE, ConsoleServices
from bot.web.console.visitor import Visitor

SHOWN, READ = 5, 50
"""So many answers are shown, of so many pieces: a long answer goes out as several, which mostly fail alike."""


@dataclass(frozen=True, slots=True)
class UndeliveredView:
    """What the panel shows: the latest failures, first the last one; `more`: there are others before them."""

    conversation_id: str
    failures: tuple[Failure, ...]
    more: bool
    may_settle: bool


def undelivered_panel(_services: ConsoleServices, unit: Unit, conversation: Conversation, visitor: Visitor) -> tuple[str, object]:
    """The part of a conversation's page (see `panels`)."""
    found = {(one.channel, one.why, one.said_at): one for one in reversed(unit.failures(conversation.id, READ))}
    answers = tuple(reversed(found.values()))
    view = UndeliveredView(conversation.id, answers[:SHOWN], len(answers) > SHOWN, visitor.may(Permission.WORK))
    return "undelivered", view


async def settle(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/conversations/{conversation}/undelivered/settle: somebody has looked after it."""
    conversation = conversation_of(request)
    await asyncio.to_thread(_settle, request.app[CONSOLE], visitor, conversation)
    return redirect(f"/console/conversations/{conversation.id}?done=settled")


def _settle(services: ConsoleServices, visitor: Visitor, conversation: Conversation) -> None:
    now = services.clock()
    with services.store.unit() as unit:
        if number := unit.settle_failures(conversation.id, now):
            unit.audit(
                visitor.actor,
                "settled_not_delivered",
                "conversation",
                conversation.id,
                at=now,
                trial_id=conversation.trial_id,
                detail={"pieces": number},
            )


ROUTES = (Route("POST", "/console/conversations/{conversation}/undelivered/settle", Permission.WORK, settle),)
