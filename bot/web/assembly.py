"""The app as it is in service, put together from the settings."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from bot.accounts.first import first_account
from bot.channels.setup import Channels, read_channels
from bot.contacts.leaving import ContactDesk
from bot.conversations.desk import Desk
from bot.conversations.erasing_wishes import ErasingWishes
from bot.conversations.interruptions import in_danger
from bot.conversations.taking_over import while_taken_over
from bot.conversations.transcripts import EventReader
from bot.conversations.trial_pool import TrialPool
from bot.conversations.waiting import PersonCalls
from bot.deliveries.events import teller_of_waiting
from bot.deliveries.mail import Mailer, MailServer
from bot.deliveries.outbox import Outbox
from bot.deliveries.webhooks import Webhooks, networks_of
from bot.many.engine_events import forgetting, queued_events
from bot.many.locks import SharedLocks
from bot.monitoring.health import Check
from bot.monitoring.setting_up import watch_of
from bot.monitoring.watch import Watch
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
from bot.web.api.routes import add_api
from bot.web.api.services import ApiServices
from bot.web.app import make_app
from bot.web.assets import load_widget
from bot.web.catching_up import catch_up
from bot.web.channels.assembly import add_channels
from bot.web.channels.envelope import Envelopes
from bot.web.console.routes import add_console
from bot.web.console.services import ConsoleServices
from bot.web.console.single_sign_on import ANSWER as SINGLE_SIGN_ON_ANSWER
from bot.web.console.texts import load_console_texts
from bot.web.contact_page import add_contact_page
from bot.web.engine_client import EngineClient
from bot.web.light_sdk import import_sdk
from bot.web.limits import PROXIES
from bot.web.monitoring import READINESS
from bot.web.outbox import add_outbox
from bot.web.page_source import StoredPages
from bot.web.pages import Pages
from bot.web.security import OVER_TLS
from bot.web.services import Services
from bot.web.widget_versions import kept_versions
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
    closing: Sequence[Callable[[], Awaitable[None]]]


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
    calls = PersonCalls(teller_of_waiting(settings.site_url))
    queue = queued_events(settings, store)
    locks = SharedLocks(settings.locks_url) if settings.locks_url else None
    services = Services(
        store=store,
        engine=engine,
        events=queue or EventReader(store, settings.events_database),
        api_key=settings.api_key,
        fallback=lambda locale: library.in_locale(locale).text("fallback"),
        while_taken_over=lambda locale: while_taken_over(library.in_locale(locale)),
        forget=forgetting(settings, queue),
        still_erasing=lambda locale: library.in_locale(locale).text("erase_going_on"),
        erasing_wishes=ErasingWishes(library),
        calls=calls,
        in_danger=lambda locale, intent: in_danger(library.in_locale(locale), locale, intent),
        keep_days=settings.keep_days,
        locales=_locales(library),
        origins=settings.allowed_origins,
        clock=clock,
        keep_reading=None if queue is None else queue.run,
        locks=locks,
        watch=watch_of(settings.metrics_key, settings.otlp_url),
        metrics_key=settings.metrics_key,
    )
    pages = Pages(
        {locale: words.files["site"] for locale, words in library.words.items()}, widgets=kept_versions(settings.widgets, load_widget())
    )
    desk = Desk(store, library, clock, settings.site_url, unreviewed, calls)
    public = make_app(services, pages, StoredPages(store, library, unreviewed))
    public[PROXIES] = networks_of(settings.proxies)
    if locks is not None:
        public[READINESS].add(Check("locks", locks.is_up, is_shared=True))
    if queue is not None:
        public[READINESS].add(Check("events", queue.answers, is_shared=True))
    public[OVER_TLS] = settings.site_url.startswith("https://")
    channels = Channels() if settings.channels is None else read_channels(settings.channels, os.environ)
    envelopes = Envelopes(sealer, settings.audit_key)
    add_channels(public, channels.providers, store, library, services.locales, envelopes, clock, settings.site_url)
    if channels.socketio is not None:
        # What that takes is loaded where it is set up, alone.
        from bot.web.socketio.assembly import add_socketio

        add_socketio(public, channels.socketio, library)
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
    add_api(public, ApiServices(store, library, sealer, settings.api_key, settings.site_url, clock, unreviewed=unreviewed))
    catch_up(public, store)
    return Assembled(
        public=public,
        actions=_actions(desk, console, settings.engine_secret, services.watch),
        store=store,
        closing=(engine.close, *(() if locks is None else (locks.close,))),
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


def _actions(desk: Desk, console: ConsoleServices, secret: str, watch: Watch) -> web.Application:
    import_sdk()  # before anything else imports rasa-sdk, and Sanic with it
    from actions import all_actions

    app = make_actions_app(executor_of(all_actions(desk)), secret, watch)

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
