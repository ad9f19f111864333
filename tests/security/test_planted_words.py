"""Health words, contacts and secrets, sent in every way, well-formed and broken, while all is well and while the store or the engine fails:
no error page has them, and no log."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientSession, FormData
from sqlalchemy.exc import OperationalError

from bot.store import StoreUnavailableError
from bot.web.errors import engine_away
from bot.web.logs import DiscreetFormatter
from tests.console.asking import finished, path_of, told
from tests.console.house import API_KEY, House
from tests.fakes.providers.base import FakeProvider

HEALTH, NAME, PHONE, MAIL = "plantedmelanoma", "Plantedname", "+46 31 7777 1234", "planted@example.org"
PASSWORD, TOKEN = "planted-password-0815", "planted-token-4711"
PLANTED = (HEALTH, NAME, "7777 1234", "77771234", "planted@", PASSWORD, TOKEN, API_KEY)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged from DEBUG on, as the app's process writes it down."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(DiscreetFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    loggers = [
        logging.getLogger(name) for name in ("bot", "actions", "aiohttp.server", "aiohttp.web", "sqlalchemy", "socketio", "engineio")
    ]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        # SQLAlchemy's own, at DEBUG, would be every row; nobody sets that in service, and it hides values itself.
        logger.setLevel(logging.INFO if logger.name == "sqlalchemy" else logging.DEBUG)
    yield written
    for logger, level in zip(loggers, before, strict=True):
        logger.removeHandler(handler)
        logger.setLevel(level)


def found_in(text: str) -> list[str]:
    return [word for word in PLANTED if word in text]


class Everything:
    """A series of requests with the words in them, and every error page that came of it."""

    def __init__(self, house: House, fakes: dict[str, FakeProvider], session: ClientSession, contact: str, widget: str) -> None:
        self.house, self.fakes, self.session, self.contact = house, fakes, session, contact
        self.widget = {"Authorization": f"Bearer {widget}"}
        self.statuses: list[tuple[str, int]] = []
        self.errors: list[tuple[str, str]] = []

    async def send(self) -> None:
        """All of them."""
        key, wrong = {"Authorization": f"Bearer {API_KEY}"}, {"Authorization": f"Bearer {TOKEN}"}
        said = f"{NAME} has {HEALTH}, call {PHONE} or {MAIL}"
        rest = "/webhooks/rest/webhook"
        await self.post(rest, key, json={"sender": NAME, "message": said})
        await self.post(rest, wrong, json={"sender": NAME, "message": said})
        for body in (said, f'{{"sender": "{NAME}", "message": "{HEALTH}"', json.dumps({"sender": said * 9, "message": said})):
            await self.post(rest, key, data=body)
        await self.post(rest, key, json={"sender": NAME, "message": said, "metadata": {"trial_id": said, "locale": said}})
        await self.post(rest, key, json={"sender": NAME, "message": said * 400})
        await self.post("/chat/session", {}, json={"trial_id": HEALTH, "locale": NAME})
        await self.post("/chat/messages", self.widget, json={"id": "m1", "text": said})
        await self.post("/chat/messages", self.widget, json={"id": said * 9, "text": said})
        await self.post("/chat/messages", wrong, json={"id": "m1", "text": said})
        await self.post("/chat/seen", self.widget, json={"last": said})
        await self.get(f"/chat/events?after={HEALTH}", self.widget)
        for path in (
            f"/trials/{HEALTH}",
            f"/summary/{TOKEN}-{TOKEN}",
            f"/contact/{TOKEN}",
            f"/static/{HEALTH}",
            f"/?page={HEALTH}",
            f"/chat/{HEALTH}",
        ):
            await self.get(path, {})
        await self.get(f"/console/inbox?q={HEALTH}", {})
        await self.get(f"/console/invitation/{TOKEN}", {})
        for path in (f"/api/v1/trials/{HEALTH}", f"/api/v1/trials?q={HEALTH}&unknown={NAME}", f"/fhir/ResearchStudy/{HEALTH}"):
            await self.get(path, key)
            await self.get(path, wrong)
        await self.post("/api/v1/screenings", key, json={"trials": [HEALTH], "facts": {"age": said}, "locale": NAME})
        # The names of fields are repeated there, for whoever writes the program; what is in them never is.
        form = {"name": NAME, "phone": PHONE, "email": MAIL, "time": HEALTH, "agreed": "yes", "shown": "0" * 64}
        await self.post(self.contact, {}, data=form, is_a_form=True)
        await self.post(f"{self.contact}x", {}, data=form)
        await self.post(self.contact, {"Origin": "https://evil.example"}, data=form)
        await self.post("/console/sign-in", {}, data={"login": NAME, "password": PASSWORD, "next": f"/console/{TOKEN}"}, is_a_form=True)
        parts = FormData(default_to_multipart=True)
        parts.add_field("password", PASSWORD.encode(), filename=NAME)
        await self.post("/console/sign-in", {}, data=parts)
        for name, fake in self.fakes.items():
            sent = fake.text(said)
            for body in (sent.body, sent.body[: len(sent.body) // 2]):
                await self.post(f"/webhooks/{name}/webhook{sent.query}", dict(sent.headers), data=body)
            await self.post(f"/webhooks/{name}/webhook", {"Authorization": f"Bearer {TOKEN}"}, data=said)

    async def post(self, path: str, headers: dict[str, str], *, is_a_form: bool = False, **sent: Any) -> None:
        async with self.session.post(path, headers=headers, allow_redirects=False, **sent) as answer:
            self.note(path, answer.status, await answer.text(), is_a_form=is_a_form)

    async def get(self, path: str, headers: dict[str, str]) -> None:
        async with self.session.get(path, headers=headers, allow_redirects=False) as answer:
            self.note(path, answer.status, "" if answer.status == 200 else await answer.text())

    def note(self, path: str, status: int, text: str, *, is_a_form: bool = False) -> None:
        self.statuses.append((path, status))
        # A form with something wrong is shown again with what was entered; never with a password.
        shown_again = is_a_form and status in (200, 401, 403, 422)
        if status >= 400 and (words := [word for word in found_in(text) if not shown_again or word == PASSWORD]):
            self.errors.append((path, ", ".join(words)))


@pytest.fixture
async def everything(house: House, fakes: dict[str, FakeProvider]) -> AsyncIterator[Everything]:
    told(house)
    contact = path_of(finished(house)[1])
    async with ClientSession(house.url) as session:
        async with session.post("/chat/session", json={}) as answer:
            widget = (await answer.json())["token"]
        yield Everything(house, fakes, session, contact, widget)


@asynccontextmanager
async def failing(house: House, monkeypatch: pytest.MonkeyPatch, what: str) -> AsyncIterator[None]:
    """What is away, or broken in a way that quotes what was said."""

    async def take(*_args: Any, **_kwargs: Any) -> Any:
        if what == "the engine is away":
            raise engine_away()
        raise ValueError(f"cannot make sense of {NAME}, {HEALTH}, {PHONE}, {MAIL}, {TOKEN}")

    def unit(*_args: Any, **_kwargs: Any) -> Any:
        if what == "the store is away":
            raise StoreUnavailableError("the database file does not answer (disk I/O error)")
        raise OperationalError(f"INSERT {HEALTH}", {"name": NAME}, ValueError(f"{PHONE} {MAIL} {TOKEN}"))

    with monkeypatch.context() as patched:
        if "engine" in what:
            patched.setattr("bot.web.turns.Turns.take", take)
        elif "store" in what:
            patched.setattr("bot.store.store.Store.unit", unit)
            patched.setattr("bot.store.store.Store.reading", unit)
        yield


@pytest.mark.parametrize("what", ["all is well", "the engine is away", "the engine is broken", "the store is away", "the store is broken"])
async def test_no_log_and_no_error_has_what_was_said(
    house: House, everything: Everything, log: io.StringIO, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    async with failing(house, monkeypatch, what):
        await everything.send()
    assert everything.errors == []
    written = log.getvalue()
    assert [(word, line) for line in written.splitlines() for word in found_in(line)] == []
    assert len(everything.statuses) > 60
    # Nobody is there who would give the keys that these two sign with.
    unasked = ("/webhooks/botframework/", "/webhooks/google_chat/")
    failed = [path for path, status in everything.statuses if status >= 500 and not path.startswith(unasked)]
    assert bool(failed) is (what != "all is well"), failed
