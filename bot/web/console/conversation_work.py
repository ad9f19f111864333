"""Work on a conversation: its status, who has it, tags and notes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from aiohttp import web

from bot.accounts.roles import Permission
from bot.audit.actions import Action
from bot.conversations.review.work import LONGEST_NOTE, OWN_NOTE_FOR, assignees, reason, reason_of
from bot.store import Conversation, Json, Unit
from bot.store.records import WORK_STATUSES
from bot.store.work import LONGEST_REASON, NotATagError
from bot.web.console.door import conversation_of, redirect
from bot.web.console.route import Route
from bot.web.console.services import CONSOLE, ConsoleServices
from bot.web.console.visitor import Visitor

Fields = Mapping[str, str]
Change = Callable[[ConsoleServices, Unit, Visitor, Conversation, Fields], str]
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
    unit.set_status(conversation.id, status, services.clock(), kept)
    _audit(services, unit, visitor, conversation, "status_set", {"status": status, "before": conversation.status})
    return "status"


def assign(services: ConsoleServices, unit: Unit, visitor: Visitor, conversation: Conversation, fields: Fields) -> str:
    """POST …/assign: give it to somebody who sees it, or to nobody."""
    wanted = fields.get("account", "")
    account = next((one.id for one in assignees(unit, conversation.trial_id) if str(one.id) == wanted), None)
    if account is None and wanted:
        raise RefusedError("no_account")
    unit.assign(conversation.id, account, services.clock())
    detail = {"before": conversation.assigned_to} | ({} if account is None else {"to": account})
    _audit(services, unit, visitor, conversation, "unassigned" if account is None else "assigned", detail)
    return "assigned" if account is not None else "unassigned"


def add_tag(services: ConsoleServices, unit: Unit, visitor: Visitor, conversation: Conversation, fields: Fields) -> str:
    """POST …/tags"""
    try:
        unit.add_tag(conversation.id, fields.get("tag", ""), services.clock())
    except NotATagError:
        raise RefusedError("no_tag") from None
    _audit(services, unit, visitor, conversation, "tag_added")
    return "tagged"


def remove_tag(services: ConsoleServices, unit: Unit, visitor: Visitor, conversation: Conversation, fields: Fields) -> str:
    """POST …/tags/remove"""
    try:
        unit.remove_tag(conversation.id, fields.get("tag", ""), services.clock())
    except NotATagError:
        raise RefusedError("no_tag") from None
    _audit(services, unit, visitor, conversation, "tag_removed")
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


def _audit(
    services: ConsoleServices, unit: Unit, visitor: Visitor, conversation: Conversation, action: Action, detail: Json = None
) -> None:
    at, trial = services.clock(), conversation.trial_id
    unit.audit(visitor.actor, action, "conversation", conversation.id, at=at, trial_id=trial, detail=detail)


def _route(path: str, change: Change) -> Route:
    async def handle(request: web.Request, visitor: Visitor) -> web.StreamResponse:
        conversation = conversation_of(request)
        form = await request.post()
        fields = {name: value for name, value in form.items() if isinstance(value, str)} | dict(request.match_info)
        outcome = await asyncio.to_thread(_done, request.app[CONSOLE], visitor, conversation, fields, change)
        return redirect(f"/console/conversations/{conversation.id}?{outcome}#work")

    return Route("POST", f"/console/conversations/{{conversation}}/{path}", Permission.WORK, handle)


def _done(services: ConsoleServices, visitor: Visitor, conversation: Conversation, fields: Fields, change: Change) -> str:
    try:
        with services.store.unit() as unit:
            return f"done={change(services, unit, visitor, conversation, fields)}"
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
