"""How a patient wants to be reached: masked, until somebody who may asks to see it. Each look is audited."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiohttp import web

from bot.accounts.roles import Permission
from bot.sealing import SealingError
from bot.store import ContactRequest, Conversation, JsonObject, Unit
from bot.store.reveals import CONTACT, REVEALED_FOR, seconds_left
from bot.web.console.door import conversation_of, redirect
from bot.web.console.rendering import page
from bot.web.console.route import Route
from bot.web.console.services import CONSOLE, ConsoleServices
from bot.web.console.visitor import Visitor

FIELDS = ("name", "phone", "email", "time", "relation")


@dataclass(frozen=True, slots=True)
class RequestView:
    """One request. `content` is None while it is masked, and where no key opens it (`unreadable`)."""

    request: ContactRequest
    content: JsonObject | None
    unreadable: bool


@dataclass(frozen=True, slots=True)
class ContactView:
    """What the panel shows: the requests about trials that the visitor sees."""

    conversation_id: str
    requests: tuple[RequestView, ...]
    revealed: bool
    may_reveal: bool
    # How long it is still shown; 0 while it is masked.
    seconds: int
    minutes: int = int(REVEALED_FOR.total_seconds()) // 60


def contact_panel(services: ConsoleServices, unit: Unit, conversation: Conversation, visitor: Visitor) -> tuple[str, object]:
    """The part of a conversation's page (see `panels`)."""
    may_reveal = visitor.may(Permission.REVEAL)
    now = services.clock()
    until = unit.revealed_until(visitor.session.id, conversation.id, CONTACT, now) if may_reveal else None
    revealed = until is not None
    shown = tuple(_view(services, request, revealed) for request in _theirs(unit, conversation, visitor))
    return "contact", ContactView(conversation.id, shown, revealed, may_reveal, seconds_left(until, now))


async def contact(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """GET /console/conversations/{conversation}/contact: the panel as a page of its own."""
    view = await asyncio.to_thread(_panel, request.app[CONSOLE], conversation_of(request), visitor)
    return page(request, visitor, "contact.html", contact=view)


async def reveal(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/conversations/{conversation}/contact/reveal"""
    return await _afterwards(request, visitor, await asyncio.to_thread(_reveal, request.app[CONSOLE], conversation_of(request), visitor))


async def hide(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/conversations/{conversation}/contact/hide"""
    return await _afterwards(request, visitor, await asyncio.to_thread(_hide, request.app[CONSOLE], conversation_of(request), visitor))


async def _afterwards(request: web.Request, visitor: Visitor, done: bool) -> web.StreamResponse:
    """Back to the page that it was asked on; to htmx, the panel alone."""
    if not done:
        raise web.HTTPNotFound
    conversation = conversation_of(request)
    if request.headers.get("HX-Request") == "true":
        view = await asyncio.to_thread(_panel, request.app[CONSOLE], conversation, visitor)
        return page(request, visitor, "parts/contact.html", contact=view)
    here = f"/console/conversations/{conversation.id}"
    came_from = (await request.post()).get("from")
    return redirect(f"{here}#contact" if came_from == here else f"{here}/contact")


def _theirs(unit: Unit, conversation: Conversation, visitor: Visitor) -> list[ContactRequest]:
    """A conversation may have come to another trial since: what was left for one trial is not shown to who works on another."""
    return [request for request in unit.contact_requests(conversation.id) if visitor.sees_trial(request.trial_id)]


def _view(services: ConsoleServices, request: ContactRequest, revealed: bool) -> RequestView:
    if not revealed:
        return RequestView(request, None, unreadable=False)
    try:
        content = services.sealer.open(request.sealed)
    except SealingError:
        return RequestView(request, None, unreadable=True)
    return RequestView(request, content, unreadable=False)


def _panel(services: ConsoleServices, conversation: Conversation, visitor: Visitor) -> object:
    with services.store.reading() as unit:
        return contact_panel(services, unit, conversation, visitor)[1]


def _reveal(services: ConsoleServices, conversation: Conversation, visitor: Visitor) -> bool:
    now = services.clock()
    with services.store.unit() as unit:
        requests = _theirs(unit, conversation, visitor)
        if not requests:
            return False
        unit.reveal(visitor.session.id, conversation.id, CONTACT, now + REVEALED_FOR)
        for request in requests:
            unit.audit(visitor.actor, "contact_revealed", "conversation", conversation.id, at=now, trial_id=request.trial_id)
    return True


def _hide(services: ConsoleServices, conversation: Conversation, visitor: Visitor) -> bool:
    with services.store.unit() as unit:
        unit.hide(visitor.session.id, conversation.id, CONTACT)
    return True


ROUTES = (
    Route("GET", "/console/conversations/{conversation}/contact", Permission.READ_CONVERSATIONS, contact),
    Route("POST", "/console/conversations/{conversation}/contact/reveal", Permission.REVEAL, reveal),
    Route("POST", "/console/conversations/{conversation}/contact/hide", Permission.REVEAL, hide),
)
