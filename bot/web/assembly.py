"""The app as it is in service, put together from the settings."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from bot.accounts.first import first_account
from bot.contacts.leaving import ContactDesk
from bot.conversations.desk import Desk
from bot.conversations.engine_records import EngineRecords
from bot.conversations.erasing_wishes import ErasingWishes
from bot.conversations.taking_over import while_taken_over
from bot.conversations.transcripts import EventReader
from bot.conversations.trial_pool import TrialPool
from bot.deliveries.mail import Mailer, MailServer
from bot.deliveries.outbox import Outbox
from bot.deliveries.webhooks import Webhooks, networks_of
from bot.sealing import Sealer
from bot.settings import PROJECT, Settings, SettingsError
from bot.store import Store, StoreError
from bot.store.clock import Clock, utc_now
from bot.trials import load_records
from bot.trials.loading import fill_briefs, store_records
from bot.trials.registry.api import RegistryClient, user_agent
from bot.trials.registry.record import Reader
from bot.trials.screened import Deciding
from bot.web.actions_server import executor_of, make_actions_app
from bot.web.app import make_app
from bot.web.catching_up import catch_up
from bot.web.console.routes import add_console
from bot.web.console.services import ConsoleServices
from bot.web.console.single_sign_on import ANSWER as SINGLE_SIGN_ON_ANSWER
from bot.web.console.texts import load_console_texts
from bot.web.contact_page import add_contact_page
from bot.web.engine_client import EngineClient
from bot.web.light_sdk import import_sdk
from bot.web.outbox import add_outbox
from bot.web.page_source import StoredPages
from bot.web.pages import Pages
from bot.web.services import Services
from bot.words import Library, load_library

if TYPE_CHECKING:
    from bot.accounts.openid import Provider

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Assembled:
    """Both applications of the process, and what has to be closed after them."""

    public: web.Application
    actions: web.Application
    store: Store
    engine: EngineClient


def assemble(settings: Settings, clock: Clock = utc_now) -> Assembled:
    """Migrate the store, bring in the trials that ship, and put both applications together."""
    for name, value in (
        ("TRIALCHAT_API_KEY", settings.api_key),
        ("TRIALCHAT_ENGINE_SECRET", settings.engine_secret),
        ("TRIALCHAT_ADMIN_PASSWORD", settings.admin_password),
        ("TRIALCHAT_SEALING_KEYS", settings.sealing_keys),
        ("TRIALCHAT_AUDIT_KEY", settings.audit_key),
    ):
        if not value:
            raise SettingsError(f"{name} is not set; `trialchat run` makes one")
    library = load_library()
    sealer = Sealer.of(settings.sealing_keys)
    store = Store(settings.database_url, settings.audit_key)
    store.migrate()
    first_account(store, settings.admin_password, clock())
    shipped = load_records(PROJECT / "trials", library.attributes)
    for nct_id, outcome in store_records(store, shipped, clock(), lambda: Reader.load(library)).items():
        _log.info("trial %s: %s", nct_id, outcome)
    if made := fill_briefs(store, clock()):
        _log.info("%d trials of an older release made ready for searches", made)
    unreviewed = Deciding(settings.unreviewed)
    engine = EngineClient(settings.engine_url, settings.engine_secret)
    services = Services(
        store=store,
        engine=engine,
        events=EventReader(store, settings.events_database),
        api_key=settings.api_key,
        fallback=lambda locale: library.in_locale(locale).text("fallback"),
        while_taken_over=lambda locale: while_taken_over(library.in_locale(locale)),
        forget=EngineRecords(settings.tracker_database, settings.events_database).forget,
        still_erasing=lambda locale: library.in_locale(locale).text("erase_going_on"),
        erasing_wishes=ErasingWishes(library),
        keep_days=settings.keep_days,
        locales=_locales(library),
        clock=clock,
    )
    pages = Pages({locale: words.files["site"] for locale, words in library.words.items()})
    desk = Desk(store, library, clock, settings.site_url, unreviewed)
    public = make_app(services, pages, StoredPages(store, library, unreviewed))
    add_contact_page(public, ContactDesk(store, library, desk, sealer, settings.site_url, clock, settings.keep_days))
    add_outbox(public, _outbox(settings, store, sealer, clock))
    console = ConsoleServices(
        store,
        library,
        desk,
        sealer,
        settings.site_url,
        clock,
        keep_days=settings.keep_days,
        requires_second_factor=settings.require_second_factor,
        provider=_provider(settings),
        takeover_patience=timedelta(hours=settings.takeover_hours),
        shipped=shipped,
        registry=lambda: RegistryClient(settings.registry_url, user_agent=user_agent(settings.contact)),
    )
    add_console(public, console)
    catch_up(public, store)
    return Assembled(
        public=public,
        actions=_actions(desk, console, settings.engine_secret),
        store=store,
        engine=engine,
    )


def _provider(settings: Settings) -> Provider | None:
    """Where people may sign in instead; what that takes is loaded where it is configured, alone."""
    if not settings.oidc_issuer:
        return None
    from bot.accounts.openid import Provider, Registration

    return Provider(
        Registration(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret,
            redirect_uri=settings.site_url + SINGLE_SIGN_ON_ANSWER,
            name=settings.oidc_name,
        )
    )


def _outbox(settings: Settings, store: Store, sealer: Sealer, clock: Clock) -> Outbox:
    mailer = None
    if settings.smtp_url:
        mailer = Mailer(MailServer.of(settings.smtp_url), settings.mail_from, load_console_texts()["deliveries"]["mail"])
    return Outbox(store, sealer, clock, mailer, Webhooks(networks_of(settings.webhook_networks)))


def _actions(desk: Desk, console: ConsoleServices, secret: str) -> web.Application:
    import_sdk()  # before anything else imports rasa-sdk, and Sanic with it
    from actions import all_actions

    app = make_actions_app(executor_of(all_actions(desk)), secret)

    async def warm(_app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(asyncio.to_thread(_warm, desk.pool, console))
        yield
        task.cancel()

    app.cleanup_ctx.append(warm)
    return app


def _warm(pool: TrialPool, console: ConsoleServices) -> None:
    """Read what searches and reviews need while nobody waits yet. What fails here is met, and told, by the first message."""
    try:
        pool.warm()
    except StoreError as problem:
        _log.warning("trials are read when the first message comes: %s", problem)
    _ = console.reader


def _locales(library: Library) -> tuple[str, ...]:
    fallback = library.in_locale(None).locale
    return (fallback, *(locale for locale in library.words if locale != fallback))
