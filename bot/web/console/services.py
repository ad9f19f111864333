"""What the console's rooms work with, and where they find it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from aiohttp import web

from bot.conversations.desk import Desk
from bot.sealing import Sealer
from bot.store import Store
from bot.store.clock import Clock, utc_now
from bot.trials import TrialRecord
from bot.trials.loading import Keeper
from bot.trials.registry.api import RegistryClient, user_agent
from bot.trials.registry.record import Reader
from bot.web.console.texts import load_console_texts
from bot.words import Library


@dataclass(frozen=True)
class ConsoleServices:
    """Everything that the console is made of. Tests put their own clock in."""

    store: Store
    library: Library
    desk: Desk
    sealer: Sealer
    # Where people find the site; with https the session's cookie is a secure one.
    site_url: str
    clock: Clock = utc_now
    texts: Mapping[str, Any] = field(default_factory=load_console_texts)
    # The trial records that ship, and where others come from.
    shipped: tuple[TrialRecord, ...] = ()
    registry: Callable[[], RegistryClient] = lambda: RegistryClient(user_agent=user_agent())
    make_reader: Callable[[Library], Reader] = Reader.load

    @property
    def is_secure(self) -> bool:
        return self.site_url.startswith("https://")

    @cached_property
    def reader(self) -> Reader:
        """Reads the registry's criteria. Made when it is first needed: that takes a second."""
        return self.make_reader(self.library)

    @cached_property
    def keeper(self) -> Keeper:
        """Puts trial records together and into the store."""
        return Keeper(self.shipped, lambda: self.reader)


CONSOLE: web.AppKey[ConsoleServices] = web.AppKey("console", ConsoleServices)
