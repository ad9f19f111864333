"""The app with each channel set up, and the provider on the other side made up."""

from __future__ import annotations

import shutil
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp.test_utils import TestServer

from bot.accounts.roles import Role
from bot.channels.setup import read_channels
from bot.conversations.taking_over import Coordinator
from bot.sealing import Sealer, new_key
from bot.store import Conversation
from bot.store.clock import utc_now
from bot.web.channels.assembly import add_channels
from bot.web.channels.envelope import Envelopes
from bot.words import Library
from tests.console.house import House, make_house
from tests.desk_fixtures import library, migrated_store
from tests.fakes.providers.base import FakeProvider
from tests.fakes.providers.botframework import FakeBotFramework
from tests.fakes.providers.google_chat import FakeGoogleChat
from tests.fakes.providers.mattermost import FakeMattermost
from tests.fakes.providers.messenger import FakeMessenger
from tests.fakes.providers.rocketchat import FakeRocketChat
from tests.fakes.providers.slack import FakeSlack
from tests.fakes.providers.telegram import FakeTelegram
from tests.fakes.providers.twilio import FakeTwilioSms, FakeTwilioWhatsapp
from tests.fakes.providers.webex import FakeWebex
from tests.fakes.providers.webhook import FakeWebhook

__all__ = ["library", "migrated_store"]

ALL: tuple[type[FakeProvider], ...] = (
    FakeWebhook,
    FakeTelegram,
    FakeTwilioSms,
    FakeTwilioWhatsapp,
    FakeSlack,
    FakeMessenger,
    FakeBotFramework,
    FakeWebex,
    FakeMattermost,
    FakeRocketChat,
    FakeGoogleChat,
)


@dataclass
class Line:
    """Between a provider and the app."""

    provider: FakeProvider
    house: House
    site: str

    @property
    def conversation(self) -> str:
        """The id of the one conversation that there is."""
        with self.house.store.reading() as unit:
            (found,) = [name for name, _ in unit.changed_since(utc_now().replace(year=2020))]
        return found

    def stored(self) -> Conversation:
        """That conversation, as it is kept now."""
        with self.house.store.reading() as unit:
            found = unit.conversation(self.conversation)
        assert found is not None
        return found

    def coordinator(self) -> Coordinator:
        """Somebody who may take it over."""
        account = self.house.account(Role.COORDINATOR)
        return Coordinator(account.id, f"account:{account.id}")


@pytest.fixture(params=ALL, ids=lambda fake: fake.name)
def fake(request: pytest.FixtureRequest) -> FakeProvider:
    made: FakeProvider = request.param()
    return made


@pytest.fixture
async def line(fake: FakeProvider, tmp_path: Path, migrated_store: Path, library: Library) -> AsyncIterator[Line]:
    async with lined_up(fake, tmp_path, migrated_store, library) as found:
        yield found


@asynccontextmanager
async def lined_up(
    fake: FakeProvider,
    folder: Path,
    migrated_store: Path,
    library: Library,
    part: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[Line]:
    """`part`: its fields in `channels.yaml`, in place of those that the provider has for tests."""
    shutil.copy(migrated_store, folder / "store.db")
    if not fake.url:
        fake.api = await fake.start()
    file = folder / "channels.yaml"
    file.write_text(yaml.safe_dump({fake.name: part or {**fake.config(), "trial": "NCT06141070"}}))
    house = make_house(folder, library, clock=utc_now)  # type: ignore[arg-type]  # signatures are of today
    server = TestServer(house.app)
    # Its address is needed before it is served: what a provider signs has it in it.
    site = await _address_of(house, server, file, library, environment or {})
    fake.hook = f"{site}/webhooks/{fake.name}/webhook"
    house.url = f"{site}/"
    yield Line(fake, house, site)
    await server.close()
    await fake.api.close()
    house.store.dispose()
    assert not fake.refused, fake.refused


async def _address_of(house: House, server: TestServer, file: Path, library: Library, environment: Mapping[str, str]) -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    providers = read_channels(file, environment).providers
    envelopes = Envelopes(Sealer([new_key()]), "a key of this test's")
    add_channels(house.app, providers, house.store, library, ("en",), envelopes, house.clock, url)
    server.port = port
    await server.start_server()
    return url
