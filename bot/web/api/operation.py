"""What an operation of the API is: an address, what it takes, what it answers, and which scope it needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web
from pydantic import BaseModel

from bot.accounts.api_keys import Scope
from bot.store import ApiKey
from bot.web.api.models.base import NoQuery, Query
from bot.web.api.services import ApiServices

JSON, FHIR_JSON = "application/json", "application/fhir+json"


@dataclass(frozen=True)
class Call:
    """A request that was let in, and read. `query` and `body` are what the operation says it takes."""

    request: web.Request
    services: ApiServices
    key: ApiKey
    query: Any
    body: Any

    @property
    def path(self) -> Mapping[str, str]:
        """The parts of the address."""
        return self.request.match_info


@dataclass(frozen=True)
class Page:
    """An answer with what follows it: the address of the next page, None at the end."""

    content: BaseModel
    next: str | None = None


Answer = BaseModel | Page | Mapping[str, Any]
OperationHandler = Callable[[Call], Awaitable[Answer]]


@dataclass(frozen=True)
class Operation:
    """One operation. Its words, by its name, are in `words/<locale>/api.yaml`.

    `cached`: the answer has an ETag. `finds`: the address names something that may not be there. `statuses` are the answers that are
    no error of every operation's.
    """

    method: Literal["GET", "POST"]
    path: str
    name: str
    tag: str
    # None: open to everybody.
    scope: Scope | None
    handler: OperationHandler
    answers: type[BaseModel]
    query: type[Query] = NoQuery
    body: type[BaseModel] | None = None
    cached: bool = False
    finds: bool = False
    media_type: str = JSON
    more_problems: tuple[str, ...] = field(default=())

    @property
    def problems(self) -> tuple[str, ...]:
        """Every kind of problem that it may answer with."""
        found = ["invalid", "internal", "store-away", *self.more_problems]
        if self.scope is not None:
            found += ["unauthorized", "forbidden", "too-fast"]
        if self.body is not None:
            found += ["malformed", "too-long"]
        if self.finds:
            found.append("not-found")
        return tuple(dict.fromkeys(found))
