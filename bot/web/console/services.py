"""What the console's rooms work with, and where they find it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.conversations.desk import Desk
from bot.conversations.review import Reviews
from bot.sealing import Sealer
from bot.store import Store
from bot.store.clock import Clock, utc_now
from bot.trials import TrialRecord
from bot.trials.loading import Keeper
from bot.trials.registry.api import RegistryClient, user_agent
from bot.trials.registry.record import Reader
from bot.web.console.texts import load_console_texts
from bot.web.delivering import Delivers
from bot.web.limits import Buckets, Rate
from bot.words import Library

if TYPE_CHECKING:
    from bot.accounts.openid import Provider

# Of signing in, of one address: a hospital's hundred computers may share it, and people come in the morning.
_ARRIVALS = Rate(burst=40, per_second=0.5)


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
    # How long a patient may wait for whoever took the conversation over, before that is said.
    takeover_patience: timedelta = timedelta(hours=12)
    # The channels that bring lines to the patient by themselves; `add_console` fills it in.
    delivers: Mapping[str, Delivers] = field(default_factory=dict)
    # How many days conversations are kept, where their trial sets nothing else; 0: for ever.
    keep_days: int = 0
    texts: Mapping[str, Any] = field(default_factory=load_console_texts)
    # Whether whoever signs in must have a second factor.
    requires_second_factor: bool = False
    # Where people may sign in instead of here.
    provider: Provider | None = None
    arrivals: Buckets = field(default_factory=lambda: Buckets(_ARRIVALS))
    # The trial records that ship, and where others come from.
    shipped: tuple[TrialRecord, ...] = ()
    registry: Callable[[], RegistryClient] = lambda: RegistryClient(user_agent=user_agent())
    make_reader: Callable[[Library], Reader] = Reader.load

    @property
    def is_secure(self) -> bool:
        return self.site_url.startswith("https://")

    @cached_property
    def reviews(self) -> Reviews:
        """Conversations as the study team reads them."""
        return Reviews(self.library, self.texts["conversation"], self.desk.unreviewed)

    @cached_property
    def reader(self) -> Reader:
        """Reads the registry's criteria. Made when it is first needed: that takes a second."""
        return self.make_reader(self.library)

    @cached_property
    def keeper(self) -> Keeper:
        """Puts trial records together and into the store."""
        return Keeper(self.shipped, lambda: self.reader)


CONSOLE: web.AppKey[ConsoleServices] = web.AppKey("console", ConsoleServices)
