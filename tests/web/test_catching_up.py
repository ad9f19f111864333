"""Conversations of an older release can be searched after a start of this one."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import delete

from bot.store import NewMessage, Store
from bot.store.console_tables import SearchWordRow
from bot.store.inbox_records import InboxFilter
from bot.store.words import terms_of
from bot.web.catching_up import catch_up, fill_search_words

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def old_store(tmp_path: Path) -> Store:
    store = Store(f"sqlite:///{tmp_path}/store.db")
    store.migrate()
    with store.unit() as unit:
        for number in range(150):
            one = unit.open_conversation(channel="widget", at=NOON)
            unit.add_messages(one.id, [NewMessage(event_key=f"{number}", who="patient", text="diabetes", at=NOON)])
        unit._session.execute(delete(SearchWordRow))
    return store


async def test_they_are_found_by_their_words_afterwards(old_store: Store) -> None:
    await fill_search_words(old_store)
    with old_store.reading() as unit:
        assert unit.inbox(InboxFilter(words=terms_of("diabetes")), None, NOON).found == 150
    old_store.dispose()


async def test_people_who_chat_meanwhile_have_the_store_to_themselves_for_most_of_the_time(
    old_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter((0.0, 2.0, 2.0, 3.0, 3.0))  # a step of two seconds, one of a second, and the last look
    monkeypatch.setattr("bot.web.catching_up.time", SimpleNamespace(monotonic=lambda: next(moments)))
    rests: list[float] = []

    async def rest(seconds: float) -> None:
        rests.append(seconds)

    monkeypatch.setattr("bot.web.catching_up.asyncio", SimpleNamespace(to_thread=asyncio.to_thread, sleep=rest))
    await fill_search_words(old_store)
    assert rests == [18.0, 9.0]
    old_store.dispose()


async def test_an_app_starts_and_stops_without_waiting_for_it(old_store: Store) -> None:
    app = web.Application()
    catch_up(app, old_store)
    server = TestServer(app)
    await server.start_server()
    await server.close()
    old_store.dispose()


async def test_a_store_that_is_away_is_told_and_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    away = Store("postgresql://nobody@127.0.0.1:1/none")
    await fill_search_words(away)
    assert "until the next start" in caplog.text
    away.dispose()
