"""A signed webhook, as its receiver sees it; and where none may go."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
from datetime import timedelta

import pytest
from aiohttp.abc import ResolveResult
from aiohttp.resolver import ThreadedResolver

from bot.deliveries import webhooks
from bot.deliveries.errors import NotDeliveredError, TargetGoneError
from bot.deliveries.webhooks import Webhooks, fault_of, is_allowed, networks_of
from bot.store import Delivery
from tests.deliveries.conftest import HERE, NOON, SECRET, Received, Receiver

DELIVERY = Delivery(
    id=1,
    key="0123456789abcdef0123456789abcdef",
    event="handoff.created",
    target_id=1,
    conversation_id="ab",
    body={"event": "handoff.created", "trial_id": "NCT06141070", "site": {"city": "Göteborg"}},
    created_at=NOON,
    next_at=NOON,
    attempts=1,
    outcome="waiting",
    done_at=None,
    problem=None,
)


def accepts(request: Received, secret: str, now: float) -> bool:
    """What the docs tell a receiver to do, written without our code."""
    timestamp = request.headers["X-Trialchat-Timestamp"]
    signed = hmac.new(secret.encode(), timestamp.encode() + b"." + request.body, hashlib.sha256).hexdigest()
    fresh = abs(now - int(timestamp)) <= 300
    return fresh and hmac.compare_digest(request.headers["X-Trialchat-Signature"], f"v1={signed}")


async def test_the_receiver_can_tell_that_it_is_from_us_whole_and_new(receiver: Receiver) -> None:
    await Webhooks(HERE).send(DELIVERY, receiver.url, SECRET, NOON)
    (request,) = receiver.received
    assert accepts(request, SECRET, NOON.timestamp())
    assert json.loads(request.body) == DELIVERY.body
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["X-Trialchat-Event"] == "handoff.created"
    assert request.headers["X-Trialchat-Delivery"] == DELIVERY.key


async def test_another_secret_another_body_and_an_old_request_are_not_accepted(receiver: Receiver) -> None:
    await Webhooks(HERE).send(DELIVERY, receiver.url, SECRET, NOON)
    (request,) = receiver.received
    now = NOON.timestamp()
    assert not accepts(request, "another secret", now)
    assert not accepts(Received(request.headers, request.body.replace(b"NCT06141070", b"NCT00000000")), SECRET, now)
    assert not accepts(request, SECRET, now + timedelta(minutes=6).total_seconds())
    # A replay under a new time needs a new signature.
    assert not accepts(Received({**request.headers, "X-Trialchat-Timestamp": str(int(now) + 360)}, request.body), SECRET, now + 360)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_any_2xx_is_an_arrival(receiver: Receiver, status: int) -> None:
    receiver.status = status
    await Webhooks(HERE).send(DELIVERY, receiver.url, SECRET, NOON)


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
async def test_any_other_answer_is_none(receiver: Receiver, status: int) -> None:
    receiver.status = status
    with pytest.raises(NotDeliveredError, match=f"the receiver answered {status}"):
        await Webhooks(HERE).send(DELIVERY, receiver.url, SECRET, NOON)


async def test_410_says_that_the_receiver_is_gone(receiver: Receiver) -> None:
    receiver.status = 410
    with pytest.raises(TargetGoneError):
        await Webhooks(HERE).send(DELIVERY, receiver.url, SECRET, NOON)


async def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.status, receiver.headers = 307, {"Location": receiver.url + "/elsewhere"}
    with pytest.raises(NotDeliveredError, match="answered 307"):
        await Webhooks(HERE).send(DELIVERY, receiver.url, SECRET, NOON)
    assert len(receiver.received) == 1


async def test_who_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(webhooks, "SECONDS", 0.05)
        with pytest.raises(NotDeliveredError, match=r"no answer within 0\.05 seconds"):
            await Webhooks(HERE).send(DELIVERY, f"http://127.0.0.1:{silent.getsockname()[1]}/", SECRET, NOON)


async def test_who_cannot_be_reached_is_told_without_the_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(NotDeliveredError, match=r"^cannot be reached \(ClientConnectorError\)$"):
        await Webhooks(HERE).send(DELIVERY, f"http://127.0.0.1:{port}/", SECRET, NOON)


# ---------------------------------------------------------------- where it may not go


@pytest.mark.parametrize("address", [
    "127.0.0.1", "127.8.8.8", "10.0.0.7", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "0.0.0.0", "224.0.0.1", "255.255.255.255",  # noqa: S104
    "::1", "::", "fe80::1", "fe80::1%eth0", "fd00::1", "ff02::1", "::ffff:10.0.0.7", "::ffff:127.0.0.1", "64:ff9b::a00:7", "2002:7f00:1::",
    "fec0::1", "feff::1", "::10.0.0.7", "::127.0.0.1", "::169.254.169.254", "::ffff:0:10.0.0.7", "::ffff:0:7f00:1",
])  # fmt: skip
def test_addresses_inside_ones_own_network_are_refused(address: str) -> None:
    assert not is_allowed(address, ())


@pytest.mark.parametrize("address", ["8.8.8.8", "2600::1", "64:ff9b::808:808", "::ffff:0:808:808"])
def test_addresses_of_the_world_are_allowed(address: str) -> None:
    assert is_allowed(address, ())


@pytest.mark.parametrize(
    ("address", "allowed"),
    [("10.1.2.3", True), ("::ffff:10.1.2.3", True), ("10.2.0.1", False), ("fd00::9", True), ("::ffff:0:10.1.2.3", True)],
)
def test_a_setting_allows_a_network(address: str, allowed: bool) -> None:
    assert is_allowed(address, networks_of(" 10.1.0.0/16, fd00::/8,")) is allowed


@pytest.mark.parametrize(("url", "fault"), [
    ("https://hooks.example.org/x?y=1", None),
    ("https://8.8.8.8/", None),
    ("http://hooks.example.org/", "not_https"),
    ("http://8.8.8.8/", "not_https"),
    ("http://10.0.0.7/", "not_https"),
    ("https://10.0.0.7/", "inside"),
    ("https://[::1]/", "inside"),
    ("http://127.0.0.1:8081/", "inside"),
    ("http://localhost/", None),
    ("ftp://hooks.example.org/", "bad_url"),
    ("https://ada:secret@hooks.example.org/", "bad_url"),
    ("https:///x", "bad_url"),
    # Other ways to write 127.0.0.1.
    *((f"https://{host}/", "bad_url") for host in ("2130706433", "127.1", "0177.0.0.1", "0x7f000001", "0X7F.1", "127.0x1", "127.0.0.1.")),
    ("https://1.2.3.example.org/", None),
    ("https://0x7f.example.org/", None),
    ("https://hooks.example.org:99999/", "bad_url"),
    ("https://[::1/", "bad_url"),
    ("https://hooks.example.org/\r\nX: y", "bad_url"),
    ("hooks.example.org", "bad_url"),
    ("", "bad_url"),
])  # fmt: skip
def test_what_is_wrong_with_an_address_is_told(url: str, fault: str | None) -> None:
    assert fault_of(url, ()) == fault


async def test_an_inside_address_is_refused_when_it_is_sent_as_well(receiver: Receiver) -> None:
    with pytest.raises(NotDeliveredError, match="inside the own network"):
        await Webhooks().send(DELIVERY, receiver.url, SECRET, NOON)
    assert receiver.received == []


async def test_a_name_that_leads_inside_is_refused_before_anything_is_sent(receiver: Receiver) -> None:
    with pytest.raises(NotDeliveredError, match="inside the own network"):
        await Webhooks().send(DELIVERY, receiver.url.replace("127.0.0.1", "localhost"), SECRET, NOON)
    assert receiver.received == []


@pytest.fixture
def changing_name(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A name that leads here at first, and inside from then on; what it led to."""
    looked_up: list[str] = []

    async def resolve(self: object, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        address = "10.0.0.7" if looked_up else "127.0.0.1"
        looked_up.append(address)
        return [{"hostname": host, "host": address, "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}]

    monkeypatch.setattr(ThreadedResolver, "resolve", resolve)
    return looked_up


async def test_a_request_goes_to_the_very_address_that_was_looked_at(receiver: Receiver, changing_name: list[str]) -> None:
    webhooks, url = Webhooks(networks_of("127.0.0.1")), receiver.url.replace("127.0.0.1", "localhost")
    await webhooks.send(DELIVERY, url, SECRET, NOON)
    assert changing_name == ["127.0.0.1"]
    assert len(receiver.received) == 1
    with pytest.raises(NotDeliveredError, match="inside the own network"):
        await webhooks.send(DELIVERY, url, SECRET, NOON)
    assert len(receiver.received) == 1
