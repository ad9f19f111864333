"""What all shapes share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

NCT = "^NCT[0-9]{8}$"
TEXT = "^[^\\x00-\\x1f\\x7f]*$"
"""A line without control characters, which PostgreSQL would refuse in part."""

NctId = Annotated[str, StringConstraints(pattern=NCT), Field(examples=["NCT06141070"])]
Line = Annotated[str, StringConstraints(max_length=200, pattern=TEXT)]
Locale = Annotated[
    str,
    StringConstraints(max_length=35, pattern="^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$"),
    Field(description="The language of texts, as `en` or `en-GB`; the nearest there is."),
]
ConversationCursor = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,16}\.[0-9a-f]{32}$")]
HandoffCursor = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,16}\.[0-9]{1,9}$")]
Limit = Annotated[int, Field(ge=1, le=100, description="Entries on a page.")]
_EARLIEST, _LATEST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)


def _moment(given: object) -> object:
    """A moment in UTC; one so far away that UTC has no name for it is the farthest that has one."""
    if not isinstance(given, str):
        return given
    found = datetime.fromisoformat(given.strip())
    found = found if found.tzinfo is not None else found.replace(tzinfo=UTC)
    try:
        return min(max(found.astimezone(UTC), _EARLIEST), _LATEST)
    except OverflowError:
        return _EARLIEST if found.year < 2 else _LATEST


Moment = Annotated[datetime, BeforeValidator(_moment)]


class Shape(BaseModel):
    """Part of an answer. More fields may come."""

    model_config = ConfigDict(frozen=True)


class Taken(BaseModel):
    """What is taken; nothing beside it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Query(Taken):
    """What may stand behind the question mark of an address."""


class NoQuery(Query):
    """Nothing."""


class LocaleQuery(Query):
    """Of answers that have texts."""

    locale: Locale = "en"


class FieldFault(Shape):
    """What is wrong with one field."""

    field: str = Field(description="Which one, as `facts.age` or `nct_ids[2]`.")
    message: str


class Problem(Shape):
    """What went wrong (RFC 9457)."""

    type: str = Field(description="The kind of problem; also where it is described.")
    title: str
    status: int
    detail: str
    errors: list[FieldFault] = Field(default=[], description="What is wrong with which field.")
