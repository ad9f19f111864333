"""Taking a conversation over, writing in it, handing it back; and the part of a conversation's page where that is done."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from bot.accounts.roles import FIRST_LOGIN, Permission, Role
from bot.conversations.taking_over import LONGEST, Coordinator, HeldByAnotherError, NotHeldError, TakingOver
from bot.conversations.waiting import DANGER, end_waiting
from bot.store import Conversation, Unit, UnknownConversationError
from bot.web.console.door import conversation_of, redirect
from bot.web.console.rendering import error_page, page
from bot.web.console.route import Route
from bot.web.console.services import CONSOLE, ConsoleServices
from bot.web.console.visitor import Visitor
from bot.web.requests import printable
from bot.web.services import SERVICES, TURNS
from bot.web.take_overs import TAKE_OVERS, TakeOvers

_LONGEST_NAME = 40
_LONGEST_FORM_ID = 64
_LONG_AWAY = timedelta(hours=1)
"""Without a word for this long, a patient may have gone."""


def add_take_overs(app: web.Application, services: ConsoleServices) -> None:
    """Let the console's handlers find what carries a take-over out."""
    public, delivers = app[SERVICES], services.delivers
    taking_over = TakingOver(
        services.store, services.library, services.desk, public.events, services.clock, is_pushed=lambda channel: channel in delivers
    )
    app[TAKE_OVERS] = TakeOvers(taking_over, app[TURNS], public.engine, delivers)


async def take_over(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/conversations/{conversation}/take-over"""
    conversation, form = conversation_of(request), await request.post()
    holder = str(form.get("holder", ""))[:12]
    instead_of = int(holder) if holder.isascii() and holder.isdigit() else None
    shown_as = " ".join(printable(str(form.get("shown_as", ""))).split())[:_LONGEST_NAME] or None
    try:
        await request.app[TAKE_OVERS].take_over(conversation, _as_coordinator(visitor), instead_of=instead_of, shown_as=shown_as)
    except HeldByAnotherError:
        return _back(conversation, "held_by_another")
    except UnknownConversationError:
        return error_page(request, visitor, "not_found", 404)
    return _back(conversation, "taken_over")


async def write(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/conversations/{conversation}/write"""
    conversation, form = conversation_of(request), await request.post()
    text = printable(str(form.get("text", ""))).strip()
    if not text:
        return _back(conversation, "nothing_written")
    refused = "too_long" if len(text) > LONGEST else ""
    if not refused:
        try:
            form_id = str(form.get("id", ""))[:_LONGEST_FORM_ID]
            await request.app[TAKE_OVERS].write(conversation, _as_coordinator(visitor), text, form_id)
        except HeldByAnotherError:
            refused = "held_by_another"
        except NotHeldError:
            refused = "not_held"
        except UnknownConversationError:
            return error_page(request, visitor, "not_found", 404)
    if refused:
        # What was written is given back rather than lost.
        return page(request, visitor, "take_over_refused.html", status=409, refused=refused, written=text, conversation=conversation)
    return _back(conversation, "written")


async def hand_back(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/conversations/{conversation}/hand-back"""
    conversation = conversation_of(request)
    try:
        await request.app[TAKE_OVERS].hand_back(conversation, _as_coordinator(visitor))
    except HeldByAnotherError:
        return _back(conversation, "held_by_another")
    except UnknownConversationError:
        return error_page(request, visitor, "not_found", 404)
    return _back(conversation, "handed_back")


async def waits_no_longer(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/conversations/{conversation}/waits-no-longer: somebody has called them, or helped them elsewhere."""
    conversation, services = conversation_of(request), request.app[CONSOLE]
    ended = await asyncio.to_thread(end_waiting, services.store, conversation.id, visitor.actor, services.clock())
    return _back(conversation, "waits_no_longer" if ended else "nobody_waits")


def _as_coordinator(visitor: Visitor) -> Coordinator:
    return Coordinator(visitor.account.id, visitor.actor, may_hand_back_all=visitor.role is Role.ADMINISTRATOR)


def _back(conversation: Conversation, done: str) -> web.Response:
    return redirect(f"/console/conversations/{conversation.id}?done={done}#take-over")


@dataclass(frozen=True, slots=True)
class TakeOverPanel:
    """What `parts/take_over.html` shows."""

    conversation: Conversation
    # None: the bot has it.
    holder: int | None
    holder_name: str
    is_mine: bool
    may_work: bool
    may_hand_back: bool
    # Whether lines reach the patient by themselves.
    is_pushed: bool
    # How many lines the patient's channel does not have yet.
    undelivered: int
    last_heard: datetime | None
    is_long_away: bool
    # When the patient said something, not answered by a person since, that may be an emergency.
    danger_at: datetime | None
    is_neglected: bool
    suggested_name: str
    form_id: str
    longest: int = LONGEST


def take_over_panel(services: ConsoleServices, unit: Unit, conversation: Conversation, visitor: Visitor) -> tuple[str, object]:
    """Who has the conversation, who waits, and what the visitor may do about it."""
    now, holder = services.clock(), conversation.taken_over_by
    account = None if holder is None else unit.account(holder)
    last_heard = unit.latest_patient_message(conversation.id)
    lines = unit.unanswered_lines(conversation.id) if holder is not None else []
    danger = [line.at for line in lines if line.intent in DANGER]
    may_work, is_mine = visitor.may(Permission.WORK), holder == visitor.account.id
    return "take_over", TakeOverPanel(
        conversation=conversation,
        holder=holder,
        holder_name="" if account is None else account.name,
        is_mine=is_mine,
        may_work=may_work,
        may_hand_back=holder is not None and may_work and (is_mine or visitor.role is Role.ADMINISTRATOR),
        is_pushed=conversation.channel in services.delivers,
        undelivered=len(unit.waiting_lines(conversation.id)),
        last_heard=None if last_heard is None else last_heard.at,
        is_long_away=last_heard is not None and now - last_heard.at > _LONG_AWAY,
        danger_at=danger[-1] if danger else None,
        is_neglected=_is_neglected(unit, conversation, now, services.takeover_patience),
        suggested_name=_first_name(visitor),
        form_id=secrets.token_hex(16),
    )


def _is_neglected(unit: Unit, conversation: Conversation, now: datetime, patience: timedelta) -> bool:
    """Whether the patient waits, and whoever took it over has done nothing here for so long."""
    if conversation.waiting_since is None or conversation.taken_over_at is None:
        return False
    acted = max(filter(None, (conversation.taken_over_at, unit.last_written(conversation.id))))
    return now - acted >= patience


def _first_name(visitor: Visitor) -> str:
    """None for the account that is there from the start: its name is nobody's."""
    names = visitor.account.name.split()
    return names[0][:_LONGEST_NAME] if names and visitor.account.login != FIRST_LOGIN else ""


_CONVERSATION = "/console/conversations/{conversation}"
ROUTES = (
    Route("POST", f"{_CONVERSATION}/take-over", Permission.WORK, take_over),
    Route("POST", f"{_CONVERSATION}/write", Permission.WORK, write),
    Route("POST", f"{_CONVERSATION}/hand-back", Permission.WORK, hand_back),
    Route("POST", f"{_CONVERSATION}/waits-no-longer", Permission.WORK, waits_no_longer),
)
