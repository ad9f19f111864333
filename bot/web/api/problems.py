"""What goes wrong, as RFC 9457 has it: a type, a title, a status, what was wrong here, and which fields it was."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic_core import ErrorDetails

from bot.store import StoreUnavailableError
from bot.web.api.services import API
from bot.web.errors import place

_log = logging.getLogger(__name__)

PATHS = ("/api/", "/fhir/")
DOCS = "/api/v1/docs"
MEDIA_TYPE, FHIR_MEDIA_TYPE = "application/problem+json", "application/fhir+json"
STATUSES: Mapping[str, int] = {
    "malformed": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "not-found": 404,
    "method-not-allowed": 405,
    "too-long": 413,
    "invalid": 422,
    "too-fast": 429,
    "internal": 500,
    "unreadable": 503,
    "store-away": 503,
}
"""Every kind of problem; its words are in `words/<locale>/api.yaml`."""
_BY_STATUS: Mapping[int, str] = {400: "malformed", 403: "forbidden", 404: "not-found", 405: "method-not-allowed", 413: "too-long"}
# What R4 calls these (http://hl7.org/fhir/R4/valueset-issue-type.html).
_FHIR_CODES: Mapping[str, str] = {
    "malformed": "structure",
    "unauthorized": "login",
    "forbidden": "forbidden",
    "not-found": "not-found",
    "method-not-allowed": "not-supported",
    "too-long": "too-long",
    "invalid": "invalid",
    "too-fast": "throttled",
}
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field. Nothing of its value is repeated."""

    field: str
    message: str


class ProblemError(Exception):
    """A problem to answer with."""

    def __init__(self, kind: str, *, errors: Sequence[Fault] = (), headers: Mapping[str, str] | None = None) -> None:
        super().__init__(kind)
        self.kind, self.errors, self.headers = kind, tuple(errors), dict(headers or {})


def not_found(*errors: Fault) -> ProblemError:
    """404: there is none, or none that this key may see; which of the two is not told."""
    return ProblemError("not-found", errors=errors)


def invalid(*errors: Fault) -> ProblemError:
    """422: read, and not what is taken here."""
    return ProblemError("invalid", errors=errors)


def faults_of(details: Sequence[ErrorDetails]) -> tuple[Fault, ...]:
    """What a model says is wrong, by field: `facts.age`, `nct_ids[2]`. Values are not repeated."""
    found = {_field(each["loc"]): _message(each) for each in details}
    return tuple(Fault(name, message) for name, message in found.items())


def response_of(request: web.Request, problem: ProblemError) -> web.Response:
    """The answer that a problem is, in the shape of what was asked for."""
    words = request.app[API].texts["problems"][problem.kind]
    status = STATUSES[problem.kind]
    if request.path.startswith("/fhir/"):
        body, media = _outcome(problem, words), FHIR_MEDIA_TYPE
    else:
        body, media = _problem(problem, words, status), MEDIA_TYPE
    headers = {"Cache-Control": "no-store", "Content-Type": media, **problem.headers}
    return web.Response(body=json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"), status=status, headers=headers)


@web.middleware
async def api_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn whatever goes wrong on the API's paths into a problem."""
    if not request.path.startswith(PATHS):
        return await handler(request)
    try:
        return await handler(request)
    except ProblemError as problem:
        return response_of(request, problem)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        allow = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
        return response_of(request, ProblemError(_BY_STATUS.get(error.status, "malformed"), headers=allow))
    except web.RequestPayloadError:
        return response_of(request, ProblemError("malformed"))
    except StoreUnavailableError as problem:
        _log.error("the store is away: %s", problem)
        return response_of(request, ProblemError("store-away", headers={"Retry-After": "2"}))
    except Exception as problem:
        resource = request.match_info.route.resource
        _log.error("%s failed: %s", resource.canonical if resource else "no route", place(problem))
        _log.debug("where it failed", exc_info=True)
        return response_of(request, ProblemError("internal"))


def _problem(problem: ProblemError, words: Mapping[str, str], status: int) -> dict[str, object]:
    body: dict[str, object] = {
        "type": f"{DOCS}#problem-{problem.kind}",
        "title": words["title"],
        "status": status,
        "detail": words["detail"],
    }
    if problem.errors:
        body["errors"] = [{"field": fault.field, "message": fault.message} for fault in problem.errors]
    return body


def _outcome(problem: ProblemError, words: Mapping[str, str]) -> dict[str, object]:
    code = _FHIR_CODES.get(problem.kind, "exception")
    issue: dict[str, object] = {"severity": "error", "code": code, "diagnostics": words["detail"]}
    if not problem.errors:
        return {"resourceType": "OperationOutcome", "issue": [issue]}
    told = [{**issue, "diagnostics": f"{fault.field}: {fault.message}"} for fault in problem.errors]
    return {"resourceType": "OperationOutcome", "issue": told}


def _field(location: Sequence[int | str]) -> str:
    name = ""
    for step in location:
        name += f"[{step}]" if isinstance(step, int) else f".{step}" if name else step
    shown = "".join(letter for letter in name if letter.isprintable())[:_LONGEST_NAME]
    return shown or "body"


def _message(error: ErrorDetails) -> str:
    if error["type"] == "extra_forbidden":
        return "is not known here"
    if error["type"] == "missing":
        return "is missing"
    return error["msg"].removeprefix("Value error, ")
