"""The whole public app with its console, over a store of its own and the desk as its engine; and people of every role in it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, ClientSession, CookieJar, web
from yarl import URL

from bot.accounts import passwords
from bot.accounts.roles import Role
from bot.accounts.sessions import LASTS
from bot.contacts.leaving import ContactDesk
from bot.conversations.desk import Desk
from bot.conversations.engine_records import EngineRecords
from bot.conversations.erasing_wishes import ErasingWishes
from bot.conversations.interruptions import in_danger
from bot.conversations.taking_over import while_taken_over
from bot.conversations.transcripts import EventReader
from bot.conversations.waiting import PersonCalls
from bot.deliveries.events import teller_of_waiting
from bot.deliveries.mail import Mailer, MailServer
from bot.deliveries.outbox import Outbox
from bot.sealing import Sealer, new_key
from bot.settings import PROJECT
from bot.store import Account, Store
from bot.tokens import new_token, token_hash
from bot.trials import TrialRecord, load_records
from bot.trials.registry.api import RegistryClient, user_agent
from bot.trials.registry.record import Reader
from bot.web.api.routes import add_api
from bot.web.api.services import API_RATE, ApiServices
from bot.web.app import make_app
from bot.web.console.door import cookie_name
from bot.web.console.routes import add_console
from bot.web.console.services import CONSOLE, ConsoleServices
from bot.web.console.texts import load_console_texts
from bot.web.contact_page import add_contact_page
from bot.web.limits import Rate
from bot.web.outbox import add_outbox
from bot.web.page_source import StoredPages
from bot.web.pages import Pages
from bot.web.services import Services
from bot.words import Library
from tests.console.desk_engine import DeskEngine

TRIAL = "NCT06141070"
OTHER_TRIAL = "NCT00000001"
PASSWORD = "a long enough password"
AUDIT_KEY = "the key that seals the audit of these tests"
API_KEY = "the-api-key-of-these-tests"
START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
# Hashing takes a tenth of a second, on purpose; all accounts here share one hash.
_HASHED = passwords.hashed(PASSWORD)


@dataclass
class Clock:
    """A clock that a test may move."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        """Let time pass."""
        self.now += timedelta(**by)


@dataclass
class Elsewhere:
    """Where the registry is, once a test has one."""

    url: str = "http://127.0.0.1:9/api/v2"

    def client(self) -> RegistryClient:
        """Asks once, at once."""
        return RegistryClient(self.url, user_agent=user_agent(), seconds_between=0, tries=1)


_SHIPPED: list[TrialRecord] = []
_READERS: list[Reader] = []


def _shipped(library: Library) -> tuple[TrialRecord, ...]:
    if not _SHIPPED:
        _SHIPPED.extend(load_records(PROJECT / "trials", library.attributes))
    return tuple(_SHIPPED)


def _reader(library: Library) -> Reader:
    if not _READERS:
        _READERS.append(Reader.load(library))
    return _READERS[0]


@dataclass
class House:
    """The app and everything behind it."""

    app: web.Application
    store: Store
    library: Library
    desk: Desk
    engine: DeskEngine
    services: Services
    console: ConsoleServices
    clock: Clock
    registry: Elsewhere
    url: str = ""
    _numbers: list[int] = field(default_factory=lambda: [0])

    def account(self, role: Role = Role.COORDINATOR, *, trials: tuple[str, ...] = (TRIAL,), all_trials: bool | None = None) -> Account:
        """Somebody new of that role, who works with these trials; administrators and auditors see all."""
        sees_all = role in {Role.ADMINISTRATOR, Role.AUDITOR} if all_trials is None else all_trials
        login = f"{role.value}-{secrets.token_hex(3)}"
        with self.store.unit() as unit:
            return unit.add_account(
                login=login,
                name=f"Somebody ({login})",
                role=role,
                at=self.clock(),
                all_trials=sees_all,
                trials=trials,
                password_hash=_HASHED,
            )

    def conversation(self, *said: str, trial: str | None = TRIAL, channel: str = "widget") -> str:
        """A conversation in which somebody said these things, one after another; its id. The greeting comes first."""
        with self.store.unit() as unit:
            opened = unit.open_conversation(channel=channel, at=self.clock(), trial_id=trial)
        self.engine.turn(opened.id, "", "open", "open")
        for text in said:
            self.say(opened.id, text)
        return opened.id

    def say(self, conversation: str, text: str) -> list[dict[str, Any]]:
        """One more message of the patient; what the bot answers."""
        self._numbers[0] += 1
        self.clock.move(seconds=20)
        with self.store.unit() as unit:
            unit.touch(conversation, self.clock())
        return self.engine.turn(conversation, text, f"m{self._numbers[0]}")


def make_house(
    folder: Path,
    library: Library,
    database: str | None = None,
    *,
    site_url: str = "http://127.0.0.1",
    clock: Clock | None = None,
    api_rate: Rate = API_RATE,
    **services_of_the_console: Any,
) -> House:
    """A house over a migrated store. `database` is its URL; without one it is a SQLite file in the folder.

    What else the console is to have (a provider, say) goes to `ConsoleServices`.
    """
    clock = clock or Clock()
    store = Store(database or f"sqlite:///{folder}/store.db", AUDIT_KEY)
    store.migrate()
    desk = Desk(store, library, clock, site_url, calls=PersonCalls(teller_of_waiting(site_url)))
    engine = DeskEngine(store, desk, clock)
    services = Services(
        store=store,
        engine=engine,
        events=EventReader(store, folder / "events.db"),
        api_key=API_KEY,
        fallback=lambda locale: library.in_locale(locale).text("fallback"),
        while_taken_over=lambda locale: while_taken_over(library.in_locale(locale)),
        forget=EngineRecords(folder / "tracker.db", folder / "events.db", busy_seconds=0.1).forget,
        still_erasing=lambda locale: library.in_locale(locale).text("erase_going_on"),
        erasing_wishes=ErasingWishes(library),
        calls=desk.calls,
        in_danger=lambda locale, intent: in_danger(library.in_locale(locale), locale, intent),
        clock=clock,
        ingest_every=0.05,
    )
    pages = Pages({locale: words.files["site"] for locale, words in library.words.items()})
    app = make_app(services, pages, StoredPages(store, library))
    registry = Elsewhere()
    sealer = Sealer([new_key()])
    console = ConsoleServices(
        store,
        library,
        desk,
        sealer,
        site_url,
        clock,
        shipped=_shipped(library),
        registry=registry.client,
        make_reader=_reader,
        **services_of_the_console,
    )
    add_contact_page(app, ContactDesk(store, library, desk, sealer, site_url, clock))
    # Nobody empties it but a test that does: `await house.app[OUTBOX].send_due()`.
    add_outbox(app, Outbox(store, sealer, clock, _mailer()), at_work=False)
    add_console(app, console)
    add_api(app, ApiServices(store, library, sealer, API_KEY, site_url, clock, rate=api_rate))
    return House(app, store, library, desk, engine, services, app[CONSOLE], clock, registry)


def _mailer() -> Mailer:
    """Mail can be sent, as far as the console is concerned; nothing is, as nobody empties the outbox."""
    return Mailer(MailServer.of("smtp://127.0.0.1:9"), "trials@example.org", load_console_texts()["deliveries"]["mail"])


class Guest:
    """A browser without a screen: keeps cookies, and sends the page's token with each form."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.session = ClientSession(cookie_jar=CookieJar(unsafe=True), base_url=house.url)
        self.csrf = ""

    async def sign_in(self, account: Account) -> Guest:
        """Sign in with the password that all accounts of these tests have."""
        status, _ = await self.post("/console/sign-in", login=account.login, password=PASSWORD)
        assert status == 200
        await self.get("/console/inbox")
        return self

    def arrive(self, account: Account) -> Guest:
        """Be signed in, without having done so: where how somebody signs in is not the question."""
        token, now = new_token(), self.house.clock()
        with self.house.store.unit() as unit:
            opened = unit.open_account_session(
                account.id, token_hash=token_hash(token), browser="a browser", at=now, expires_at=now + LASTS, complete=True
            )
        self.session.cookie_jar.update_cookies({cookie_name(self.house.console): token}, URL(self.house.url))
        self.csrf = opened.csrf
        return self

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        """Status and text of a page, redirects followed."""
        async with self.session.get(path, headers=headers) as response:
            return await self._read(response)

    async def post(self, path: str, form: Mapping[str, Any] | Sequence[tuple[str, Any]] | None = None, **fields: Any) -> tuple[int, str]:
        """Send a form, with the token of the page before; status and text of where it leads. As pairs, a name may come again."""
        pairs = [*(form.items() if isinstance(form, Mapping) else form or ()), *fields.items()]
        token = [] if any(name == "csrf" for name, _ in pairs) else [("csrf", self.csrf)]
        data = [*token, *pairs]
        async with self.session.post(path, data=data) as response:
            return await self._read(response)

    async def close(self) -> None:
        """Leave."""
        await self.session.close()

    async def _read(self, response: ClientResponse) -> tuple[int, str]:
        text = await response.text()
        found = re.search(r'name="csrf" value="([^"]+)"', text)
        if found:
            self.csrf = found[1]
        return response.status, text
