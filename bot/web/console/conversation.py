"""A conversation's page: the transcript beside what was understood, the criteria, the work on it. Masked until it is revealed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from bot.accounts.roles import Permission
from bot.conversations.review import Review
from bot.conversations.review.work import LONGEST_NOTE, WorkView, work_on
from bot.store import Conversation, Unit
from bot.store.records import WORK_STATUSES
from bot.store.reveals import ANSWERS, REVEALED_FOR, seconds_left
from bot.store.work import LONGEST_REASON, LONGEST_TAG
from bot.web.changes import SOME_ERASED
from bot.web.console.door import conversation_of, redirect, visitor_of
from bot.web.console.live import SessionEnded, stream
from bot.web.console.panels import panels_of
from bot.web.console.rendering import page
from bot.web.console.route import Route
from bot.web.console.services import CONSOLE, ConsoleServices
from bot.web.console.visitor import Visitor

_OPENED_FOR = timedelta(minutes=15)
"""Who looks again within that time has not opened it anew."""


@dataclass(frozen=True, slots=True)
class ConversationPage:
    """What the page is made of. `revealed_until` None: masked."""

    conversation: Conversation
    review: Review
    work: WorkView
    revealed_until: datetime | None
    panels: dict[str, Any]


async def show(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """GET /console/conversations/{conversation}"""
    return await _shown(request, visitor, "conversation.html")


async def live(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """GET /console/conversations/{conversation}/live: the parts that change while somebody looks on."""
    return await _shown(request, visitor, "parts/conversation_live.html")


async def _shown(request: web.Request, visitor: Visitor, template: str) -> web.StreamResponse:
    services = request.app[CONSOLE]
    found = await asyncio.to_thread(_opened, services, visitor, conversation_of(request))
    return page(
        request,
        visitor,
        template,
        conversation=found.conversation,
        review=found.review,
        work=found.work,
        revealed_until=found.revealed_until,
        revealed_for=seconds_left(found.revealed_until, services.clock()),
        # A part finds its view under its own name, and among all of them.
        panels=found.panels,
        **found.panels,
        statuses=WORK_STATUSES,
        longest={"note": LONGEST_NOTE, "tag": LONGEST_TAG, "reason": LONGEST_REASON},
        problem=request.query.get("problem", ""),
        # A part is asked for by itself; its address is that of its page.
        address=f"/console/conversations/{found.conversation.id}",
    )


async def reveal(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/conversations/{conversation}/reveal: see what the patient told, for a while."""
    conversation = conversation_of(request)
    await asyncio.to_thread(_revealed, request.app[CONSOLE], visitor, conversation)
    return redirect(f"/console/conversations/{conversation.id}")


async def hide(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/conversations/{conversation}/hide: mask it again."""
    conversation = conversation_of(request)
    await asyncio.to_thread(_hidden, request.app[CONSOLE], visitor, conversation)
    return redirect(f"/console/conversations/{conversation.id}")


async def events(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """GET /console/conversations/{conversation}/events: a word whenever the page has become old; nothing of what changed."""
    conversation, services = conversation_of(request), request.app[CONSOLE]
    revealed = await asyncio.to_thread(_is_revealed, services, visitor, conversation.id)

    async def tell(names: frozenset[str]) -> str | None:
        nonlocal revealed
        # The page asks by itself: that keeps no session awake.
        now_here = await visitor_of(request, by_itself=True)
        if now_here is None or not now_here.may(Permission.READ_CONVERSATIONS):
            raise SessionEnded
        # When the time is over the page hides by itself what it showed.
        before, revealed = revealed, await asyncio.to_thread(_is_revealed, services, now_here, conversation.id)
        gone = SOME_ERASED in names and not await asyncio.to_thread(_is_there, services, conversation.id)
        return "changed" if gone or conversation.id in names or revealed != before else None

    return await stream(request, "changed", tell, at_once="changed")


def revealed_until(unit: Unit, visitor: Visitor, conversation_id: str, now: datetime) -> datetime | None:
    """Until when a visitor sees what the patient told; None where it is masked for them."""
    return unit.revealed_until(visitor.session.id, conversation_id, ANSWERS, now) if visitor.may(Permission.REVEAL) else None


def _is_there(services: ConsoleServices, conversation_id: str) -> bool:
    with services.store.reading() as unit:
        return unit.conversation(conversation_id) is not None


def _is_revealed(services: ConsoleServices, visitor: Visitor, conversation_id: str) -> bool:
    with services.store.reading() as unit:
        return revealed_until(unit, visitor, conversation_id, services.clock()) is not None


def _opened(services: ConsoleServices, visitor: Visitor, conversation: Conversation) -> ConversationPage:
    now = services.clock()
    _note_opened(services, visitor, conversation, now)
    reasons = services.texts["conversation"]["closed_because"]
    with services.store.reading() as unit:
        until = revealed_until(unit, visitor, conversation.id, now)
        return ConversationPage(
            conversation=conversation,
            review=services.reviews.review(unit, conversation, revealed=until is not None),
            work=work_on(unit, conversation, visitor.account.id, visitor.trials, reasons, revealed=until is not None, now=now),
            revealed_until=until,
            panels=panels_of(services, unit, conversation, visitor),
        )


def _note_opened(services: ConsoleServices, visitor: Visitor, conversation: Conversation, now: datetime) -> None:
    """Audit that somebody opened it, before anything is shown; not again at every refresh."""
    session = visitor.session.id
    with services.store.reading() as unit:
        if unit.opened_since(visitor.actor, session, conversation.id, now - _OPENED_FOR):
            return
    with services.store.unit() as unit:
        trial = conversation.trial_id
        unit.audit(visitor.actor, "opened", "conversation", conversation.id, at=now, trial_id=trial, detail={"session": session})


def _revealed(services: ConsoleServices, visitor: Visitor, conversation: Conversation) -> None:
    now, trial = services.clock(), conversation.trial_id
    with services.store.unit() as unit:
        unit.reveal(visitor.session.id, conversation.id, ANSWERS, now + REVEALED_FOR)
        unit.audit(visitor.actor, "revealed", "conversation", conversation.id, at=now, trial_id=trial, detail={"what": ANSWERS})


def _hidden(services: ConsoleServices, visitor: Visitor, conversation: Conversation) -> None:
    now, trial = services.clock(), conversation.trial_id
    with services.store.unit() as unit:
        unit.hide(visitor.session.id, conversation.id, ANSWERS)
        unit.audit(visitor.actor, "hid", "conversation", conversation.id, at=now, trial_id=trial, detail={"what": ANSWERS})


_HERE = "/console/conversations/{conversation}"
ROUTES = (
    Route("GET", _HERE, Permission.READ_CONVERSATIONS, show),
    Route("GET", f"{_HERE}/live", Permission.READ_CONVERSATIONS, live, by_itself=True),
    Route("GET", f"{_HERE}/events", Permission.READ_CONVERSATIONS, events, by_itself=True),
    Route("POST", f"{_HERE}/reveal", Permission.REVEAL, reveal),
    Route("POST", f"{_HERE}/hide", Permission.REVEAL, hide),
)
