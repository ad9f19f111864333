"""What happened, for programs that follow: ids alone, in an order that never changes."""

from __future__ import annotations

import asyncio

from bot.store import EventRecord
from bot.web.api.models.events import EventList, EventShape
from bot.web.api.operation import Call, Page
from bot.web.api.paging import next_page


async def list_events(call: Call) -> Page:
    """GET /api/v1/events"""
    query = call.query
    found = await asyncio.to_thread(_after, call)
    shown = found[: query.limit]
    cursor = shown[-1].number if shown else query.after
    more = next_page(call.request.path, query.model_dump(), after=cursor) if len(found) > query.limit else None
    return Page(EventList(items=[_event(each) for each in shown], cursor=cursor, next=more), more)


def _after(call: Call) -> list[EventRecord]:
    query = call.query
    with call.services.store.reading() as unit:
        return unit.events_after(query.after, call.key.trials, limit=query.limit + 1, event=query.event)


def _event(found: EventRecord) -> EventShape:
    return EventShape(
        cursor=found.number,
        event=found.event,
        conversation_id=found.conversation_id,
        trial_id=found.trial_id,
        receipt=found.receipt,
        at=found.at,
    )
