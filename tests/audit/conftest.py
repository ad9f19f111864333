"""Audits are verified on SQLite, and on PostgreSQL where one can be reached."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.store import Store
from tests.store.conftest import database_url, postgres_template

__all__ = ["database_url", "postgres_template"]

KEY = "the key of these tests"


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A migrated store that seals its audit."""
    opened = Store(database_url, KEY)
    yield opened
    opened.dispose()
