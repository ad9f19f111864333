"""Anything at all, sent to every way in. A few examples each by default; TRIALCHAT_FUZZ=1000 asks for a thousand."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession
from hypothesis import HealthCheck, settings

from bot.web.limits import LimitRates, Rate
from tests.security.conftest import fakes, house, library, migrated_store, site_url

__all__ = ["fakes", "house", "library", "migrated_store", "site_url"]

settings.register_profile(
    "fuzzing",
    max_examples=int(os.environ.get("TRIALCHAT_FUZZ", "8")),
    deadline=None,
    # A house serves all examples of a test: what one of them leaves behind, the next one meets.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    # The same each time, but where many are asked for.
    derandomize="TRIALCHAT_FUZZ" not in os.environ,
    database=None,
)
#: As a decorator: `@FUZZED` beside `@given`.
FUZZED = settings(settings.get_profile("fuzzing"))


@pytest.fixture
def rates() -> LimitRates:
    """Nobody is too fast here."""
    endless = Rate(10**9, 10**6)
    return LimitRates(conversation=endless, address=endless, new_sessions=endless, contacts=endless)


@pytest.fixture
async def session(house: object) -> AsyncIterator[ClientSession]:
    async with ClientSession(house.url) as session:  # type: ignore[attr-defined]
        yield session
