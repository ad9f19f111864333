"""Who listens hears of each conversation that changed, and of no other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.store import NewMessage, Store
from bot.web.changes import Changes

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECONDS = 5


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(f"sqlite:///{tmp_path}/store.db")
    store.migrate()
    return store


@pytest.fixture
async def changes(store: Store) -> AsyncIterator[Changes]:
    found = Changes(store, lambda: NOON, every=0.01)
    task = asyncio.create_task(found.run())
    yield found
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    store.dispose()


def opened(store: Store, at: datetime = NOON) -> str:
    with store.unit() as unit:
        return unit.open_conversation(channel="widget", at=at).id


def said(store: Store, conversation: str, key: str, at: datetime) -> None:
    with store.unit() as unit:
        unit.add_messages(conversation, [NewMessage(event_key=key, who="patient", text="yes", at=at)])


async def heard(queue: asyncio.Queue[str]) -> str:
    return await asyncio.wait_for(queue.get(), SECONDS)


async def test_a_new_conversation_and_a_new_line_are_heard_by_all_who_listen(changes: Changes, store: Store) -> None:
    with changes.listening() as one, changes.listening() as other:
        await changes.looking.wait()
        conversation = opened(store, NOON + timedelta(seconds=1))
        assert await heard(one) == await heard(other) == conversation
        said(store, conversation, "a", NOON + timedelta(seconds=2))
        assert await heard(one) == await heard(other) == conversation


async def test_a_line_whose_moment_lies_back_is_heard_as_well(changes: Changes, store: Store) -> None:
    with changes.listening() as queue:
        await changes.looking.wait()
        conversation = opened(store, NOON + timedelta(seconds=3))
        assert await heard(queue) == conversation
        said(store, conversation, "late", NOON - timedelta(hours=1))
        assert await heard(queue) == conversation


async def test_what_was_there_before_is_no_news(changes: Changes, store: Store) -> None:
    opened(store)
    with changes.listening() as queue:
        await changes.looking.wait()
        conversation = opened(store, NOON + timedelta(seconds=1))
        assert await heard(queue) == conversation


async def test_who_no_longer_listens_is_not_waited_for(changes: Changes, store: Store) -> None:
    with changes.listening() as queue:
        await changes.looking.wait()
        other = changes.listening()
        still_here = other.__enter__()
    opened(store, NOON + timedelta(seconds=1))
    await heard(still_here)
    assert queue.empty()
    other.__exit__(None, None, None)


async def test_who_listens_hears_again_after_something_went_wrong(
    changes: Changes, store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    look, problems = changes._changed, iter([RuntimeError("what a person said"), ValueError()])

    def sometimes(since: datetime) -> list[tuple[str, datetime]]:
        for problem in problems:
            raise problem
        return look(since)

    with changes.listening() as queue:
        await changes.looking.wait()
        monkeypatch.setattr(changes, "_changed", sometimes)
        conversation = opened(store, NOON + timedelta(seconds=1))
        assert await heard(queue) == conversation
    assert "changes are not seen for now: RuntimeError in sometimes" in caplog.text
    assert "what a person said" not in caplog.text
