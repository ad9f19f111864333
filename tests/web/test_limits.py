"""Too fast is refused with the time to wait; nobody is refused for what others do."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from bot.web.limits import PROXIES, Buckets, LimitRates, Rate, client_address

from .conftest import Door


@pytest.fixture
def rates() -> LimitRates:
    return LimitRates(conversation=Rate(3, 0.01), address=Rate(100, 10), new_sessions=Rate(2, 0.01))


async def test_messages_too_fast_are_refused_with_the_time_to_wait(door: Door) -> None:
    for _ in range(3):
        status, _ = await door.rest("ann", "hello")
        assert status == 200
    async with door.client.post("/webhooks/rest/webhook", json={"sender": "ann", "message": "x"}, headers=door.key) as response:
        assert response.status == 429
        assert int(response.headers["Retry-After"]) >= 1
        assert (await response.json())["error"]["code"] == "too_fast"
    assert len(door.engine.turns) == 3


async def test_one_sender_does_not_slow_another(door: Door) -> None:
    for _ in range(4):
        await door.rest("ann", "hello")
    status, _ = await door.rest("bob", "hello")
    assert status == 200


async def test_a_message_refused_for_its_speed_can_be_sent_again_under_its_id(door: Door) -> None:
    session = await door.open()
    for number in range(3):
        await door.send(session, f"m{number}", "hello")
    assert (await door.send(session, "late", "hello"))[0] == 429
    assert "late" not in [turn["message_id"] for turn in door.engine.turns]


async def test_sessions_opened_too_fast_are_refused_and_the_page_may_read_why(door: Door) -> None:
    await door.open()
    await door.open()
    async with door.client.post("/chat/session", headers={"Origin": "https://hospital.example"}) as response:
        assert response.status == 429
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Retry-After" in response.headers["Access-Control-Expose-Headers"]


@given(st.lists(st.floats(0, 5), max_size=60), st.integers(1, 10), st.floats(0.1, 10))
def test_no_more_pass_than_the_burst_and_what_time_gives(pauses: list[float], burst: int, per_second: float) -> None:
    now = 0.0
    buckets = Buckets(Rate(burst, per_second), lambda: now)
    passed = 0
    for pause in pauses:
        now += pause
        passed += buckets.take("key") == 0
    assert passed <= burst + now * per_second + 1e-6


@given(st.integers(1, 10), st.floats(0.1, 10))
def test_whoever_waits_as_long_as_told_is_let_in(burst: int, per_second: float) -> None:
    now = 0.0
    buckets = Buckets(Rate(burst, per_second), lambda: now)
    while not (wait := buckets.take("key")):
        pass
    now += wait + 1e-6
    assert buckets.take("key") == 0


def test_buckets_that_are_full_again_are_forgotten() -> None:
    now = 0.0
    buckets = Buckets(Rate(2, 1), lambda: now, forget_above=10)
    for number in range(10):
        buckets.take(str(number))
    now += 60
    buckets.take("one more")
    assert len(buckets) == 1


@pytest.mark.parametrize(
    ("remote", "forwarded", "address"),
    [
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "1.2.3.4, 203.0.113.7", "203.0.113.7"),
        ("198.51.100.2", "203.0.113.7", "198.51.100.2"),
        ("127.0.0.1", " , ", "127.0.0.1"),
        ("10.1.0.9", "203.0.113.7", "10.1.0.9"),
    ],
)
def test_only_what_the_proxy_saw_itself_is_believed(remote: str, forwarded: str | None, address: str) -> None:
    request: web.Request = make_mocked_request("GET", "/", headers={} if forwarded is None else {"X-Forwarded-For": forwarded})
    assert client_address(request.clone(remote=remote)) == address


@pytest.mark.parametrize(
    ("remote", "address"), [("10.1.0.9", "203.0.113.7"), ("10.2.0.9", "10.2.0.9"), ("127.0.0.1", "127.0.0.1"), ("unknown", "unknown")]
)
def test_the_house_says_which_proxies_are_believed(remote: str, address: str) -> None:
    app = web.Application()
    app[PROXIES] = (ip_network("10.1.0.0/16"),)
    request: web.Request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": "203.0.113.7"}, app=app)
    assert client_address(request.clone(remote=remote)) == address
