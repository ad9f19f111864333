"""People who asked to be contacted. How to reach one is read by itself, with a scope of its own, and each such read is audited."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from bot.sealing import SealingError
from bot.store import AskedToCall, HandoffKey
from bot.web.api.conversations import note_listed
from bot.web.api.models.handoffs import Contact, HandoffItem, HandoffList, HandoffSite
from bot.web.api.operation import Call, Page
from bot.web.api.paging import cursor_of, next_page, place_of
from bot.web.api.problems import ProblemError, not_found

# The conversation and the trial: a number of the table could become another person's.
_ID = re.compile(r"([0-9a-f]{32})\.(NCT[0-9]{8})")


async def list_handoffs(call: Call) -> Page:
    """GET /api/v1/handoffs"""
    query = call.query
    moment, number = (None, "0") if query.after is None else place_of(query.after)
    after = None if moment is None else HandoffKey(moment, int(number))
    found = await asyncio.to_thread(_list, call, after)
    shown = found[: query.limit]
    cursor = cursor_of(shown[-1].request.at, shown[-1].request.id) if shown else query.after
    more = None
    if len(found) > query.limit and cursor is not None:
        more = next_page(call.request.path, query.model_dump(), after=cursor)
    return Page(HandoffList(items=[_item(each) for each in shown], next=more, cursor=cursor), more)


async def contact(call: Call) -> Contact:
    """GET /api/v1/handoffs/{handoff_id}/contact"""
    return await asyncio.to_thread(_contact, call, call.path["handoff_id"])


def _list(call: Call, after: HandoffKey | None) -> list[AskedToCall]:
    query = call.query
    with call.services.store.unit() as unit:
        found = unit.list_handoffs(call.key.trials, trial_id=query.trial, since=query.since, after=after, limit=query.limit + 1)
        note_listed(call, unit, "handoffs", min(len(found), query.limit))
    return found


def _contact(call: Call, handoff_id: str) -> Contact:
    named = _ID.fullmatch(handoff_id)
    if named is None or not call.key.sees_trial(named[2]):
        raise not_found()
    conversation_id, trial_id = named.groups()
    with call.services.store.unit() as unit:
        request = unit.contact_request(conversation_id, trial_id)
        if request is None:
            raise not_found()
        try:
            content: dict[str, Any] = call.services.sealer.open(request.sealed)
        except SealingError:
            raise ProblemError("unreadable") from None
        unit.audit(call.key.actor, "contact_revealed", "conversation", conversation_id, at=call.services.clock(), trial_id=trial_id)
    fields = ("name", "phone", "email", "time", "relation")
    return Contact(handoff_id=handoff_id, **{name: str(content.get(name) or "") for name in fields})


def _item(found: AskedToCall) -> HandoffItem:
    request = found.request
    name = f"{request.conversation_id}.{request.trial_id}"
    return HandoffItem(
        id=name,
        conversation_id=request.conversation_id,
        trial_id=request.trial_id,
        site=None if request.site is None else HandoffSite.model_validate(request.site),
        at=request.at,
        status=found.conversation.status,
        contact=f"/api/v1/handoffs/{name}/contact",
    )
