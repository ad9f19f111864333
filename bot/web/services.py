"""What the handlers work with, and where they find it."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.conversations.erasing_wishes import ErasingWishes
from bot.conversations.transcripts import EngineEvents
from bot.conversations.waiting import PersonCalls
from bot.many.locks import Locks
from bot.monitoring.watch import Watch
from bot.origins import AllowedOrigins
from bot.store import JsonObject, Store
from bot.store.clock import Clock, utc_now
from bot.web.engine_client import Engine
from bot.web.limits import LimitRates, Limits
from bot.web.stream_rules import StreamRules
from bot.web.turns import Turns


@dataclass(frozen=True)
class Services:
    """Everything that the public app is made of. Tests put their own engine, clock and limits in."""

    store: Store
    engine: Engine
    events: EngineEvents
    api_key: str
    # The text for a turn to which the bot found nothing to say, in a language.
    fallback: Callable[[str], str]
    # What answers a message while a person has the conversation and cannot be heard without it, in a language.
    while_taken_over: Callable[[str], JsonObject]
    # Makes the engine forget a conversation that was erased; raises `NotForgottenError`.
    forget: Callable[[str], object] = lambda _: None
    # What to add, in a language, where an erased conversation could not be removed from the engine's files at once.
    still_erasing: Callable[[str], str] = lambda _: ""
    # How people have a chat erased in which the bot is silent.
    erasing_wishes: ErasingWishes | None = None
    # Tells the study team that somebody needs a person.
    calls: PersonCalls | None = None
    # What somebody in danger is told while the bot is silent, in a language and by the intent.
    in_danger: Callable[[str, str], JsonObject] | None = None
    locales: Sequence[str] = ("en",)
    # Which websites may open a chat with the widget.
    origins: AllowedOrigins = field(default_factory=AllowedOrigins)
    clock: Clock = utc_now
    rates: LimitRates = field(default_factory=LimitRates)
    # How the widget's streams behave.
    streams: StreamRules = field(default_factory=StreamRules)
    # How often the store is asked for news, and a file of the engine's for events, in seconds.
    ingest_every: float = 1.0
    # What reads the engine's events as long as the app runs. Without it, `events` is asked again and again.
    keep_reading: Callable[[], Coroutine[Any, Any, None]] | None = None
    # Turns of one conversation wait for each other; in this process alone, where nothing else is said.
    locks: Locks | None = None
    # How many days conversations are kept after their last message, where their trial sets nothing else; 0: for ever.
    keep_days: int = 0
    # Who watches, and the key that opens `GET /metrics`; without metrics there is no such address.
    watch: Watch = field(default_factory=Watch)
    metrics_key: str = ""


_COUNTRY = re.compile(r"[A-Za-z]{2}")

SERVICES: web.AppKey[Services] = web.AppKey("services", Services)
TURNS: web.AppKey[Turns] = web.AppKey("turns", Turns)
LIMITS: web.AppKey[Limits] = web.AppKey("limits", Limits)


def trial_number(trial_id: str | None) -> str | None:
    """A trial's number as records have it. Whether there is such a trial, the bot says, in words."""
    return None if trial_id is None else trial_id.strip().upper() or None


def known_locale(locale: str | None, locales: Sequence[str]) -> str:
    """The language that comes closest to what was asked for, with the country that was named.

    `de-AT` is German in Austria where there is German, and else the first language in Austria: whichever the language, the
    country decides which emergency number is told.
    """
    if locale is None:
        return locales[0]
    language, _, region = locale.replace("_", "-").partition("-")
    by_name = {name.lower(): name for name in locales}
    wanted = f"{language}-{region}".lower()
    if wanted in by_name:
        return by_name[wanted]
    known = by_name.get(language.lower(), locales[0])
    return f"{known}-{region.upper()}" if _COUNTRY.fullmatch(region) else known
