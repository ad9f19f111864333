"""The public app, as it is in service but for the engine behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.conversations.interruptions import in_danger
from bot.conversations.taking_over import while_taken_over
from bot.conversations.transcripts import EventReader
from bot.conversations.waiting import PersonCalls
from bot.deliveries.events import teller_of_waiting
from bot.monitoring.watch import Watch
from bot.store import Store
from bot.trials import TrialRecord
from bot.web.app import make_app
from bot.web.engine_client import EngineClient
from bot.web.limits import LimitRates
from bot.web.pages import Pages
from bot.web.services import Services
from bot.web.stream_rules import StreamRules
from bot.web.views import SummaryData
from bot.words import Words
from bot.yaml_files import read_yaml
from tests.shipped import shipped_library

from ..transcripts.broker import Broker
from .fake_engine import SECRET, FakeEngine

API_KEY = "the-api-key-of-these-tests"
METRICS_KEY = "the-metrics-key-of-these-tests"
ROOT = Path(__file__).resolve().parents[2]


class NoPages:
    """The site without trials: these tests are about the chat."""

    async def trials(self, offset: int, limit: int) -> tuple[list[TrialRecord], int]:
        return [], 0

    async def trial(self, nct_id: str) -> TrialRecord | None:
        return None

    async def summary(self, key: str) -> SummaryData | None:
        return None


@dataclass
class Door:
    """The app, a client, and what stands behind it."""

    client: TestClient[web.Request, web.Application]
    engine: FakeEngine
    store: Store
    events: EventReader
    services: Services
    key: dict[str, str] = field(default_factory=lambda: {"Authorization": f"Bearer {API_KEY}"})

    async def rest(self, sender: str, message: str, **more: Any) -> tuple[int, Any]:
        """One message through the REST channel."""
        async with self.client.post(
            "/webhooks/rest/webhook", json={"sender": sender, "message": message, **more}, headers=self.key
        ) as response:
            return response.status, await response.json()

    async def open(self, **body: Any) -> dict[str, str]:
        """A widget's session; the header that it talks with."""
        async with self.client.post("/chat/session", json=body) as response:
            assert response.status == 201, await response.text()
            return {"Authorization": f"Bearer {(await response.json())['token']}"}

    async def send(self, session: dict[str, str], message_id: str, text: str) -> tuple[int, Any]:
        """One message of a widget."""
        async with self.client.post("/chat/messages", json={"id": message_id, "text": text}, headers=session) as response:
            return response.status, await response.json()

    async def transcript(self, session: dict[str, str]) -> list[tuple[str, str]]:
        """Everything said so far, as the widget reads it."""
        async with self.client.get("/chat/messages", headers=session) as response:
            assert response.status == 200
            return [(line["from"], line["text"]) for line in (await response.json())["messages"]]


@pytest.fixture
def rates() -> LimitRates:
    return LimitRates()


@pytest.fixture(scope="session")
def words() -> Words:
    return shipped_library().in_locale("en")


@pytest.fixture
def stream_rules() -> StreamRules:
    return StreamRules(every_seconds=0.1)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
async def door(tmp_path: Path, rates: LimitRates, words: Words, stream_rules: StreamRules, watch: Watch) -> AsyncIterator[Door]:
    store = Store(f"sqlite:///{tmp_path}/store.db")
    store.migrate()
    broker = Broker(tmp_path / "events.db")
    engine = FakeEngine(broker)
    engine_server = TestServer(engine.app())
    await engine_server.start_server()
    engine_client = EngineClient(str(engine_server.make_url("/")), SECRET)
    events = EventReader(store, broker.path)
    services = Services(
        store=store,
        engine=engine_client,
        events=events,
        api_key=API_KEY,
        fallback=lambda locale: f"Sorry, I did not understand that. ({locale})",
        while_taken_over=lambda _locale: while_taken_over(words),
        calls=PersonCalls(teller_of_waiting("http://127.0.0.1")),
        in_danger=lambda locale, intent: in_danger(words, locale, intent),
        locales=("en", "de"),
        rates=rates,
        streams=stream_rules,
        ingest_every=0.05,
        watch=watch,
        metrics_key=METRICS_KEY,
    )
    texts = {"en": read_yaml(ROOT / "words/en/site.yaml")}
    async with TestClient(TestServer(make_app(services, Pages(texts), NoPages()))) as client:
        yield Door(client, engine, store, events, services)
    await engine_client.close()
    await engine_server.close()
    store.dispose()
