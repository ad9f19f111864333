"""Work on a conversation: its status, who has it, tags and notes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping

from aiohttp import web

from bot.accounts.roles import Permission
from bot.audit.actions import Action
from bot.conversations.review.work import LONGEST_NOTE, OWN_NOTE_FOR, reason, reason_of
from bot.conversations.working import AddTag, Assign, Change, RemoveTag, SetStatus, change_one
from bot.store import Conversation, Json, Unit
from bot.store.records import WORK_STATUSES
from bot.store.work import LONGEST_REASON, NotATagError
from bot.web.console.door import conversation_of, redirect
from bot.web.console.fields import texts_of
from bot.web.console.route import Route
from bot.web.console.services import CONSOLE, ConsoleServices
from bot.web.console.visitor import Visitor

_NUMBER = re.compile(r"\d{1,9}", re.ASCII)

Fields = Mapping[str, str]
Handler = Callable[[ConsoleServices, Unit, Visitor, Conversation, Fields], str]
"""Does what a form asks for, in one transaction, and gives the code of the text that says so. Raises `RefusedError`."""


class RefusedError(Exception):
    """A form that cannot be done as it is. `code` is the key of the text that says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def set_status(services: ConsoleServices, unit: Unit, visitor: Visitor, conversation: Conversation, fields: Fields) -> str:
    """POST …/status: how far the work is; what is closed has a reason."""
    status = next((one for one in WORK_STATUSES if one == fields.get("status")), None)
    if status is None:
        raise RefusedError("no_status")
    because, reasons = fields.get("because", ""), services.texts["conversation"]["closed_because"]
    if status == "closed" and because not in reasons:
        raise RefusedError("no_reason")
    # A masked form has no field for the words: they stay as they are.
    words = fields.get("words", reason_of(conversation.closed_because, reasons)[1] or "")
    kept = reason(because, words, LONGEST_REASON) if status == "closed" else None
    _worked(services, unit, visitor, conversation, SetStatus(status, kept))
    return "status"


def assign(services: ConsoleServices, unit: Unit, visitor: Visitor, conversation: Conversation, fields: Fields) -> str:
    """POST …/assign: give it to somebody who sees it, or to nobody."""
    wanted = fields.get("account", "")
    if not wanted:
        _worked(services, unit, visitor, conversation, Assign(None))
        return "unassigned"
    if not _NUMBER.fullmatch(wanted) or not _worked(services, unit, visitor, conversation, Assign(int(wanted))):
        raise RefusedError("no_account")
    return "assigned"


def add_tag(services: ConsoleServices, unit: Unit, visitor: Visitor, conversation: Conversation, fields: Fields) -> str:
    """POST …/tags"""
    try:
        _worked(services, unit, visitor, conversation, AddTag(fields.get("tag", "")))
    except NotATagError:
        raise RefusedError("no_tag") from None
    return "tagged"


def remove_tag(services: ConsoleServices, unit: Unit, visitor: Visitor, conversation: Conversation, fields: Fields) -> str:
    """POST …/tags/remove"""
    try:
        _worked(services, unit, visitor, conversation, RemoveTag(fields.get("tag", "")))
    except NotATagError:
        raise RefusedError("no_tag") from None
    return "untagged"


def add_note(services: ConsoleServices, unit: Unit, visitor: Visitor, conversation: Conversation, fields: Fields) -> str:
    """POST …/notes"""
    text = fields.get("text", "").replace("\r\n", "\n").strip()
    if not text or len(text) > LONGEST_NOTE:
        raise RefusedError("no_note")
    note = unit.add_note(conversation.id, visitor.account.id, text, services.clock())
    _audit(services, unit, visitor, conversation, "noted", {"note": note})
    return "noted"


def delete_note(services: ConsoleServices, unit: Unit, visitor: Visitor, conversation: Conversation, fields: Fields) -> str:
    """POST …/notes/{note}/delete: one's own, for an hour."""
    note, now = int(fields["note"]), services.clock()
    if not unit.delete_note(conversation.id, note, visitor.account.id, written_since=now - OWN_NOTE_FOR, at=now):
        raise RefusedError("not_your_note")
    _audit(services, unit, visitor, conversation, "deleted_note", {"note": note})
    return "note_deleted"


def _worked(services: ConsoleServices, unit: Unit, visitor: Visitor, conversation: Conversation, change: Change) -> bool:
    """The work that the inbox does with several, done with this one."""
    return change_one(unit, change, conversation.id, visitor.trials, visitor.actor, services.clock())


def _audit(
    services: ConsoleServices, unit: Unit, visitor: Visitor, conversation: Conversation, action: Action, detail: Json = None
) -> None:
    at, trial = services.clock(), conversation.trial_id
    unit.audit(visitor.actor, action, "conversation", conversation.id, at=at, trial_id=trial, detail=detail)


def _route(path: str, handler: Handler) -> Route:
    async def handle(request: web.Request, visitor: Visitor) -> web.StreamResponse:
        conversation = conversation_of(request)
        fields = dict(await texts_of(request)) | dict(request.match_info)
        outcome = await asyncio.to_thread(_done, request.app[CONSOLE], visitor, conversation, fields, handler)
        return redirect(f"/console/conversations/{conversation.id}?{outcome}#work")

    return Route("POST", f"/console/conversations/{{conversation}}/{path}", Permission.WORK, handle)


def _done(services: ConsoleServices, visitor: Visitor, conversation: Conversation, fields: Fields, handler: Handler) -> str:
    try:
        with services.store.unit() as unit:
            return f"done={handler(services, unit, visitor, conversation, fields)}"
    except RefusedError as refused:
        return f"problem={refused.code}"


ROUTES = (
    _route("status", set_status),
    _route("assign", assign),
    _route("tags", add_tag),
    _route("tags/remove", remove_tag),
    _route("notes", add_note),
    _route(r"notes/{note:\d{1,9}}/delete", delete_note),
)
