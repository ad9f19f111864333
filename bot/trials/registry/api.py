"""The registry's records as they are now: a client of the ClinicalTrials.gov API, version 2.

One request at a time, none sooner after the last than the registry likes; what may go better another time is asked again, and everything
else is a `RegistryFault` that says what to do next. Nothing about people is ever in these requests.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from types import TracebackType
from typing import Any
from urllib.request import getproxies, proxy_bypass

from aiohttp import (
    ClientConnectionError,
    ClientConnectorCertificateError,
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientError,
    ClientHandlerType,
    ClientOSError,
    ClientPayloadError,
    ClientRequest,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    ServerDisconnectedError,
)
from yarl import URL

_log = logging.getLogger(__name__)

BASE_URL = "https://clinicaltrials.gov/api/v2"
#: The registry answers about 50 requests a minute from one address.
SECONDS_BETWEEN = 1.25
#: What one request lasts at most, from connecting to the last byte.
REQUEST_SECONDS = 60.0
TRIES = 5
#: The registry gives no more studies a page.
LARGEST_PAGE = 1000
#: Numbers in one query: they stand in the address, whose length servers limit.
MOST_NUMBERS = 200
#: A thousand records with their results are some ten megabytes; what is larger than this is no page.
LARGEST_BODY = 64 * 1024 * 1024
#: The first wait before asking again; each next one is twice as long, up to the longest.
FIRST_WAIT, LONGEST_WAIT = 4.0, 60.0
#: The longest wait that the registry is obeyed in (Retry-After).
LONGEST_OBEYED = 300.0
MOST_REDIRECTS = 3

_NUMBER = re.compile(r"NCT\d{8}", re.ASCII)
_STATUS = re.compile(r"[A-Z]+(_[A-Z]+)*", re.ASCII)
_CONTACT = re.compile(r"[\x21-\x27\x2a-\x7e]*(@|https?://)[\x21-\x27\x2a-\x7e]+")
_USER_AGENT = re.compile(rf"[^\s/]+/\S+( \(\+?{_CONTACT.pattern}\))?")
_LOOPBACK = frozenset(("127.0.0.1", "::1", "localhost"))
_MOVED = frozenset((301, 302, 303, 307, 308))
_MAY_GO_BETTER = frozenset((408, 429, 500, 502, 503, 504))


class RegistryFault(Exception):
    """The registry could not be asked or understood: what happened, to which request (without its query), and what to do next."""

    def __init__(self, happened: str, path: str, next_step: str) -> None:
        super().__init__(f"{happened} (asked for {path}): {next_step}")
        self.happened = happened
        self.path = path
        self.next_step = next_step


class RegistryNotFound(RegistryFault):
    """There is no such study."""


class RegistryRefused(RegistryFault):
    """The registry does not answer such a request (4xx): asking again is of no use."""


class RegistryUnreachable(RegistryFault):
    """No answer came (network, timeouts, 5xx, too many requests), however often it was tried."""


class RegistryNotUnderstood(RegistryFault):
    """An answer came that is not what the registry's API promises."""


def nct_number(text: str) -> str:
    """The number in its one form; `ValueError` where it is none."""
    number = text.strip().upper()
    if not _NUMBER.fullmatch(number):
        raise ValueError(f"{text!r} is no NCT number: expected NCT and eight digits, as in NCT01234567")
    return number


def number_of(study: dict[str, Any]) -> str | None:
    """The number a study has now; None where the record has none."""
    number = _identification(study).get("nctId")
    return number if isinstance(number, str) else None


def user_agent(contact: str = "") -> str:
    """How the registry is told who asks: product, version, and, where that is known, whom to write to (a mail address or a page)."""
    if not contact:
        return f"trialchat/{version('trialchat')}"
    if not _CONTACT.fullmatch(contact):
        raise ValueError(f"{contact!r} is no contact for the registry: expected a mail address or the address of a page")
    return f"trialchat/{version('trialchat')} (+{contact})"


@dataclass(frozen=True)
class Query:
    """What to look for; at least one thing. The texts may use the registry's own search syntax. Where one of them consists of NCT
    numbers only, the registry ignores statuses and `nct_ids`."""

    condition: str | None = None
    term: str | None = None
    intervention: str | None = None
    location: str | None = None
    sponsor: str | None = None
    statuses: tuple[str, ...] = ()
    nct_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "nct_ids", tuple(map(nct_number, self.nct_ids)))
        for status in self.statuses:
            if not _STATUS.fullmatch(status):
                raise ValueError(f"{status!r} is no status: expected one as the registry writes it, RECRUITING or NOT_YET_RECRUITING")
        if len(self.nct_ids) > MOST_NUMBERS:
            raise ValueError(f"{len(self.nct_ids)} numbers are too many for one query: expected {MOST_NUMBERS} at most")
        if not self.parameters():
            raise ValueError("an empty query: expected a condition, term, intervention, location, sponsor, status or number")

    def parameters(self) -> dict[str, str]:
        """As the API names them."""
        given = {
            "query.cond": self.condition,
            "query.term": self.term,
            "query.intr": self.intervention,
            "query.locn": self.location,
            "query.spons": self.sponsor,
            "filter.overallStatus": ",".join(self.statuses),
            "filter.ids": ",".join(self.nct_ids),
        }
        return {name: value.strip() for name, value in given.items() if value and value.strip()}


class Studies:
    """The studies of a query, page by page as they are asked for. `total` is known from the first on. Each `async for` begins anew."""

    def __init__(self, client: RegistryClient, query: Query, page_size: int, at_most: int | None) -> None:
        if not 1 <= page_size <= LARGEST_PAGE:
            raise ValueError(f"pages of {page_size} studies: expected 1 to {LARGEST_PAGE}")
        if at_most is not None and at_most < 1:
            raise ValueError(f"{at_most} studies at most: expected 1 or more")
        self._client = client
        self._at_most = at_most
        self._parameters = query.parameters() | {
            "pageSize": str(min(page_size, at_most or page_size)),
            "countTotal": "true",
            "format": "json",
        }
        #: How many there are in all, whatever `at_most` says; None where the registry did not say.
        self.total: int | None = None

    async def __aiter__(self) -> AsyncIterator[dict[str, Any]]:
        """Each study as the registry gave it: an object, and nothing else is promised."""
        given = 0
        seen: set[str] = set()
        parameters = self._parameters
        while True:
            path, page = await self._client._get("studies", parameters)
            studies, token = page.get("studies"), page.get("nextPageToken")
            if not isinstance(studies, list) or not all(isinstance(study, dict) for study in studies):
                raise _not_understood("the registry's page has no list of studies", path)
            if token is not None and (not isinstance(token, str) or not token or token in seen):
                raise _not_understood("the registry's page names no next one, or one that was there before", path)
            if not seen:
                total = page.get("totalCount")
                self.total = total if isinstance(total, int) else None
            for study in studies:
                given += 1
                yield study
                if given == self._at_most:
                    return
            if token is None:
                return
            seen.add(token)
            parameters = self._parameters | {"pageToken": token}


class RegistryClient:
    """The registry over HTTP; `async with` opens and closes it. Requests of one client wait for each other."""

    def __init__(
        self,
        base_url: str = BASE_URL,
        *,
        user_agent: str,
        seconds_between: float = SECONDS_BETWEEN,
        tries: int = TRIES,
        timeout: float = REQUEST_SECONDS,
        largest_body: int = LARGEST_BODY,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._base = URL(base_url)
        if self._base.user or self._base.password or not (self._base.scheme == "https" or self._base.host in _LOOPBACK):
            raise ValueError("the registry's address must begin with https:// and hold no password (http:// on this machine only)")
        if not _USER_AGENT.fullmatch(user_agent):
            raise ValueError(
                f"{user_agent!r} does not say who asks: expected product/version, and a mail address or page in brackets; see user_agent()"
            )
        if tries < 1:
            raise ValueError(f"{tries} tries: expected 1 or more")
        self._user_agent = user_agent
        self._seconds_between = seconds_between
        self._tries = tries
        self._timeout = timeout
        self._largest_body = largest_body
        self._sleep, self._clock, self._now, self._chance = sleep, clock, now, chance
        self._one_at_a_time = asyncio.Lock()
        self._next_start = clock()
        self._session: ClientSession | None = None

    async def __aenter__(self) -> RegistryClient:
        self._session = ClientSession(
            headers={"User-Agent": self._user_agent},
            timeout=ClientTimeout(total=self._timeout),
            cookie_jar=DummyCookieJar(),
            proxy=_proxy_to(self._base),
            middlewares=(_no_second_try,),
        )
        return self

    async def __aexit__(self, kind: type[BaseException] | None, problem: BaseException | None, where: TracebackType | None) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def study(self, nct_id: str) -> dict[str, Any]:
        """One study. `ValueError` where that is no number; nothing is asked then. A study that was merged into another comes under its
        new number (`number_of`)."""
        number = nct_number(nct_id)
        path, study = await self._get(f"studies/{number}", {"format": "json"})
        aliases = _identification(study).get("nctIdAliases")
        if number_of(study) != number and not (isinstance(aliases, list) and number in aliases):
            raise _not_understood(f"the registry gave something else than {number}", path)
        return study

    def studies(self, query: Query, *, page_size: int = 100, at_most: int | None = None) -> Studies:
        """The studies that a query finds, for `async for`; pages are fetched when they are needed, and none after `at_most` studies."""
        return Studies(self, query, page_size, at_most)

    async def _get(self, relative: str, parameters: dict[str, str]) -> tuple[str, dict[str, Any]]:
        """The path that was asked for and the object that was answered, however often it takes."""
        url = (self._base / relative).with_query(parameters)
        failures = redirects = 0
        async with self._one_at_a_time:
            while True:
                await self._wait_for_turn()
                try:
                    answer = await self._ask(url)
                except _MayGoBetter as failure:
                    failures += 1
                    wait = self._hold_back(failures, failure.retry_after)
                    if failures >= self._tries:
                        happened = f"{failure.happened}; {failures} tries were made"
                        raise RegistryUnreachable(happened, url.path, "check the network, or try again in some minutes") from None
                    _log.warning("%s (asked for %s); asking again in %s", failure.happened, url.path, wait)
                    continue
                if not isinstance(answer, URL):
                    return url.path, _read_object(answer, url.path)
                redirects += 1
                if redirects > MOST_REDIRECTS:
                    raise _not_understood("the registry sends us round in circles", url.path)
                url = answer

    async def _wait_for_turn(self) -> None:
        start = max(self._clock(), self._next_start)
        self._next_start = start + self._seconds_between
        if (wait := start - self._clock()) > 0:
            await self._sleep(wait)

    def _hold_back(self, failures: int, retry_after: float) -> str:
        """Let time go by before the next request, whatever it is: longer each time, by chance a little shorter, and what the registry
        asks for. In words, how long."""
        wait = min(FIRST_WAIT * 2 ** (failures - 1), LONGEST_WAIT) * (0.5 + self._chance() / 2)
        wait = max(wait, min(retry_after, LONGEST_OBEYED))
        self._next_start = max(self._next_start, self._clock() + wait)
        return f"{wait:.0f} s" + (f" (it asked for {retry_after:.0f} s)" if retry_after > LONGEST_OBEYED else "")

    async def _ask(self, url: URL) -> bytes | URL:
        """One request: the body, or where it is to be found instead."""
        if self._session is None:
            raise RuntimeError("the client is not open: use it in `async with`")
        try:
            async with self._session.get(url, allow_redirects=False) as response:
                _log.debug("GET %s: %d", url.path, response.status)
                if response.status == 200:
                    return await self._body(response, url.path)
                if response.status in _MOVED:
                    return self._new_place(response, url)
                if response.status in _MAY_GO_BETTER:
                    wait = self._retry_after(response.headers.get("Retry-After", ""))
                    raise _MayGoBetter(f"the registry answered {response.status}", wait)
                raise _refusal(response.status, await response.content.read(1000), url.path)
        except ClientConnectorCertificateError as problem:
            happened = f"the registry's certificate is not to be trusted ({problem.certificate_error})"
            raise RegistryUnreachable(happened, url.path, "check this machine's clock, certificates and proxy") from None
        except (ClientError, TimeoutError) as problem:
            raise _MayGoBetter(self._said(problem)) from None

    async def _body(self, response: ClientResponse, path: str) -> bytes:
        body = bytearray()
        async for chunk in response.content.iter_chunked(64 * 1024):
            body += chunk
            if len(body) > self._largest_body:
                raise _not_understood(f"the registry's answer is larger than {self._largest_body} bytes", path, "ask for smaller pages")
        return bytes(body)

    def _new_place(self, response: ClientResponse, url: URL) -> URL:
        """Where a merged study is now; only ever on the registry itself."""
        try:
            place = url.join(URL(response.headers.get("Location", "")))
            at_home = place.origin() == self._base.origin()
        except ValueError:
            at_home = False
        if not at_home:
            raise _not_understood("the registry sends us to another site", url.path, "check that the address of its API is still right")
        return place

    def _retry_after(self, text: str) -> float:
        """The seconds of a Retry-After, which has seconds or a date; 0 where there is none that can be read."""
        if text.isascii() and text.isdigit():
            return float(text)
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return 0.0
        return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - self._now()).total_seconds())

    def _said(self, problem: Exception) -> str:
        """What went wrong, without the query, which aiohttp's own words would quote."""
        match problem:
            case TimeoutError():
                return f"the registry gave no answer within {self._timeout:g} s"
            case ClientPayloadError():
                return "the registry's answer broke off"
            case ClientConnectorDNSError():
                return f"the address of {self._base.host} could not be found"
            case ClientConnectorError():
                return f"no connection to {self._base.host} ({problem.os_error.strerror or type(problem.os_error).__name__})"
            case _:
                return f"the connection to the registry broke ({type(problem.__cause__ or problem).__name__})"


class _MayGoBetter(Exception):
    """It did not work this time."""

    def __init__(self, happened: str, retry_after: float = 0.0) -> None:
        super().__init__(happened)
        self.happened = happened
        self.retry_after = retry_after


async def _no_second_try(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """aiohttp asks again at once where a connection breaks before the answer. Here every request waits for its turn and is counted."""
    try:
        return await handler(request)
    except ClientConnectorError:
        raise
    except (ClientOSError, ServerDisconnectedError) as problem:
        raise ClientConnectionError from problem


def _proxy_to(base: URL) -> str | None:
    """The proxy that this machine's settings name. Not aiohttp's `trust_env`, which would hand out the passwords of .netrc as well."""
    if base.host is None or base.host in _LOOPBACK or proxy_bypass(base.host):
        return None
    return getproxies().get(base.scheme)


def _refusal(status: int, body: bytes, path: str) -> RegistryFault:
    words = " ".join("".join(letter if letter.isprintable() else " " for letter in body.decode("utf-8", "replace")).split())[:200]
    happened = f"the registry answered {status}" + (f", {words!r}" if words else "")
    if status == 404:
        return RegistryNotFound(happened, path, "check the number; a record may have been taken out of the registry")
    if 400 <= status < 500:
        return RegistryRefused(happened, path, "asking the same again is of no use; check what was asked for, and who asks")
    if status >= 500:
        return RegistryUnreachable(happened, path, "try again in some minutes")
    return _not_understood(happened, path)


def _not_understood(happened: str, path: str, next_step: str = "try again; if it stays so, the API has changed") -> RegistryFault:
    return RegistryNotUnderstood(happened, path, next_step)


def _read_object(body: bytes, path: str) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise _not_understood("the registry's answer is not JSON", path) from None
    if not isinstance(data, dict):
        raise _not_understood("the registry's answer is no JSON object", path)
    return data


def _identification(study: dict[str, Any]) -> dict[str, Any]:
    section = study.get("protocolSection")
    module = section.get("identificationModule") if isinstance(section, dict) else None
    return module if isinstance(module, dict) else {}
