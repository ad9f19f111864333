"""A store, an event file, and a reader between them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.conversations.transcripts import EventReader
from bot.store import Conversation, Store

from .broker import START, Broker


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path}/store.db")
    opened.migrate()
    yield opened
    opened.dispose()


@pytest.fixture
def broker(tmp_path: Path) -> Broker:
    return Broker(tmp_path / "events.db")


@pytest.fixture
def reader(store: Store, broker: Broker) -> EventReader:
    return EventReader(store, broker.path)


@pytest.fixture
def conversation(store: Store) -> Conversation:
    with store.unit() as unit:
        return unit.open_conversation(channel="rest", sender="ann", at=START)
