"""A house of its own for each test, on SQLite; tests of lists and searches run on PostgreSQL as well (`on_both`)."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from bot.accounts.roles import Role
from tests.console.house import Guest, House, make_house
from tests.desk_fixtures import library, migrated_store

__all__ = ["library", "migrated_store"]

SignIn = Callable[..., Awaitable[Guest]]


@pytest.fixture
async def house(tmp_path: Path, migrated_store: Path, library: object) -> AsyncIterator[House]:
    """The app, served, with the trials that ship."""
    shutil.copy(migrated_store, tmp_path / "store.db")
    house = make_house(tmp_path, library)  # type: ignore[arg-type]
    server = TestServer(house.app)
    await server.start_server()
    house.url = str(server.make_url("/"))
    yield house
    await server.close()
    house.store.dispose()


@pytest.fixture
async def sign_in(house: House) -> AsyncIterator[SignIn]:
    """Sign somebody in: `await sign_in(Role.AUDITOR)`; the browser they came with."""
    async with AsyncExitStack() as leaving:

        async def come(role: Role = Role.COORDINATOR, **account: object) -> Guest:
            guest = Guest(house)
            leaving.push_async_callback(guest.close)
            return await guest.sign_in(house.account(role, **account))  # type: ignore[arg-type]

        yield come


@pytest.fixture
async def stranger(house: House) -> AsyncIterator[Guest]:
    """A browser with which nobody signed in."""
    guest = Guest(house)
    yield guest
    await guest.close()
