"""Requests to providers: an answer is read to its end, and what everybody waits for is asked for once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.providers.base import Call
from bot.channels.providers.tokens import SigningKeys
from bot.store.clock import utc_now
from bot.web.channels.calling import AwayError, Calls
from tests.fakes.providers.tokens import published

Answers = Callable[[web.Request], Awaitable[web.StreamResponse]]
# As Microsoft publishes keys: each with its certificates.
KEYS = {"keys": [{**published("connector", endorsements=["msteams"])["keys"][0], "x5t": "t", "x5c": ["MII" + "A" * 40_000]}]}


@pytest.fixture
async def calls() -> AsyncIterator[Calls]:
    made = Calls(utc_now)
    yield made
    await made.close()


async def served(answers: Answers) -> TestServer:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answers)
    server = TestServer(app)
    await server.start_server()
    return server


def in_parts(body: bytes) -> Answers:
    async def answers(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        for at in range(0, len(body), 8_000):
            await response.write(body[at : at + 8_000])
            await asyncio.sleep(0.01)
        await response.write_eof()
        return response

    return answers


async def test_an_answer_that_comes_in_many_parts_is_read_to_its_end(calls: Calls) -> None:
    server = await served(in_parts(json.dumps(KEYS).encode()))
    url = str(server.make_url("/keys"))
    assert (await calls.make(Call(url))).data == KEYS
    keys = SigningKeys(url)
    await calls.ask([keys])
    assert keys.call(utc_now()) is None
    await server.close()


async def test_an_answer_that_is_too_large_is_none(calls: Calls) -> None:
    server = await served(in_parts(b'{"a": "' + b"x" * 300_000 + b'"}'))
    answered = await calls.make(Call(str(server.make_url("/"))))
    assert (answered.status, answered.data) == (200, {})
    await server.close()


async def test_many_who_need_keys_at_once_ask_once_also_where_there_are_none(calls: Calls) -> None:
    asked = 0

    async def away(request: web.Request) -> web.StreamResponse:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.1)
        return web.json_response({}, status=503)

    server = await served(away)
    keys = SigningKeys(str(server.make_url("/keys")))
    found = await asyncio.gather(*(calls.ask([keys]) for _ in range(5)), return_exceptions=True)
    assert [type(one) for one in found] == [AwayError] * 5
    assert asked == 1
    # Who comes later asks again.
    with pytest.raises(AwayError, match="no keys were given: answered 503"):
        await calls.ask([keys])
    assert asked == 2
    await server.close()
