"""Errors of the programs' side of the door: JSON with a code, a sentence and the status that says the kind."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.failures import place as place
from bot.store import StoreUnavailableError

_log = logging.getLogger(__name__)

FOR_PROGRAMS = ("/chat/", "/webhooks/", "/health", "/metrics")

_CODES = {
    400: ("malformed", "The request cannot be read."),
    401: ("unauthorized", "Who is asking is not known."),
    403: ("forbidden", "This is not allowed."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that method."),
    413: ("too_long", "The request is too long."),
    415: ("malformed", "The request cannot be read."),
}


class ApiError(Exception):
    """An error to answer with. The message is for the caller's developer and repeats nothing of the request."""

    def __init__(self, status: int, code: str, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = {} if retry_after is None else {"Retry-After": str(retry_after)}


def malformed(message: str) -> ApiError:
    """400: the request is not what this address takes."""
    return ApiError(400, "malformed", message)


def too_long(message: str) -> ApiError:
    """413: more than may be sent at once."""
    return ApiError(413, "too_long", message)


def engine_away() -> ApiError:
    """503: nothing was lost; the same message may be sent again, with the same id."""
    return ApiError(
        503,
        "engine_away",
        "The dialogue engine does not answer at the moment. Nothing that was answered is lost; send the same message again.",
        retry_after=2,
    )


def error_response(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> web.Response:
    """The one shape that every error has."""
    return web.json_response(
        {"error": {"code": code, "message": message}}, status=status, headers={"Cache-Control": "no-store", **(headers or {})}
    )


@web.middleware
async def json_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn whatever goes wrong on the programs' paths into JSON; other paths have pages for it."""
    if not request.path.startswith(FOR_PROGRAMS):
        return await handler(request)
    try:
        return await handler(request)
    except ApiError as error:
        return error_response(error.status, error.code, error.message, error.headers)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        code, message = _CODES.get(error.status, ("malformed", "The request cannot be answered."))
        allow = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
        return error_response(error.status, code, message, allow)
    except web.RequestPayloadError:
        # It did not arrive whole, or not as it was announced.
        return error_response(400, *_CODES[400])
    except StoreUnavailableError as problem:
        _log.error("the store is away: %s", problem)
        return error_response(
            503, "store_away", "The store does not answer at the moment; send the same message again.", {"Retry-After": "2"}
        )
    except Exception as problem:
        resource = request.match_info.route.resource
        _log.error("%s failed: %s", resource.canonical if resource else "no route", place(problem))
        return error_response(500, "internal", "Something went wrong here. Nothing that was answered is lost.")
