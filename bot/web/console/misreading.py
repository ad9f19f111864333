"""Saying that a message was misread, and what it meant. The bot's own answers stay as they are."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from bot.accounts.roles import Permission
from bot.conversations.review import Line, Review
from bot.conversations.review.misread import COMMANDS, KINDS, NotMeantError, meant
from bot.deliveries.events import note_event
from bot.screening.attributes import Attribute
from bot.store import Conversation, Event
from bot.web.console.conversation import revealed_until
from bot.web.console.door import conversation_of, redirect
from bot.web.console.rendering import page
from bot.web.console.route import Route
from bot.web.console.services import CONSOLE, ConsoleServices
from bot.web.console.visitor import Visitor

_NEEDS_ANSWER = frozenset({"answer", "unsure", "decline"})


async def form(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """GET …/messages/{position}/misread"""
    return await _form(request, visitor, "")


async def flag(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST …/messages/{position}/misread"""
    conversation, position = conversation_of(request), int(request.match_info["position"])
    fields: dict[str, list[str]] = {}
    for name, value in (await request.post()).items():
        if isinstance(value, str):
            fields.setdefault(name, []).append(value)
    try:
        await asyncio.to_thread(_flagged, request.app[CONSOLE], visitor, conversation, position, fields)
    except NotMeantError as problem:
        return await _form(request, visitor, problem.code, fields)
    return redirect(f"/console/conversations/{conversation.id}?done=flagged#m{position}")


async def withdraw(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST …/messages/{position}/misread/withdraw"""
    conversation, position = conversation_of(request), int(request.match_info["position"])
    await asyncio.to_thread(_withdrawn, request.app[CONSOLE], visitor, conversation, position)
    return redirect(f"/console/conversations/{conversation.id}?done=flag_withdrawn#m{position}")


async def _form(
    request: web.Request, visitor: Visitor, problem: str, fields: Mapping[str, Sequence[str]] | None = None
) -> web.StreamResponse:
    services, conversation = request.app[CONSOLE], conversation_of(request)
    position = int(request.match_info["position"])
    review = await asyncio.to_thread(_review, services, visitor, conversation)
    line, before = _line(review, position)
    attribute = _open(services, line)
    return page(
        request,
        visitor,
        "misread.html",
        status=400 if problem else 200,
        conversation=conversation,
        review=review,
        line=line,
        question=before,
        attribute=attribute,
        options=[] if attribute is None else [(value, _title(services, attribute, value)) for value in attribute.values],
        kinds=[kind for kind in KINDS if attribute is not None or kind not in _NEEDS_ANSWER],
        commands=COMMANDS,
        problem=problem,
        fields=fields or {},
        address=f"/console/conversations/{conversation.id}",
    )


def _review(services: ConsoleServices, visitor: Visitor, conversation: Conversation) -> Review:
    with services.store.reading() as unit:
        until = revealed_until(unit, visitor, conversation.id, services.clock())
        return services.reviews.review(unit, conversation, revealed=until is not None)


def _line(review: Review, position: int) -> tuple[Line, Line | None]:
    """The patient's message at a position, and the question that was open; a `HTTPNotFound` where it is none."""
    before: Line | None = None
    for line in review.lines:
        if line.position == position and line.who == "patient":
            return line, before
        before = line if line.kind == "question" else None if line.who == "patient" else before
    raise web.HTTPNotFound


def _open(services: ConsoleServices, line: Line) -> Attribute | None:
    return None if line.asked is None else services.library.attributes.get(line.asked)


def _title(services: ConsoleServices, attribute: Attribute, value: str) -> str:
    return services.reviews.study.option_title(attribute.name, value)


def _flagged(
    services: ConsoleServices, visitor: Visitor, conversation: Conversation, position: int, fields: Mapping[str, Sequence[str]]
) -> None:
    review = _review(services, visitor, conversation)
    if not review.revealed:
        # Nobody can say what a message meant that they have not read.
        raise NotMeantError("hidden")
    line, _ = _line(review, position)
    attribute = _open(services, line)
    lexicon = services.library.in_locale(conversation.locale).lexicon
    said = meant(fields, attribute, topics(services), lexicon)
    now, trial = services.clock(), conversation.trial_id
    name = None if attribute is None else attribute.name
    with services.store.unit() as unit:
        if not unit.flag_misreading(conversation.id, position, visitor.account.id, attribute=name, meant=said, at=now):
            raise web.HTTPNotFound
        note_event(
            unit,
            Event.CONVERSATION_FLAGGED,
            thing=f"{conversation.id}:{position}",
            conversation_id=conversation.id,
            trial_id=trial,
            at=now,
        )
        detail = {"message": position}
        unit.audit(visitor.actor, "flagged_misreading", "conversation", conversation.id, at=now, trial_id=trial, detail=detail)


def _withdrawn(services: ConsoleServices, visitor: Visitor, conversation: Conversation, position: int) -> None:
    now, trial = services.clock(), conversation.trial_id
    with services.store.unit() as unit:
        if unit.withdraw_misreading(conversation.id, position, now):
            detail = {"message": position}
            unit.audit(visitor.actor, "withdrew_misreading", "conversation", conversation.id, at=now, trial_id=trial, detail=detail)


def topics(services: ConsoleServices) -> Sequence[str]:
    """What a question can be about."""
    named: Mapping[str, Any] = services.texts["conversation"]["topics"]
    return list(named)


_HERE = r"/console/conversations/{conversation}/messages/{position:\d{1,9}}/misread"
ROUTES = (
    Route("GET", _HERE, Permission.WORK, form),
    Route("POST", _HERE, Permission.WORK, flag),
    Route("POST", f"{_HERE}/withdraw", Permission.WORK, withdraw),
)
