"""Whether it is alive, and whether it is ready: which part is away, and that asking loads nothing."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.monitoring.asking import Asked
from bot.monitoring.health import Check, Readiness
from bot.store import StoreUnavailableError
from bot.web.monitoring import READINESS
from tests.web.conftest import Door


async def ready(door: Door) -> tuple[int, object]:
    async with door.client.get("/health/ready") as response:
        assert response.headers["Cache-Control"] == "no-store"
        return response.status, await response.json()


async def test_ready_is_where_everything_is_there_that_a_turn_needs(door: Door) -> None:
    assert await ready(door) == (200, {"status": "ready", "parts": {"store": "up", "engine": "up"}})


async def test_the_part_that_is_away_is_named(door: Door) -> None:
    door.services.engine._base_url = "http://127.0.0.1:1"
    assert await ready(door) == (503, {"status": "not ready", "parts": {"store": "up", "engine": "away"}})


async def test_a_store_that_is_away_is_named_and_nothing_more_is_said(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise StoreUnavailableError("the PostgreSQL server at db.internal does not answer")

    monkeypatch.setattr(door.store, "check", away)
    assert await ready(door) == (503, {"status": "not ready", "parts": {"store": "away", "engine": "up"}})


async def test_an_installation_may_need_more(door: Door) -> None:
    async def away() -> bool:
        return False

    door.client.app[READINESS].add(Check("locks", away))
    assert await ready(door) == (503, {"status": "not ready", "parts": {"store": "up", "engine": "up", "locks": "away"}})


async def test_what_is_away_for_every_machine_is_told_and_sends_nobody_elsewhere(door: Door) -> None:
    async def away() -> bool:
        return False

    door.client.app[READINESS].add(Check("events", away, is_shared=True))
    assert await ready(door) == (200, {"status": "degraded", "parts": {"store": "up", "engine": "up", "events": "away"}})


async def test_alive_is_whoever_answers_whatever_is_away(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door.store, "check", lambda: pytest.fail("the store was asked"))
    monkeypatch.setattr(door.services.engine, "is_up", lambda: pytest.fail("the engine was asked"))
    async with door.client.get("/health/live") as response:
        assert (response.status, await response.json()) == (200, {"status": "ok"})


async def test_many_probes_at_once_ask_once_and_an_answer_is_good_for_a_second() -> None:
    now, asked = [0.0], [0]

    async def look() -> bool:
        asked[0] += 1
        await asyncio.sleep(0.01)
        return True

    question = Asked("it", look, otherwise=False, lasts=1, seconds=2, now=lambda: now[0])
    assert await asyncio.gather(*(question.answer() for _ in range(20))) == [True] * 20
    assert asked == [1]
    now[0] = 0.9
    await question.answer()
    assert asked == [1]
    now[0] = 1.1
    await question.answer()
    assert asked == [2]


async def test_what_hangs_is_away_in_time_and_never_asked_twice_at_once() -> None:
    asked, hangs = [0], asyncio.Event()

    async def look() -> bool:
        asked[0] += 1
        await hangs.wait()
        return True

    async def fine() -> bool:
        return True

    readiness = Readiness([Check("store", look, seconds=0.05), Check("engine", fine)])
    began = time.monotonic()
    for _ in range(3):
        assert await readiness.parts() == {"store": False, "engine": True}
    assert time.monotonic() - began < 10
    assert asked == [1]
    hangs.set()
    assert await readiness.parts() == {"store": True, "engine": True}
    assert asked == [1]


async def test_a_check_that_breaks_is_away_and_its_error_is_not_quoted(caplog: pytest.LogCaptureFixture) -> None:
    async def breaks() -> bool:
        raise ValueError("SECRETWORD")

    assert await Readiness([Check("locks", breaks)]).parts() == {"locks": False}
    assert "the health of locks cannot be asked: ValueError in breaks" in caplog.text
    assert "SECRETWORD" not in caplog.text


def test_no_two_checks_have_one_name() -> None:
    async def fine() -> bool:
        return True

    readiness = Readiness([Check("store", fine)])
    with pytest.raises(ValueError, match="a check of store already"):
        readiness.add(Check("store", fine))
