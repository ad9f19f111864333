"""How fast is too fast: token buckets, one for each conversation and each address."""

from __future__ import annotations

import ipaddress
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from aiohttp import web

from bot.settings import LOOPBACK_NETWORKS
from bot.signs import Happening, happened
from bot.web.errors import ApiError

_FORGET_ABOVE = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, then so many a second."""

    burst: int
    per_second: float


@dataclass(frozen=True, slots=True)
class LimitRates:
    """The limits of the public door.

    Nobody types faster than one message in a second; the room above is for people who click through quick replies and
    for programs that replay a conversation. A hospital's hundred computers may share one address.
    """

    conversation: Rate = field(default=Rate(burst=60, per_second=5))
    address: Rate = field(default=Rate(burst=240, per_second=20))
    new_sessions: Rate = field(default=Rate(burst=60, per_second=1))
    # Forms with contact data, of one conversation: each tells the study team something.
    contacts: Rate = field(default=Rate(burst=10, per_second=1 / 60))


class Buckets:
    """One bucket of tokens for each key. Full ones are forgotten: a new one is full as well."""

    def __init__(self, rate: Rate, now: Callable[[], float] = time.monotonic, *, forget_above: int = _FORGET_ABOVE) -> None:
        self._rate = rate
        self._now = now
        self._forget_above = forget_above
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, key: str) -> float:
        """Take a token; the seconds to wait for one if there is none, else 0."""
        now = self._now()
        tokens, since = self._buckets.get(key, (float(self._rate.burst), now))
        tokens = min(self._rate.burst, tokens + (now - since) * self._rate.per_second)
        if tokens < 1:
            self._buckets[key] = (tokens, now)
            return (1 - tokens) / self._rate.per_second
        self._buckets[key] = (tokens - 1, now)
        if len(self._buckets) > self._forget_above:
            self._forget(now)
        return 0.0

    def left(self, key: str) -> float:
        """How many tokens there are at the moment."""
        now = self._now()
        tokens, since = self._buckets.get(key, (float(self._rate.burst), now))
        return min(float(self._rate.burst), tokens + (now - since) * self._rate.per_second)

    def __len__(self) -> int:
        return len(self._buckets)

    def _forget(self, now: float) -> None:
        full = self._rate.burst
        self._buckets = {
            key: (tokens, since) for key, (tokens, since) in self._buckets.items() if tokens + (now - since) * self._rate.per_second < full
        }


class Limits:
    """The limits in force."""

    def __init__(self, rates: LimitRates, now: Callable[[], float] = time.monotonic) -> None:
        self._conversations = Buckets(rates.conversation, now)
        self._addresses = Buckets(rates.address, now)
        self._new_sessions = Buckets(rates.new_sessions, now)
        self._contacts = Buckets(rates.contacts, now)

    def check_conversation(self, name: str) -> None:
        """Raise 429 when messages of one conversation come too fast."""
        _refuse_if(self._conversations.take(name), Happening.CONVERSATION_TOO_FAST)

    def check_address(self, request: web.Request) -> None:
        """Raise 429 when requests from one address come too fast."""
        self.check_named_address(client_address(request))

    def check_named_address(self, address: str) -> None:
        """The same for an address that is known already: a connection that stays open is one request and many messages."""
        _refuse_if(self._addresses.take(address), Happening.ADDRESS_TOO_FAST)

    def check_contact(self, name: str) -> None:
        """Raise 429 when contact data is sent too often under one key."""
        _refuse_if(self._contacts.take(name), Happening.CONTACTS_TOO_FAST)

    def check_new_session(self, request: web.Request) -> None:
        """Raise 429 when one address opens conversations too fast."""
        self.check_new_session_of(client_address(request))

    def check_new_session_of(self, address: str) -> None:
        """The same for an address that is known already."""
        _refuse_if(self._new_sessions.take(address), Happening.SESSIONS_TOO_FAST)


def check_arrival(buckets: Buckets, request: web.Request) -> None:
    """Raise 429 when one address tries to sign in too fast."""
    _refuse_if(buckets.take(client_address(request)), Happening.SIGN_INS_TOO_FAST)


Networks = Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]
#: The proxies whose word is taken; without it, those of this machine.
PROXIES: web.AppKey[Networks] = web.AppKey("proxies")


def client_address(request: web.Request) -> str:
    """Where a request comes from.

    In service a proxy stands before the app. The last name that the proxy wrote is the one it saw itself; the names before it are
    whatever the client claimed. Who comes straight to the app and says what a proxy would say is not believed.
    """
    remote = request.remote or "unknown"
    forwarded = request.headers.get("X-Forwarded-For", "")
    if forwarded and _is_among(request.config_dict.get(PROXIES, _LOOPBACK), remote):
        return forwarded.rsplit(",", 1)[-1].strip()[:64] or remote
    return remote


_LOOPBACK = tuple(map(ipaddress.ip_network, LOOPBACK_NETWORKS.split(",")))


def _is_among(networks: Networks, address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in networks)


def _refuse_if(wait: float, what: Happening) -> None:
    if wait > 0:
        happened(what)
        seconds = max(1, math.ceil(wait))
        raise ApiError(429, "too_fast", f"Too many messages at once. Wait {seconds} s and go on.", retry_after=seconds)
