"""Every behaviour of the store is shown on SQLite, and on a real PostgreSQL where one can be reached."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from bot.store import Store

POSTGRES_URL = os.environ.get("TRIALCHAT_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/test")


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[str]:
    """A migrated database that each test copies, so that none sees another's rows."""
    try:
        server = psycopg.connect(POSTGRES_URL, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL answers; set TRIALCHAT_TEST_POSTGRES_URL to a server where databases may be made")
    name = f"trialchat_template_{secrets.token_hex(4)}"
    with server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            store = Store(_url_of(name))
            store.migrate()
            store.dispose()
            yield name
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def made_database(template: str | None = None) -> Iterator[str]:
    """The URL of a PostgreSQL database of its own, empty or as a template is."""
    name = f"trialchat_test_{secrets.token_hex(4)}"
    with psycopg.connect(POSTGRES_URL, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        try:
            yield _url_of(name)
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _url_of(database: str) -> str:
    return make_url(POSTGRES_URL).set(database=database).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated database of this test's own."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/store.db"
        store = Store(url)
        store.migrate()
        store.dispose()
        yield url
        return
    with made_database(request.getfixturevalue("postgres_template")) as url:
        yield url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A migrated store, empty."""
    opened = Store(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def clock() -> Callable[[], datetime]:
    """A clock that moves one second each time it is read."""
    moments = iter(range(100_000))
    start = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    return lambda: start + timedelta(seconds=next(moments))
