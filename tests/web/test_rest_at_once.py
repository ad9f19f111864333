"""Two processes of the app, one database, and the first words of somebody."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.store import ApiKey, Conversation, Store, Unit
from bot.web.rest import CHANNEL, _find_or_open
from bot.web.services import Services
from tests.store.conftest import database_url, postgres_template, store

__all__ = ["database_url", "postgres_template", "store"]

KEY = ApiKey(None, "the installation", "", frozenset(), None)
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


# On SQLite, whoever may write is alone from the beginning of a transaction on.
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_comes_second_takes_the_conversation_that_the_first_opened(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Conversation] = []
    open_one = Unit.open_conversation

    def after_another_process(unit: Unit, **fields: Any) -> Conversation:
        if not opened:
            with store.unit() as theirs:
                opened.append(open_one(theirs, **fields))
        return open_one(unit, **fields)

    monkeypatch.setattr(Unit, "open_conversation", after_another_process)
    services = cast(Services, SimpleNamespace(store=store, locales=("en",), clock=lambda: NOON))
    assert _find_or_open(services, KEY, "ann", {}) == opened[0]
    with store.reading() as unit:
        assert unit.conversation_by_sender(CHANNEL, "ann") == opened[0]
        assert unit.count_conversations() == 1
