"""What clients should not send, and what becomes of it: a clear error, a kind sentence, and never somebody else's conversation."""

from __future__ import annotations

import asyncio
import logging
import shutil
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, WSMsgType
from aiohttp.test_utils import TestServer
from socketio import AsyncServer
from socketio.exceptions import ConnectionError as NotConnectedError

from bot.channels.socketio import SocketIoConfig
from bot.origins import AllowedOrigins
from bot.tokens import token_hash
from bot.web.app import make_app
from bot.web.limits import LimitRates, Limits, Rate
from bot.web.page_source import StoredPages
from bot.web.pages import Pages
from bot.web.socketio.assembly import TALKING, add_socketio
from bot.web.socketio.server import make_server
from bot.words import Library
from tests.channels.socketio.served import CONSENT, Visitor, awaited, conversations, furnished, transcript
from tests.console.house import House

Come = Callable[[], Visitor]


async def begun(visitor: Visitor) -> Visitor:
    await visitor.arrive()
    await visitor.write("/greet")
    await visitor.see(CONSENT)
    return visitor


@pytest.fixture
async def elsewhere(house: House, library: Library) -> AsyncIterator[Callable[..., Any]]:
    """The same house with other services, served at another address."""
    servers: list[TestServer] = []

    async def serve(config: SocketIoConfig | None = None, **services: Any) -> str:
        pages = Pages({locale: words.files["site"] for locale, words in library.words.items()})
        app = make_app(replace(house.services, **services), pages, StoredPages(house.store, library))
        add_socketio(app, config or SocketIoConfig(), library, tried_again_after=(0.02,))
        servers.append(TestServer(app))
        await servers[-1].start_server()
        return str(servers[-1].make_url("")).rstrip("/")

    yield serve
    for server in servers:
        await server.close()


async def test_there_is_nothing_at_its_address_where_it_is_not_set_up(tmp_path: Path, migrated_store: Path, library: Library) -> None:
    shutil.copy(migrated_store, tmp_path / "store.db")
    bare = furnished(tmp_path, library, "{}\n")
    server = TestServer(bare.app)
    await server.start_server()
    async with ClientSession() as session:
        for path in ("/socket.io", "/socket.io/?EIO=4&transport=polling"):
            assert (await session.get(server.make_url(path))).status == 404
    await server.close()
    bare.store.dispose()


async def test_it_may_be_served_elsewhere(elsewhere: Callable[..., Any]) -> None:
    url = await elsewhere(SocketIoConfig(path="/rasa/socket.io"))
    async with ClientSession() as session:
        assert (await session.get(f"{url}/socket.io/?EIO=4&transport=polling")).status == 404
    one = Visitor(url, "/rasa/socket.io")
    await one.arrive()
    await one.leave()


@pytest.mark.parametrize("forged", ["0123456789abcdef", "ann", "x" * 200])
async def test_an_id_that_was_not_issued_here_gets_a_new_session(house: House, visitor: Come, forged: str) -> None:
    one = await visitor().arrive(forged)
    assert one.session != forged
    await one.write("/greet")
    (found,) = conversations(house)
    assert found.token_hash == token_hash(one.session)


async def test_the_id_of_a_conversation_in_the_store_opens_nothing(house: House, visitor: Come) -> None:
    await begun(visitor())
    (found,) = conversations(house)
    for known in (found.id, found.token_hash, found.sender):
        assert (await visitor().arrive(known)).session != known


async def test_a_session_of_the_website_s_own_chat_is_none_here(house: House, visitor: Come) -> None:
    async with ClientSession() as session, session.post(f"{house.url}/chat/session", json={}) as response:
        token = (await response.json())["token"]
    assert (await visitor().arrive(token)).session != token


async def test_nobody_sends_for_a_session_that_their_connection_has_not_confirmed(house: House, visitor: Come) -> None:
    ann, eve = await begun(visitor()), await begun(visitor())
    answer = await eve.write("I am Ann", session_id=ann.session)
    assert answer["error"]["code"] == "other_session"
    assert eve.errors == [answer["error"]]
    lines = [line.text for one in conversations(house) for line in transcript(house, one.id)]
    assert "I am Ann" not in lines


@pytest.mark.parametrize(("session", "code"), [(None, "no_session"), ("made-up", "unknown_session")])
async def test_without_a_session_nothing_is_heard(house: House, visitor: Come, session: str | None, code: str) -> None:
    one = visitor()
    await one.connect()
    assert (await one.write("hello", session_id=session))["error"]["code"] == code
    assert conversations(house) == []


async def test_a_connection_goes_on_in_the_session_that_it_asked_for_last(house: House, visitor: Come) -> None:
    one = await begun(visitor())
    first = one.session
    one.session = (await one.client.call("session_request", None))["session_id"]
    assert one.session != first
    await one.write("/greet")
    assert len(conversations(house)) == 2
    assert (await one.write("hello", session_id=first))["error"]["code"] == "other_session"


async def test_a_message_that_is_too_long_is_answered_with_a_kind_sentence(house: House, visitor: Come) -> None:
    one = await begun(visitor())
    answer = await one.write("a" * 4001)
    assert answer["error"]["code"] == "too_long"
    await one.see("That is too long for me to read at once.")
    assert (await one.write("hello")) == {"ok": True}


async def test_who_is_too_fast_is_told_once_and_may_go_on_later(elsewhere: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    moment = [0.0]
    monkeypatch.setattr("bot.web.app.Limits", partial(Limits, now=lambda: moment[0]))
    rates = LimitRates(conversation=Rate(burst=3, per_second=2))
    one = await begun(Visitor(await elsewhere(rates=rates)))
    answers = await asyncio.gather(*(one.write("no") for _ in range(6)))
    refused = [answer["error"]["code"] for answer in answers if "error" in answer]
    assert refused == ["too_fast"] * 4
    assert len(one.errors) == 4
    assert one.texts.count("That was too fast for me.") == 1
    moment[0] += 0.6
    assert await one.write("no") == {"ok": True}
    await one.leave()


async def test_conversations_cannot_be_opened_without_end(elsewhere: Callable[..., Any], house: House) -> None:
    url = await elsewhere(rates=LimitRates(new_sessions=Rate(burst=1, per_second=0.01)))
    first, second = Visitor(url), Visitor(url)
    await begun(first)
    await second.arrive()
    assert (await second.write("/greet"))["error"]["code"] == "too_fast"
    assert len(conversations(house)) == 1
    for one in (first, second):
        await one.leave()


async def test_there_is_room_for_so_many_connections(elsewhere: Callable[..., Any]) -> None:
    url = await elsewhere(SocketIoConfig(connections=1))
    first = Visitor(url)
    await first.arrive()
    with pytest.raises(NotConnectedError):
        await Visitor(url).connect()
    await first.leave()


async def opened(session: ClientSession, url: str, query: str = "", address: str = "192.0.2.1") -> int:
    """The status with which a connection is opened, or is not."""
    headers = {"X-Forwarded-For": address}
    async with session.get(f"{url}/socket.io/?EIO=4&transport=polling{query}", headers=headers) as response:
        await response.read()
        return response.status


# What says `sid` and means none that is open. The library takes some for somebody new, and answers 400 to the others.
NO_SIDS = ["&sid=", "&sid", "&sid=&sid=", "&sid=unknown", "&sid=unknown&sid={open}", "&sid=%20", "&SID={open}"]


@pytest.mark.parametrize("query", NO_SIDS)
async def test_whoever_names_no_open_connection_is_let_in_as_fast_as_anybody_new(elsewhere: Callable[..., Any], query: str) -> None:
    url = await elsewhere(rates=LimitRates(address=Rate(burst=3, per_second=0.01)))
    async with ClientSession() as session:
        query = query.format(open=await _open_sid(session, url, "192.0.2.1"))
        found = [await opened(session, url, query) for _ in range(4)]
        assert found[-2:] == [429, 429], found
        assert set(found[:2]) <= {200, 400}


@pytest.mark.parametrize("query", NO_SIDS)
async def test_whoever_names_no_open_connection_needs_room_for_one(elsewhere: Callable[..., Any], query: str) -> None:
    url = await elsewhere(SocketIoConfig(connections=1))
    async with ClientSession() as session:
        query = query.format(open=await _open_sid(session, url, "192.0.2.1"))
        assert await opened(session, url, query) == 503


@pytest.mark.parametrize("query", ["&sid={open}", "&sid=&sid={open}", "&sid={open}&sid=unknown"])
async def test_whoever_names_an_open_connection_goes_on_with_it_and_opens_none(elsewhere: Callable[..., Any], query: str) -> None:
    url = await elsewhere(SocketIoConfig(connections=1), rates=LimitRates(address=Rate(burst=1, per_second=0.01)))
    async with ClientSession() as session:
        sid = await _open_sid(session, url, "192.0.2.1")
        await session.post(f"{url}/socket.io/?EIO=4&transport=polling&sid={sid}", data="40")
        query = query.format(open=sid)
        assert await opened(session, url, query) == 200
        assert await opened(session, url) == 429


@pytest.mark.parametrize(("connections", "for_an_address"), [(30, 20), (125, 25)])
async def test_there_is_room_for_so_many_connections_of_one_address(
    elsewhere: Callable[..., Any], connections: int, for_an_address: int
) -> None:
    url = await elsewhere(SocketIoConfig(connections=connections))
    async with ClientSession() as session:
        last = await _open_sid(session, url, "192.0.2.1")
        for _ in range(for_an_address - 1):
            assert await opened(session, url, "&sid=") == 200
        for query in ("", "&sid=", "&sid=&sid=", "&sid=unknown"):
            assert await opened(session, url, query) == 503, query
        # Claimed by the client, and not written by the proxy.
        assert await opened(session, url, address="198.51.100.7, 192.0.2.1") == 503
        assert await opened(session, url, address="192.0.2.2") == 200, "others are let in"
        await session.post(f"{url}/socket.io/?EIO=4&transport=polling&sid={last}", data="1")
        assert await opened(session, url) == 200, "who has gone makes room"


async def _open_sid(session: ClientSession, url: str, address: str) -> str:
    response = await session.get(f"{url}/socket.io/?EIO=4&transport=polling", headers={"X-Forwarded-For": address})
    return (await response.text()).partition('"sid":"')[2].partition('"')[0]


MALFORMED: list[Any] = [
    None, 7, "hello", [], {"message": 7}, {"message": ["a"]}, {"message": "hello", "session_id": 7},
    {"message": "hello", "session_id": {"a": 1}}, {"message": "hello", "metadata": "{"}, {"message": "hello", "metadata": [1]},
    {"message": "hello", "customData": {"trial_id": 7}}, {"message": "hello", "message_id": "ü"},
]  # fmt: skip


async def test_what_is_malformed_is_said_to_be_and_the_connection_stays(visitor: Come, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    one = await visitor().arrive()
    for data in MALFORMED:
        answer = await one.client.call("user_uttered", data)
        assert answer["error"]["code"] == "malformed", data
    assert (await one.write("/greet")) == {"ok": True}
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_sessions_are_asked_for_in_any_way_that_clients_have(visitor: Come) -> None:
    one = await begun(visitor())
    call = one.client.call
    assert (await call("session_request", {"session_id": one.session}))["session_id"] == one.session
    for data in (None, {}, {"session_id": None}, {"session_id": ""}):
        assert (await call("session_request", data))["session_id"] not in ("", one.session)
    for data in ([], 7, {"session_id": 7}, {"session_id": "x" * 201}):
        assert (await call("session_request", data))["error"]["code"] == "malformed"


RAW = [
    "4", "42", "42[]", "42{}", "42null", '42[{"a":1}]', '42["connect"]', '42["connect",{"aiohttp.request":1}]', '42["disconnect","x"]',
    '42["no_such_event",1]', "43[]", "44", "45", '451-["user_uttered",{"_placeholder":true,"num":0}]', "4999", "x", "9", "", "b!", "2",
    '42["user_uttered",{"message":"a secret thing"},{"more":1},[]]', "42" + "[" * 5000, '42/other,["user_uttered",{}]', "40/other",
]  # fmt: skip


@pytest.mark.parametrize("transport", ["polling", "websocket"])
async def test_packets_that_are_none_harm_nobody_and_are_not_logged(
    house: House, visitor: Come, transport: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.socketio.server.POST_SECONDS", 0.2)
    caplog.set_level(logging.DEBUG)
    other = await begun(visitor())
    caplog.clear()
    send = _by_polling if transport == "polling" else _by_websocket
    for packet in RAW:
        async with ClientSession() as session:
            await send(session, house.url, packet)
        assert await other.write("hello") == {"ok": True}, packet
        assert not [record for record in caplog.records if record.levelno >= logging.ERROR], (packet, caplog.text)
    assert "a secret thing" not in caplog.text


ANNOUNCED = '["user_uttered",{"_placeholder":true,"num":0}]'
BINARY: list[str | bytes] = [
    f"459999999999-{ANNOUNCED}", f"451-{ANNOUNCED}", f"450-{ANNOUNCED}", f"45{ANNOUNCED}", f"459999999999-7{ANNOUNCED}",
    f"4５9-{ANNOUNCED}", "469999999999-1[]", f"429999999999-{ANNOUNCED}", f"439999999999-1{ANNOUNCED}", b"a secret thing", b"59-[]",
]  # fmt: skip


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> list[AsyncServer]:
    """The library's servers, as they are made: what they keep is seen nowhere else."""
    made: list[AsyncServer] = []

    def make() -> AsyncServer:
        made.append(make_server())
        return made[-1]

    monkeypatch.setattr("bot.web.socketio.assembly.make_server", make)
    return made


@pytest.mark.parametrize("packet", BINARY)
async def test_whoever_sends_something_binary_by_a_websocket_is_cut_off_and_none_of_it_is_kept(
    servers: list[AsyncServer], house: House, visitor: Come, packet: str | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (server,) = servers
    other = await begun(visitor())
    async with ClientSession() as session, session.ws_connect(f"{house.url}/socket.io/?EIO=4&transport=websocket") as socket:
        await socket.send_str("40")
        while not (await socket.receive_str(timeout=30)).startswith("40"):
            pass
        await (socket.send_str(packet) if isinstance(packet, str) else socket.send_bytes(packet))
        for _ in range(20):
            await socket.send_bytes(b"a secret thing" * 1000)
        async with asyncio.timeout(5):
            while (await socket.receive()).type is WSMsgType.TEXT:
                pass
        assert socket.closed
    assert server._binary_packet == {}
    assert await other.write("hello") == {"ok": True}
    assert "it sent something binary" in caplog.text
    assert "a secret thing" not in caplog.text
    await awaited(lambda: True if len(server.environ) == 1 else None)


@pytest.mark.parametrize("packet", BINARY)
async def test_whoever_sends_something_binary_by_polling_is_cut_off_and_none_of_it_is_kept(
    servers: list[AsyncServer], house: House, visitor: Come, packet: str | bytes
) -> None:
    (server,) = servers
    other = await begun(visitor())
    body = packet if isinstance(packet, str) else "b" + b64encode(packet).decode()
    pieces = ["b" + b64encode(b"a secret thing").decode()] * 3
    async with ClientSession() as session:
        sid = await _open_sid(session, house.url, "192.0.2.1")
        address = f"{house.url}/socket.io/?EIO=4&transport=polling&sid={sid}"
        await session.post(address, data="40")
        assert "40" in await (await session.get(address)).text()
        await session.post(address, data="\x1e".join([body, *pieces]))
        assert server._binary_packet == {}
        assert sid not in server.environ
        async with asyncio.timeout(5):
            while (await session.get(address)).status == 200:
                pass
        assert (await session.post(address, data="\x1e".join(pieces))).status == 400
    assert server._binary_packet == {}
    assert list(server.eio.sockets) == [other.client.eio.sid]
    assert await other.write("hello") == {"ok": True}


async def _by_websocket(session: ClientSession, url: str, packet: str) -> None:
    async with session.ws_connect(f"{url}/socket.io/?EIO=4&transport=websocket") as socket:
        await socket.send_str("40")
        await socket.send_str(packet)
        await asyncio.sleep(0.02)


async def _by_polling(session: ClientSession, url: str, packet: str) -> None:
    address = f"{url}/socket.io/?EIO=4&transport=polling"
    opened = await (await session.get(address)).text()
    sid = opened.partition('"sid":"')[2].partition('"')[0]
    for data in ("40", packet):
        await session.post(f"{address}&sid={sid}", data=data)


async def test_clients_of_older_protocols_are_told_so(house: House) -> None:
    async with ClientSession() as session, session.get(f"{house.url}/socket.io/?EIO=3&transport=polling") as response:
        assert response.status == 400
        assert "unsupported version" in await response.text()


async def test_the_answers_carry_the_headers_that_all_answers_do(house: House) -> None:
    async with (
        ClientSession() as session,
        session.get(f"{house.url}/socket.io/?EIO=4&transport=polling", headers={"Origin": "https://a.example"}) as response,
    ):
        assert response.status == 200
        assert response.headers["Access-Control-Allow-Origin"] == "https://a.example"
        assert "Access-Control-Allow-Credentials" not in response.headers
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in response.headers


LISTED = AllowedOrigins.of("https://a.example; NCT06141070=https://b.example", "https://own.example")


@pytest.mark.parametrize("transport", ["polling", "websocket"])
async def test_only_pages_of_listed_websites_connect(elsewhere: Callable[..., Any], transport: str) -> None:
    url = await elsewhere(SocketIoConfig(trial="NCT06141070"), origins=LISTED)
    for origin in ("https://b.example", "https://own.example", None):
        one = Visitor(url)
        await one.arrive(transports=[transport], origin=origin)
        assert await one.write("/greet") == {"ok": True}
        await one.leave()
    with pytest.raises(NotConnectedError):
        await Visitor(url).connect(transports=[transport], origin="https://evil.example")


async def test_a_website_opens_only_chats_about_its_trials(elsewhere: Callable[..., Any], house: House) -> None:
    one = await Visitor(await elsewhere(origins=LISTED)).arrive(origin="https://b.example")
    assert (await one.write("/greet"))["error"]["code"] == "origin_not_allowed"
    assert conversations(house) == []
    assert await one.write("/greet", metadata='{"trial_id": "NCT06141070"}') == {"ok": True}
    await one.leave()


async def test_while_the_engine_is_away_the_person_is_told_and_may_try_again(
    house: House, visitor: Come, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.web.engine_client import EngineAwayError

    one = await begun(visitor())
    say, tries = house.engine.say, 0

    async def away(*_args: object, **_kwargs: object) -> object:
        nonlocal tries
        tries += 1
        raise EngineAwayError

    monkeypatch.setattr(house.engine, "say", away)
    assert (await one.write("hello"))["error"]["code"] == "engine_away"
    assert tries == 3
    assert "In an emergency, call your local emergency number." in one.messages[-1]["text"]
    monkeypatch.setattr(house.engine, "say", say)
    assert await one.write("hello") == {"ok": True}


async def test_whatever_fails_is_told_without_saying_what_was_said(
    house: House, visitor: Come, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    one = await begun(visitor())

    async def broken(*_args: object, **_kwargs: object) -> object:
        raise RuntimeError("a secret thing")

    monkeypatch.setattr(house.engine, "say", broken)
    assert (await one.write("a secret thing"))["error"]["code"] == "failed"
    assert "I cannot answer right now." in one.messages[-1]["text"]
    assert "was not answered" in caplog.text
    assert "a secret thing" not in caplog.text
    assert one.session not in caplog.text


async def test_nothing_is_left_of_who_has_gone(house: House, visitor: Come) -> None:
    for _ in range(3):
        one = await begun(visitor())
        await one.leave()
    rooms = house.app[TALKING].rooms
    async with asyncio.timeout(5):
        while len(rooms):
            await asyncio.sleep(0.01)
    (first, *_) = conversations(house)
    assert rooms.of_conversation(first.id) is None
