"""What happened."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from bot.store import Event
from bot.web.api.models.base import Limit, Query, Shape

# Of `bot.store.event_names.FED`.
EventKind = Literal[Event.SCREENING_FINISHED, Event.HANDOFF_CREATED, Event.CONVERSATION_FLAGGED, Event.CONVERSATION_ERASED]


class EventsQuery(Query):
    """Which events."""

    after: int = Field(default=0, ge=0, le=2**31 - 1, description="Those behind this one; `cursor` of the answer before.")
    event: EventKind | None = None
    limit: Limit = 100


class EventShape(Shape):
    """Something that happened: ids, and nothing of what anybody said."""

    cursor: int
    event: EventKind
    conversation_id: str | None
    trial_id: str | None
    receipt: str | None = Field(description="Of an erasure.")
    at: datetime


class EventList(Shape):
    """Events, in their order."""

    items: list[EventShape]
    cursor: int = Field(description="What to send as `after` next time, also where nothing is new.")
    next: str | None = Field(description="The address of more that is there already; null where this is all.")
