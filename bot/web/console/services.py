"""What the console's rooms work with, and where they find it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from aiohttp import web

from bot.conversations.desk import Desk
from bot.conversations.review import Reviews
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
    texts: Mapping[str, Any] = field(default_factory=load_console_texts)

    @property
    def is_secure(self) -> bool:
        return self.site_url.startswith("https://")

    @cached_property
    def reviews(self) -> Reviews:
        """Conversations as the study team reads them."""
        return Reviews(self.library, self.texts["conversation"], self.desk.unreviewed)


CONSOLE: web.AppKey[ConsoleServices] = web.AppKey("console", ConsoleServices)
