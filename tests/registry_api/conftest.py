"""A registry with a handful of made-up studies, a client of it, and a time that passes only where somebody waits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.trials.registry.api import RegistryClient, user_agent
from tests.fakes.registry_api import FakeRegistry, a_study

WHO_ASKS = user_agent("trials@example.org")
#: More than the tests ever wait for a fake that answers.
PATIENCE = 30.0


class Time:
    """A clock, and a sleep that moves it on."""

    def __init__(self) -> None:
        self.now = 5000.0
        self.waits: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.waits.append(round(seconds, 6))
        self.now += seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def registry(time: Time) -> AsyncIterator[FakeRegistry]:
    studies = [
        a_study("NCT00000001", conditions=["Breast Cancer"], interventions=["Drug A"], cities=["Ghent"], sponsor="Acme"),
        a_study("NCT00000002", conditions=["Breast Cancer"], interventions=["Drug B"], cities=["Turin"], status="COMPLETED"),
        a_study("NCT00000003", conditions=["Lung Cancer"], interventions=["Drug A"], aliases=["NCT00000013"]),
        a_study("NCT00000004", conditions=["Asthma"], title="Breathing well", status="NOT_YET_RECRUITING"),
        a_study("NCT00000005", conditions=["Breast Cancer"], title="Käse & Brot: 100% = gut?"),
    ]
    async with FakeRegistry(studies, clock=time.clock) as registry:
        yield registry


def client_of(registry: FakeRegistry, time: Time, **more: Any) -> RegistryClient:
    """A client to whom waiting costs nothing, and chance is always the same."""
    given: dict[str, Any] = {
        "user_agent": WHO_ASKS,
        "timeout": PATIENCE,
        "sleep": time.sleep,
        "clock": time.clock,
        "chance": lambda: 1.0,
    }
    return RegistryClient(registry.url, **given | more)


@pytest.fixture
async def client(registry: FakeRegistry, time: Time) -> AsyncIterator[RegistryClient]:
    async with client_of(registry, time) as client:
        yield client
