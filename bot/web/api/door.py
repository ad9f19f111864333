"""The API's door: whose key this is, whether it is for that, how fast it comes, and whether what was sent can be read."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ValidationError

from bot.signs import Happening, happened
from bot.store import ApiKey
from bot.web.api.operation import Answer, Call, Operation, Page
from bot.web.api.problems import PATHS, Fault, ProblemError, faults_of, invalid, not_found
from bot.web.api.services import API, ApiServices
from bot.web.limits import client_address
from bot.web.sessions import bearer, key_of

_RATE = web.RequestKey("rate", dict)
_NOBODY = ApiKey(id=None, name="", prefix="", scopes=frozenset(), trials=frozenset())

Served = Callable[[web.Request], Awaitable[web.StreamResponse]]


def served(operation: Operation) -> Served:
    """What aiohttp calls for an operation."""

    async def handle(request: web.Request) -> web.StreamResponse:
        services = request.app[API]
        key = _NOBODY if operation.scope is None else await _let_in(request, services)
        if operation.scope is not None and operation.scope not in key.scopes:
            raise ProblemError("forbidden", errors=[Fault("Authorization", f"this key lacks the scope {operation.scope}")])
        if "\0" in request.path:
            raise not_found()
        query = _read(operation.query, _query(request))
        body = None if operation.body is None else _read(operation.body, await _body(request))
        return _sent(request, operation, await operation.handler(Call(request, services, key, query, body)))

    return handle


@web.middleware
async def rate_headers(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
    """Say on every answer to a key, errors too, how much it has left."""
    response = await handler(request)
    if request.path.startswith(PATHS) and _RATE in request:
        response.headers.update(request[_RATE])
    return response


async def _let_in(request: web.Request, services: ApiServices) -> ApiKey:
    token = bearer(request)
    key = None if token is None else await key_of(token, services.api_key, services.store, services.clock)
    if key is None:
        _refuse_if(services.strangers.take(client_address(request)), Happening.STRANGER_TOO_FAST)
        raise ProblemError("unauthorized", headers={"WWW-Authenticate": 'Bearer realm="trialchat"'})
    wait = services.keys.take(key.actor)
    request[_RATE] = _rate(services, key.actor)
    _refuse_if(wait, Happening.KEY_TOO_FAST)
    return key


def _rate(services: ApiServices, actor: str) -> dict[str, str]:
    """As draft-ietf-httpapi-ratelimit-headers has it: how much is left, and in how many seconds there is all of it again."""
    rate = services.rate
    left = services.keys.left(actor)
    until_full = math.ceil((rate.burst - left) / rate.per_second)
    window = math.ceil(rate.burst / rate.per_second)
    return {"RateLimit-Policy": f'"key";q={rate.burst};w={window}', "RateLimit": f'"key";r={int(left)};t={until_full}'}


def _refuse_if(wait: float, what: Happening) -> None:
    if wait > 0:
        happened(what)
        raise ProblemError("too-fast", headers={"Retry-After": str(max(1, math.ceil(wait)))})


def _query(request: web.Request) -> dict[str, str]:
    twice = [name for name in set(request.query) if len(request.query.getall(name)) > 1]
    if twice:
        raise invalid(*(Fault(name[:80], "is given more than once") for name in sorted(twice)))
    return dict(request.query)


async def _body(request: web.Request) -> Any:
    try:
        return json.loads((await request.read()).decode("utf-8"), parse_constant=_no_number)
    except web.HTTPRequestEntityTooLarge:
        raise ProblemError("too-long") from None
    except (ValueError, RecursionError):
        raise ProblemError("malformed") from None


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _read(model: type[BaseModel], given: Any) -> BaseModel:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise invalid(*faults_of(error.errors(include_url=False, include_context=False, include_input=False))) from None


def _sent(request: web.Request, operation: Operation, answer: Answer) -> web.Response:
    content = answer.content if isinstance(answer, Page) else answer
    body = _as_bytes(content)
    headers = {"Content-Type": operation.media_type, "Vary": "Authorization", "Cache-Control": "no-store"}
    if isinstance(answer, Page) and answer.next is not None:
        headers["Link"] = f'<{answer.next}>; rel="next"'
    if operation.cached:
        # Of the very bytes: the same text has the same tag, whichever process made it.
        tag = hashlib.sha256(body).hexdigest()[:32]
        headers |= {"ETag": f'"{tag}"', "Cache-Control": "private, no-cache"}
        if any(given.value in {tag, "*"} for given in request.if_none_match or ()):
            del headers["Content-Type"]
            return web.Response(status=304, headers=headers)
    return web.Response(body=body, headers=headers)


def _as_bytes(content: BaseModel | Mapping[str, Any]) -> bytes:
    if isinstance(content, BaseModel):
        # Halves of characters, which a stored text could hold, are in no UTF-8.
        content = content.model_dump(mode="json")
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
