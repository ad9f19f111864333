"""Channels put together: what an app with them does while it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from aiohttp import web

from bot.channels.providers.base import AnyProvider
from bot.conversations.waiting import NOBODY_TOLD
from bot.store import Store
from bot.store.clock import Clock
from bot.web.background import in_background
from bot.web.channels.calling import Calls
from bot.web.channels.door import Door
from bot.web.channels.envelope import Envelopes
from bot.web.channels.hearing import Hearing
from bot.web.channels.lines import ChannelLines
from bot.web.channels.putting import Putting
from bot.web.channels.sending import Sending
from bot.web.delivering import DELIVERS
from bot.web.services import SERVICES, TURNS
from bot.words import Library

HEARING: web.AppKey[Hearing] = web.AppKey("channels_hearing", Hearing)
SENDING: web.AppKey[Sending] = web.AppKey("channels_sending", Sending)


def add_channels(
    app: web.Application,
    providers: Mapping[str, AnyProvider],
    store: Store,
    library: Library,
    locales: Sequence[str],
    envelopes: Envelopes,
    clock: Clock,
    site_url: str,
    *,
    at_work: bool = True,
) -> None:
    """Add the channels that are set up. `at_work`: hear and send as long as the app runs; a test may do that itself."""
    calls = Calls(clock)
    putting, sending = Putting(providers, library, envelopes), Sending(providers, store, envelopes, calls, clock)
    person_calls = app[SERVICES].calls or NOBODY_TOLD
    hearing = Hearing(providers, store, app[TURNS], library, locales, envelopes, putting, calls, clock, sending.wake, person_calls)
    app[HEARING], app[SENDING] = hearing, sending
    Door(providers, store, envelopes, clock, site_url, calls, sending, hearing.wake).add_routes(app)
    lines = ChannelLines(store, envelopes, putting, clock, sending.wake)
    pushed = {name: lines for name, provider in providers.items() if provider.limits.push}
    app[DELIVERS].update(pushed)

    async def close(_app: web.Application) -> None:
        await sending.close()
        await calls.close()

    app.on_cleanup.append(close)
    if at_work:
        in_background(app, hearing.run, sending.run, partial(lines.run, tuple(pushed)))
