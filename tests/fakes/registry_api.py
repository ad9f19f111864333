"""A registry that holds the studies it is given, behaves as the ClinicalTrials.gov API v2 does, and remembers what it was asked.

    async with FakeRegistry([a_study("NCT00000001")]) as registry:
        RegistryClient(registry.url, …)

What goes wrong is told beforehand: `registry.trouble` has one entry for each of the next requests (None: it is answered as it should be),
`registry.always` is for all that follow. `with registry.in_a_thread():` is for tests that are not coroutines, such as those of commands.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from aiohttp import web

Study = dict[str, Any]

STATUSES = {
    "ACTIVE_NOT_RECRUITING", "COMPLETED", "ENROLLING_BY_INVITATION", "NOT_YET_RECRUITING", "RECRUITING", "SUSPENDED", "TERMINATED",
    "WITHDRAWN", "AVAILABLE", "NO_LONGER_AVAILABLE", "TEMPORARILY_NOT_AVAILABLE", "APPROVED_FOR_MARKETING", "WITHHELD", "UNKNOWN",
}  # fmt: skip
#: Which part of a record each text of a query is looked for in; None is all of it.
AREAS: dict[str, str | None] = {
    "query.cond": "conditionsModule",
    "query.term": None,
    "query.intr": "armsInterventionsModule",
    "query.locn": "contactsLocationsModule",
    "query.spons": "sponsorCollaboratorsModule",
}
PAGING = {"pageSize", "pageToken", "countTotal"}
KNOWN = {*AREAS, *PAGING, "filter.overallStatus", "filter.ids", "format"}
USUAL_PAGE, LARGEST_PAGE = 10, 1000
_ASKED_NUMBER = re.compile(r"[Nn][Cc][Tt]0*[1-9]\d{0,7}", re.ASCII)
_WHO_ASKS = re.compile(r"[^\s/]+/\S+( \(.*(@|https?://).*\))?")


def a_study(
    nct_id: str,
    *,
    title: str = "A made-up study",
    status: str = "RECRUITING",
    conditions: Iterable[str] = ("Asthma",),
    interventions: Iterable[str] = ("Drug X",),
    cities: Iterable[str] = ("Springfield",),
    sponsor: str = "Made-up Institute",
    aliases: Iterable[str] = (),
    criteria: str = "Inclusion Criteria:\n\n* Adults with asthma\n\nExclusion Criteria:\n\n* Pregnant or breastfeeding",
    minimum_age: str | None = "18 Years",
    maximum_age: str | None = None,
    sex: str = "ALL",
) -> Study:
    """A small record in the form of the API."""
    ages = {name: age for name, age in (("minimumAge", minimum_age), ("maximumAge", maximum_age)) if age}
    identification: Study = {"nctId": nct_id, "briefTitle": title}
    if aliases := list(aliases):
        identification["nctIdAliases"] = aliases
    return {
        "protocolSection": {
            "identificationModule": identification,
            "statusModule": {"overallStatus": status},
            "sponsorCollaboratorsModule": {"leadSponsor": {"name": sponsor, "class": "OTHER"}},
            "conditionsModule": {"conditions": list(conditions)},
            "designModule": {"studyType": "INTERVENTIONAL", "phases": ["PHASE2"]},
            "eligibilityModule": {"eligibilityCriteria": criteria, "sex": sex, **ages},
            "armsInterventionsModule": {"interventions": [{"type": "DRUG", "name": name} for name in interventions]},
            "contactsLocationsModule": {"locations": [{"city": city, "country": "Nowhere"} for city in cities]},
        },
        "hasResults": False,
    }


@dataclass(frozen=True)
class Answer:
    """This instead of what was asked for: another status, a page that is not JSON, a redirect."""

    status: int = 200
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Dropped:
    """The connection breaks before anything was answered."""


@dataclass(frozen=True)
class CutOff:
    """The connection breaks in the middle of the body."""


@dataclass(frozen=True)
class Silence:
    """No answer, and the connection stays open."""


@dataclass(frozen=True)
class Padded:
    """The body is followed by so many blanks, which are sent compressed."""

    blanks: int


@dataclass(frozen=True)
class SameToken:
    """The page names itself as the next one, for ever."""


@dataclass(frozen=True)
class Without:
    """A record went away while the pages were read: it is counted, and not there."""

    nct_id: str


@dataclass(frozen=True)
class Hole:
    """The page has null instead of one record."""

    nct_id: str


Trouble = Answer | Dropped | CutOff | Silence | Padded | SameToken | Without | Hole


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    moment: float


class FakeRegistry:
    """The registry, on the loopback address and a free port."""

    def __init__(self, studies: Iterable[Study], *, clock: Callable[[], float] = time.monotonic) -> None:
        self.studies = {number_of(study): study for study in studies}
        self.requests: list[Asked] = []
        self.trouble: list[Trouble | None] = []
        self.always: Trouble | None = None
        #: More requests than these in any minute are answered 429; None: any number.
        self.most_a_minute: int | None = None
        #: Whether an old number leads to the new one by a redirect, as the API documents it; otherwise the record is given at once.
        self.redirects_aliases = True
        self.url = ""
        self._clock = clock
        self._runner: web.AppRunner | None = None
        self._closing = asyncio.Event()

    async def __aenter__(self) -> FakeRegistry:
        self._closing = asyncio.Event()
        app = web.Application()
        app.router.add_get("/api/v2/studies", self._list)
        app.router.add_get("/api/v2/studies/{number}", self._one)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/api/v2"
        return self

    async def __aexit__(self, kind: type[BaseException] | None, problem: BaseException | None, where: TracebackType | None) -> None:
        assert self._runner is not None
        self._closing.set()
        await self._runner.cleanup()

    @contextmanager
    def in_a_thread(self) -> Iterator[FakeRegistry]:
        """The same, with an event loop of its own."""
        started, stop = threading.Event(), asyncio.Event()
        loop = asyncio.new_event_loop()

        async def stay() -> None:
            async with self:
                started.set()
                await stop.wait()

        thread = threading.Thread(target=lambda: loop.run_until_complete(stay()), daemon=True)
        thread.start()
        try:
            assert started.wait(10), "the fake registry did not start"
            yield self
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join(10)
            loop.close()

    async def _one(self, request: web.Request) -> web.StreamResponse:
        refusal, trouble = self._receive(request)
        asked = request.match_info["number"]
        if refusal is not None:
            return refusal
        if unknown := set(request.query) - {"format"}:
            return _text(400, f"unknown parameter `{min(unknown)}`")
        if not _ASKED_NUMBER.fullmatch(asked):
            return _text(400, f"`{asked}` is not an NCT number")
        number = f"NCT{int(asked[3:]):08}"
        study = self.studies.get(number) or next((study for study in self.studies.values() if number in _aliases(study)), None)
        if study is None or (isinstance(trouble, Without) and trouble.nct_id == number_of(study)):
            return _text(404, f"NCT number {number} not found")
        if number_of(study) != number and self.redirects_aliases:
            return web.Response(status=301, headers={"Location": f"/api/v2/studies/{number_of(study)}"})
        return await self._send(request, study, trouble)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        refusal, trouble = self._receive(request)
        if refusal is not None:
            return refusal
        query = dict(request.query)
        if problem := _problem(query):
            return _text(400, problem)
        found = [study for study in self.studies.values() if _finds(query, study)]
        start = _place(query)
        if start is None:
            return _text(400, "`pageToken` is not one of this query")
        size = min(int(query.get("pageSize", 0)) or USUAL_PAGE, LARGEST_PAGE)
        page: Study = {"studies": [_with_trouble(study, trouble) for study in found[start : start + size] if not _is_gone(study, trouble)]}
        if start == 0 and query.get("countTotal") == "true":
            page = {"totalCount": len(found), **page}
        if isinstance(trouble, SameToken):
            page["nextPageToken"] = query.get("pageToken", _token(query, 0))
        elif start + size < len(found):
            page["nextPageToken"] = _token(query, start + size)
        return await self._send(request, page, trouble)

    def _receive(self, request: web.Request) -> tuple[web.Response | None, Trouble | None]:
        """Note the request; what it is refused for, and what goes wrong with it."""
        moment = self._clock()
        self.requests.append(Asked(request.path, dict(request.query), dict(request.headers), moment))
        trouble = self.trouble.pop(0) if self.trouble else self.always
        if isinstance(trouble, Answer):
            return web.Response(status=trouble.status, text=trouble.text, headers=trouble.headers), trouble
        if not _WHO_ASKS.fullmatch(request.headers.get("User-Agent", "")):
            return _text(403, "say who asks"), trouble
        if self.most_a_minute is not None and sum(moment - asked.moment < 60 for asked in self.requests) > self.most_a_minute:
            return _text(429, "too many requests"), trouble
        if request.query.get("format", "json") != "json" or len(request.query) != len(set(request.query)):
            return _text(400, "this fake speaks JSON only, and knows each parameter once"), trouble
        return None, trouble

    async def _send(self, request: web.Request, content: Study, trouble: Trouble | None) -> web.StreamResponse:
        assert request.transport is not None
        body = json.dumps(content).encode()
        if isinstance(trouble, Silence):
            await self._closing.wait()
        if isinstance(trouble, Silence | Dropped):
            request.transport.abort()
        if isinstance(trouble, CutOff):
            half = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(body))})
            await half.prepare(request)
            await half.write(body[: len(body) // 2])
            request.transport.close()
            return half
        response = web.Response(body=body + b" " * (trouble.blanks if isinstance(trouble, Padded) else 0), content_type="application/json")
        response.enable_compression()
        return response


def number_of(study: Study) -> str:
    return str(study["protocolSection"]["identificationModule"]["nctId"])


def _aliases(study: Study) -> list[str]:
    return list(study["protocolSection"]["identificationModule"].get("nctIdAliases", ()))


def _text(status: int, words: str) -> web.Response:
    return web.Response(status=status, text=words)


def _problem(query: Mapping[str, str]) -> str | None:
    """What the API would say of parameters that it does not take."""
    if unknown := set(query) - KNOWN:
        return f"unknown parameter `{min(unknown)}`"
    for status in _items(query, "filter.overallStatus"):
        if status not in STATUSES:
            return f"`filter.overallStatus` has an unknown value `{status}`"
    for number in _items(query, "filter.ids"):
        if not _ASKED_NUMBER.fullmatch(number):
            return f"`filter.ids` has `{number}`, which is not an NCT number"
    if not query.get("pageSize", "0").isdigit():
        return "`pageSize` must be a number, 0 or more"
    if query.get("countTotal", "true") not in ("true", "false"):
        return "`countTotal` must be true or false"
    return None


def _items(query: Mapping[str, str], name: str) -> list[str]:
    return re.split(r"[,|]", query[name]) if name in query else []


def _finds(query: Mapping[str, str], study: Study) -> bool:
    """Whether each word of each text is in its part of the record. Numbers alone make the filters count for nothing, as in the API."""
    numbers = {number_of(study), *_aliases(study)}
    for name, area in AREAS.items():
        if name in query:
            part = study if area is None else study["protocolSection"].get(area, {})
            words = re.findall(r"\w+", query[name].casefold())
            if all(_ASKED_NUMBER.fullmatch(word) for word in words):
                return any(word.upper() in numbers for word in words)
            if not set(words) <= set(re.findall(r"\w+", json.dumps(part, ensure_ascii=False).casefold())):
                return False
    statuses, ids = _items(query, "filter.overallStatus"), _items(query, "filter.ids")
    if statuses and study["protocolSection"]["statusModule"]["overallStatus"] not in statuses:
        return False
    return not ids or not numbers.isdisjoint(number.upper() for number in ids)


def _token(query: Mapping[str, str], start: int) -> str:
    """Where the next page begins, and which query it belongs to."""
    what = json.dumps({name: value for name, value in sorted(query.items()) if name not in PAGING})
    return base64.urlsafe_b64encode(f"{start}:{hashlib.sha256(what.encode()).hexdigest()[:16]}".encode()).decode()


def _place(query: Mapping[str, str]) -> int | None:
    """Where the page begins that is asked for; None where the token is not of this query."""
    given = query.get("pageToken")
    if given is None:
        return 0
    try:
        start = int(base64.urlsafe_b64decode(given).split(b":")[0])
    except ValueError:
        return None
    return start if given == _token(query, start) else None


def _is_gone(study: Study, trouble: Trouble | None) -> bool:
    return isinstance(trouble, Without) and trouble.nct_id == number_of(study)


def _with_trouble(study: Study, trouble: Trouble | None) -> Study | None:
    return None if isinstance(trouble, Hole) and trouble.nct_id == number_of(study) else study
