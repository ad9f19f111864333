"""What the console's rooms work with, and where they find it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.conversations.desk import Desk
from bot.sealing import Sealer
from bot.store import Store
from bot.store.clock import Clock, utc_now
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
    # How many days conversations are kept, where their trial sets nothing else; 0: for ever.
    keep_days: int = 0
    texts: Mapping[str, Any] = field(default_factory=load_console_texts)

    @property
    def is_secure(self) -> bool:
        return self.site_url.startswith("https://")


CONSOLE: web.AppKey[ConsoleServices] = web.AppKey("console", ConsoleServices)
