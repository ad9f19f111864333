"""Signed webhooks, and where they may go."""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Sequence
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from bot.deliveries.errors import NotDeliveredError, TargetGoneError
from bot.signing import signature
from bot.store import Delivery, JsonObject

Networks = Sequence[IPv4Network | IPv6Network]

SECONDS = 10
"""For all of a request."""
_GONE = 410
_INSIDE = "the address is inside the own network; TRIALCHAT_WEBHOOK_NETWORKS can allow it"
# What carries an IPv4 address inside an IPv6 one: `::ffff:a.b.c.d` and 6to4 are known to the library, these are not: by NAT64, as
# SIIT translates them, and as it was written long ago.
_CARRIERS = tuple(map(IPv6Network, ("64:ff9b::/96", "::ffff:0:0:0/96", "::/96")))
# A name never ends so, and what looks names up takes it for an address in another way of writing: 2130706433, 127.1, 0x7f000001.
_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?", re.ASCII)


def networks_of(text: str) -> Networks:
    """Networks as the settings have them, separated by commas."""
    return tuple(ip_network(part) for part in filter(None, (one.strip() for one in text.split(","))))


def body_of(body: JsonObject) -> bytes:
    """What is sent and signed, to the byte."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def is_allowed(address: str, networks: Networks) -> bool:
    """Whether a webhook may go to an IP address: one of the world outside, or of a network that is allowed."""
    found = _inner(ip_address(address.partition("%")[0]))
    if any(found in network for network in networks if network.version == found.version):
        return True
    return found.is_global and not found.is_multicast and not (isinstance(found, IPv6Address) and found.is_site_local)


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The address that is meant, where one stands inside another."""
    # `::` and `::1` stand where an IPv4 address could, and are none.
    if isinstance(address, IPv4Address) or address.is_unspecified or address.is_loopback:
        return address
    if any(address in carrier for carrier in _CARRIERS):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def fault_of(url: str, networks: Networks) -> str | None:
    """What is wrong with the address of a webhook, as a code for the room's texts; None where nothing is.

    `bad_url`, `not_https` (which only a loopback address may do without), `inside`. What a name leads to is looked at when it is sent.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "bad_url"
    plain = url.isascii() and url.isprintable() and " " not in url
    if not plain or parts.scheme not in {"https", "http"} or not host or parts.username is not None or parts.fragment:
        return "bad_url"
    try:
        literal = ip_address(host)
    except ValueError:
        if _NUMBER.fullmatch(host):
            return "bad_url"
        return "not_https" if parts.scheme == "http" and host != "localhost" else None
    if parts.scheme == "http" and not literal.is_loopback:
        return "not_https"
    return None if is_allowed(host, networks) else "inside"


class _AddressRefusedError(Exception):
    """A name leads to where nothing may be sent."""


class _Guarded(AbstractResolver):
    """Looks names up, and lets no request go where it may not. The connection is made to the very address that was looked at."""

    def __init__(self, networks: Networks) -> None:
        self._networks, self._resolver = networks, ThreadedResolver()

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        if not all(is_allowed(one["host"], self._networks) for one in found):
            raise _AddressRefusedError
        return found

    async def close(self) -> None:
        await self._resolver.close()


class Webhooks:
    """Sends them. Each has a connection of its own: there are few, and nothing is carried from one target to another."""

    def __init__(self, networks: Networks = (), tls: ssl.SSLContext | None = None) -> None:
        self._networks, self._tls = networks, tls

    @property
    def networks(self) -> Networks:
        """Those of one's own that are allowed."""
        return self._networks

    async def send(self, delivery: Delivery, url: str, secret: str, now: datetime) -> int:
        """Send one; what was answered (2xx), or `NotDeliveredError`. Redirects are not followed."""
        if (fault := fault_of(url, self._networks)) is not None:
            raise NotDeliveredError(_INSIDE if fault == "inside" else "the address is not one that can be sent to")
        body, timestamp = body_of(delivery.body), str(int(now.timestamp()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "trialchat",
            "X-Trialchat-Event": delivery.event,
            "X-Trialchat-Delivery": delivery.key,
            "X-Trialchat-Timestamp": timestamp,
            "X-Trialchat-Signature": signature(secret, timestamp, body),
        }
        connector = TCPConnector(resolver=_Guarded(self._networks), use_dns_cache=False, force_close=True, ssl=self._tls or True)
        try:
            async with (
                ClientSession(connector=connector, timeout=ClientTimeout(total=SECONDS), cookie_jar=DummyCookieJar()) as session,
                session.post(url, data=body, headers=headers, allow_redirects=False) as response,
            ):
                status = response.status
        except _AddressRefusedError:
            raise NotDeliveredError(_INSIDE) from None
        except TimeoutError:
            raise NotDeliveredError(f"no answer within {SECONDS} seconds") from None
        except (ClientError, OSError) as problem:
            raise NotDeliveredError(f"cannot be reached ({type(problem).__name__})") from None
        if status == _GONE:
            raise TargetGoneError("the receiver answered 410, gone, and was switched off", status)
        if not 200 <= status < 300:
            raise NotDeliveredError(f"the receiver answered {status}", status)
        return status
