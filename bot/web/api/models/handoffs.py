"""People who asked to be contacted."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from bot.web.api.models.base import HandoffCursor, Limit, Moment, NctId, Query, Shape


class HandoffsQuery(Query):
    """Which contact requests to list."""

    trial: NctId | None = None
    since: Moment | None = Field(default=None, description="Left or changed at that moment or later.")
    limit: Limit = 50
    after: HandoffCursor | None = Field(default=None, description="Where the page before ended; `next` has it.")


class HandoffSite(Shape):
    """The place that the person chose."""

    facility: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None


class HandoffItem(Shape):
    """That somebody asked to be contacted. How to reach them is asked for by itself."""

    id: str
    conversation_id: str
    trial_id: str
    site: HandoffSite | None = Field(description="Null: whichever place is right.")
    at: datetime = Field(description="When it was left, or changed last.")
    status: str = Field(description="What the study team has made of the conversation.")
    contact: str = Field(description="Where to read how to reach them; needs the scope `contacts:read`.")


class HandoffList(Shape):
    """Contact requests, in the order in which they were left or changed last."""

    items: list[HandoffItem]
    next: str | None
    cursor: str | None = Field(description="What to send as `after` to learn later of what is new; null where nothing was ever there.")


class Contact(Shape):
    """How somebody wants to be reached."""

    handoff_id: str
    name: str
    phone: str
    email: str
    time: str = Field(description="When best.")
    relation: str = Field(description="Who is to be reached: the person, or somebody for them.")
