"""The whole public app as it is served, with every way in: site, chat, REST, API, console, contact page, channels, Socket.IO."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from bot.channels.socketio import SocketIoConfig
from bot.sealing import Sealer, new_key
from bot.web.channels.assembly import add_channels
from bot.web.channels.envelope import Envelopes
from bot.web.limits import Buckets, LimitRates, Limits
from bot.web.security import OVER_TLS
from bot.web.services import LIMITS
from bot.web.serving import Runner
from bot.web.socketio.assembly import add_socketio
from bot.words import Library
from tests.console.house import House, make_house
from tests.desk_fixtures import library, migrated_store
from tests.fakes.providers.base import FakeProvider
from tests.security.channels import all_fakes, set_up

__all__ = ["library", "migrated_store"]


@pytest.fixture
def site_url() -> str:
    return "https://trials.example.org"


@pytest.fixture
def fakes() -> dict[str, FakeProvider]:
    return all_fakes()


@pytest.fixture
def rates() -> LimitRates:
    return LimitRates()


@pytest.fixture
async def house(
    tmp_path: Path, migrated_store: Path, library: Library, site_url: str, fakes: dict[str, FakeProvider], rates: LimitRates
) -> AsyncIterator[House]:
    """A house with all its doors, served by the runner that serves it in life."""
    shutil.copy(migrated_store, tmp_path / "store.db")
    house = make_house(tmp_path, library, site_url=site_url, arrivals=Buckets(rates.address))
    house.app[LIMITS] = Limits(rates)
    envelopes = Envelopes(Sealer([new_key()]), "the key of these tests' audit")
    add_channels(
        house.app, set_up(tmp_path, fakes).providers, house.store, library, ("en",), envelopes, house.clock, site_url, at_work=False
    )
    add_socketio(house.app, SocketIoConfig(), library)
    house.app[OVER_TLS] = site_url.startswith("https://")
    runner = Runner(house.app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    house.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield house
    await runner.cleanup()
    house.store.dispose()
