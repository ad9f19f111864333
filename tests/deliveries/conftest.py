"""An outbox over a store (SQLite and PostgreSQL), a receiver of webhooks and a mail server, all real and on this machine."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.deliveries.outbox import Outbox
from bot.deliveries.webhooks import Webhooks, networks_of
from bot.sealing import Sealer, new_key
from bot.store import DeliveryTarget, Store
from tests.console.house import Clock
from tests.store.conftest import database_url, postgres_template, store

__all__ = ["database_url", "postgres_template", "store"]

NOON = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)
HERE = networks_of("127.0.0.0/8, ::1")
SECRET = "the secret of this receiver"


@dataclass
class Received:
    """A request, as a receiver has it."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Somebody's server: keeps what arrives, and answers what the test says."""

    url: str = ""
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.received.append(Received(dict(request.headers), await request.read()))
        return web.Response(status=self.status, headers=self.headers)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", receiver.take)
    server = TestServer(app)
    await server.start_server()
    receiver.url = str(server.make_url("/hook"))
    yield receiver
    await server.close()


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def sealer() -> Sealer:
    return Sealer([new_key()])


@pytest.fixture
def outbox(store: Store, sealer: Sealer, clock: Clock) -> Outbox:
    return make_outbox(store, sealer, clock)


def make_outbox(store: Store, sealer: Sealer, clock: Clock) -> Outbox:
    """Another worker on the same outbox."""
    return Outbox(store, sealer, clock, webhooks=Webhooks(HERE), chance=lambda: 0.0)


def hook(store: Store, sealer: Sealer, url: str, trial_id: str | None = None) -> DeliveryTarget:
    """A webhook as a target."""
    with store.unit() as unit:
        return unit.add_delivery_target(trial_id=trial_id, kind="webhook", address=url, secret=sealer.seal(SECRET), at=NOON)


def put(store: Store, target: DeliveryTarget, event: str = "handoff.created") -> int:
    """Something to send to it; the id."""
    body = {
        "event": event,
        "trial_id": "NCT06141070",
        "site": {"facility": None, "city": "Göteborg", "state": None, "country": "Sweden"},
        "conversation_url": "https://trials.example.org/console/conversations/ab",
        "at": NOON.isoformat(),
    }
    with store.unit() as unit:
        return unit.enqueue(event, target.id, body, at=NOON, conversation_id="ab").id
