"""A house whose API is asked by programs with keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.accounts.api_keys import NewKey, Scope, make
from bot.accounts.roles import Role
from bot.store import ApiKey
from tests.console.conftest import OpenHouse, house, open_house
from tests.console.house import House
from tests.desk_fixtures import library, migrated_store

__all__ = ["OpenHouse", "house", "library", "migrated_store", "open_house"]


@dataclass
class Program:
    """A program with a key; `key` None: without one."""

    house: House
    session: ClientSession
    secret: str | None
    key: ApiKey | None

    async def ask(self, method: str, path: str, **sent: Any) -> tuple[int, Any, Any]:
        """Status, what was answered, and the headers."""
        headers = dict(sent.pop("headers", {}))
        if self.secret is not None:
            headers.setdefault("Authorization", f"Bearer {self.secret}")
        async with self.session.request(method, path, headers=headers, **sent) as response:
            found = await response.json(content_type=None) if response.content_type.endswith("json") else await response.text()
            return response.status, found, response.headers

    async def get(self, path: str, **sent: Any) -> tuple[int, Any]:
        """Status and what was answered."""
        status, found, _ = await self.ask("GET", path, **sent)
        return status, found

    async def post(self, path: str, **sent: Any) -> tuple[int, Any]:
        """The same of a POST."""
        status, found, _ = await self.ask("POST", path, **sent)
        return status, found


Programs = Callable[..., Program]


@pytest.fixture
async def program(house: House) -> AsyncIterator[Programs]:
    """A program: `program(Scope.TRIALS, trials="NCT…")`; of all scopes where none is named, for all trials where none is."""
    async with AsyncExitStack() as leaving:
        session = await leaving.enter_async_context(ClientSession(base_url=house.url))
        by: list[Any] = []

        def come(*scopes: Scope, trials: str = "", days: str = "0", secret: str | None = None, keyless: bool = False) -> Program:
            if keyless or secret is not None:
                return Program(house, session, secret, None)
            if not by:
                by.append(house.account(Role.ADMINISTRATOR))
            new = NewKey("a program", tuple(scope.value for scope in scopes or Scope), not trials, trials, days)
            key, made = make(house.store, by[0], new, house.clock())
            return Program(house, session, made, key)

        yield come
