"""Too long, too deep, too slow, or no HTTP at all: refused, without a word of it coming back or standing in a log."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import logging
import time
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web

from bot.web import serving
from bot.web.requests import LARGEST_BODY
from tests.console.house import API_KEY, House

PLANTED = "PLANTEDWORD"
FORM = "Content-Type: application/x-www-form-urlencoded"
KEY = {"Authorization": f"Bearer {API_KEY}"}


async def sent(house: House, *pieces: bytes, pause: float = 0, patience: float = 5) -> bytes:
    """What comes back for these bytes, until the other end closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(house.url.rsplit(":", 1)[1]))
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)
        return await asyncio.wait_for(reader.read(), patience)
    finally:
        writer.close()


def post(path: str, *headers: str) -> bytes:
    return "\r\n".join([f"POST {path} HTTP/1.1", "Host: a", f"Authorization: Bearer {API_KEY}", FORM, *headers, "", ""]).encode()


NO_HTTP = {
    "no request line": [f"{PLANTED}\r\n\r\n".encode()],
    "a NUL in the address": [f"GET /{PLANTED}\0 HTTP/1.1\r\nHost: a\r\n\r\n".encode()],
    "a host that is none": [f"GET http://[{PLANTED}/ HTTP/1.1\r\nHost: a\r\n\r\n".encode()],
    "a control character in a header": [f"GET / HTTP/1.1\r\nHost: a\r\nA {PLANTED}\x01: b\r\n\r\n".encode()],
    "an address without end": [f"GET /{PLANTED * 1000} HTTP/1.1\r\nHost: a\r\n\r\n".encode()],
    "a query without end": [f"GET /?q={PLANTED * 1000} HTTP/1.1\r\nHost: a\r\n\r\n".encode()],
    "a header without end": [f"GET / HTTP/1.1\r\nHost: a\r\nA: {PLANTED * 1000}\r\n\r\n".encode()],
    "headers without end": [b"GET / HTTP/1.1\r\nHost: a\r\n" + b"".join(f"A{n}: {PLANTED}\r\n".encode() for n in range(300)) + b"\r\n"],
    "two lengths": [b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 30\r\n\r\n" + PLANTED.encode()],
    "a length and pieces": [b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n" + PLANTED.encode()],
    "pieces of no size": [post("/webhooks/rest/webhook", "Transfer-Encoding: chunked") + f"{PLANTED}\r\n".encode()],
    "pieces of no size, later": [post("/webhooks/rest/webhook", "Transfer-Encoding: chunked"), f"{PLANTED}\r\n\r\n".encode()],
    "pieces of no size, in a form": [post("/console/sign-in", "Transfer-Encoding: chunked"), f"{PLANTED}\r\n\r\n".encode()],
    "pieces of no size, to the API": [post("/api/v1/screenings", "Transfer-Encoding: chunked"), f"{PLANTED}\r\n\r\n".encode()],
    "pieces of no size, to a channel": [post("/webhooks/slack/webhook", "Transfer-Encoding: chunked"), f"{PLANTED}\r\n\r\n".encode()],
}


@pytest.mark.parametrize("pieces", NO_HTTP.values(), ids=NO_HTTP)
async def test_what_is_no_http_is_refused_and_not_repeated(
    house: House, pieces: list[bytes], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "BODY_SECONDS", 0.2)
    caplog.set_level(logging.DEBUG, logger="bot")
    answer = await sent(house, *pieces, pause=0.02 if len(pieces) == 2 else 0)
    head = answer.partition(b"\r\n\r\n")[0]
    # A form or a path that takes no POST may be refused before its body is looked at.
    assert head.split()[1] in {b"400", b"401", b"403", b"404", b"405"}, answer
    assert b"nosniff" in head
    assert b"aiohttp" not in head
    assert PLANTED.encode() not in answer
    # As the log is written in life: of an exception its place and its kind.
    assert PLANTED not in "".join(f"{record.getMessage()}" for record in caplog.records)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/webhooks/rest/webhook", 413),
        ("/chat/session", 413),
        ("/console/sign-in", 413),
        ("/api/v1/screenings", 413),
        ("/webhooks/webhook/webhook", 413),
        ("/webhooks/slack/webhook", 413),
        ("/contact/" + "k" * 43, 413),
    ],
)
async def test_a_body_that_is_too_long_is_refused(house: House, path: str, status: int) -> None:
    async with (
        ClientSession(house.url, headers=KEY) as session,
        session.post(path, data=b"x" * (LARGEST_BODY + 1), headers={"Content-Type": "application/x-www-form-urlencoded"}) as answer,
    ):
        assert (answer.status, "xxx" in await answer.text()) == (status, False)


@pytest.mark.parametrize("path", ["/webhooks/rest/webhook", "/chat/session", "/api/v1/screenings"])
@pytest.mark.parametrize("opening", ["[", '{"a":'])
async def test_a_body_that_is_too_deep_is_refused(house: House, path: str, opening: str) -> None:
    async with ClientSession(house.url, headers=KEY) as session, session.post(path, data=opening * 20_000) as answer:
        assert answer.status == 400


@pytest.mark.parametrize("path", ["/webhooks/rest/webhook", "/chat/session", "/api/v1/screenings"])
async def test_nothing_is_unpacked(house: House, path: str) -> None:
    """A body of a kilobyte could be a gigabyte."""
    body = gzip.compress(b'{"sender": "ann", "message": "hello"}')
    async with (
        ClientSession(house.url, headers=KEY) as session,
        session.post(path, data=body, headers={"Content-Encoding": "gzip"}) as answer,
    ):
        assert answer.status == 400


async def test_a_number_with_more_figures_than_can_be_read_is_refused(house: House) -> None:
    async with ClientSession(house.url, headers=KEY) as session, session.post("/chat/session", data='{"a":' + "9" * 9_000 + "}") as answer:
        assert answer.status == 400


class TestTooSlow:
    @pytest.fixture
    async def house(self, house: House) -> AsyncIterator[House]:
        """The same, by a runner that waits for a head for a third of a second."""
        app = web.Application(middlewares=[serving.punctual])

        async def echo(request: web.Request) -> web.Response:
            return web.Response(text=f"{len(await request.read())} bytes")

        app.router.add_post("/", echo)
        runner = serving.Runner(app, shutdown_timeout=1, idle=0.3)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        house.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield house
        await runner.cleanup()

    @pytest.mark.parametrize("beginning", [b"", b"POST / HTT", b"POST / HTTP/1.1\r\nHost: a\r\n"])
    async def test_a_head_that_does_not_come_is_not_waited_for(self, house: House, beginning: bytes) -> None:
        assert await sent(house, beginning) == b""

    async def test_a_head_that_comes_letter_by_letter_is_not_waited_for(self, house: House) -> None:
        began = time.monotonic()
        with contextlib.suppress(ConnectionError):
            assert await sent(house, *[b"X"] * 100, pause=0.02) == b""
        assert time.monotonic() - began < 4

    async def test_whoever_is_quick_is_served(self, house: House) -> None:
        answer = await sent(house, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n", b"here")
        assert b"4 bytes" in answer


@pytest.mark.parametrize(
    "path", ["/webhooks/rest/webhook", "/console/sign-in", "/api/v1/screenings", "/webhooks/slack/webhook", "/contact/" + "k" * 43]
)
@pytest.mark.parametrize("length", ["Content-Length: 50", "Transfer-Encoding: chunked"])
async def test_half_a_body_is_no_body(
    house: House, path: str, length: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(serving, "BODY_SECONDS", 0.2)
    half = b'{"sender":"ann","message":"hello"}' if "Length" in length else b'22\r\n{"sender":"ann","message":"hello"}\r\n'
    answer = await sent(house, post(path, length), half)
    assert answer.split()[1] in {b"400", b"401", b"404"}, answer
    with house.store.reading() as unit:
        assert unit.conversation_by_sender("rest", "ann") is None
    assert [record for record in caplog.records if record.name.startswith("aiohttp")] == []


async def test_a_connection_after_half_a_body_is_closed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "BODY_SECONDS", 0.2)
    answer = await sent(
        house, post("/webhooks/rest/webhook", "Content-Length: 50") + b"half", b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n", pause=0.5
    )
    assert answer.count(b"HTTP/1.1 ") == 1
