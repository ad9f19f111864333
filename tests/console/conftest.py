"""A house of its own for each test, on SQLite; tests of lists and searches run on PostgreSQL as well (`on_both`)."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from bot.accounts.roles import Role
from bot.words import Library
from tests.console.house import Guest, House, make_house
from tests.desk_fixtures import library, migrated_store

__all__ = ["library", "migrated_store"]

SignIn = Callable[..., Awaitable[Guest]]
OpenHouse = Callable[..., Awaitable[House]]


@pytest.fixture
async def open_house(tmp_path: Path, migrated_store: Path, library: Library) -> AsyncIterator[OpenHouse]:
    """Serve the app, with the trials that ship and what the test says of the console: `await open_house(site_url=…)`."""
    async with AsyncExitStack() as leaving:

        async def open_one(*, port: int | None = None, **options: Any) -> House:
            shutil.copy(migrated_store, tmp_path / "store.db")
            house = make_house(tmp_path, library, **options)
            leaving.callback(house.store.dispose)
            server = TestServer(house.app, port=port)
            await server.start_server()
            leaving.push_async_callback(server.close)
            house.url = str(server.make_url("/"))
            return house

        yield open_one


@pytest.fixture
async def house(open_house: OpenHouse) -> House:
    """The app, served, with the trials that ship."""
    return await open_house()


@pytest.fixture
async def sign_in(house: House) -> AsyncIterator[SignIn]:
    """Sign somebody in: `await sign_in(Role.AUDITOR)`; the browser they came with."""
    async with AsyncExitStack() as leaving:

        async def come(role: Role = Role.COORDINATOR, **account: object) -> Guest:
            guest = Guest(house)
            leaving.push_async_callback(guest.close)
            return await guest.sign_in(house.account(role, **account))

        yield come


@pytest.fixture
async def stranger(house: House) -> AsyncIterator[Guest]:
    """A browser with which nobody signed in."""
    guest = Guest(house)
    yield guest
    await guest.close()
