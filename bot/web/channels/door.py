"""The door for providers: each request is checked, what it brings is kept, and only then it is answered."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from bot.channels.providers.base import AnyProvider, Arrived, ForgedError, Heard, NotUnderstoodError, Received
from bot.store import Store
from bot.store.clock import Clock
from bot.web.channels.calling import AwayError, Calls
from bot.web.channels.envelope import Envelopes
from bot.web.channels.sending import Sending
from bot.web.channels.working import Wakes
from bot.web.errors import ApiError, malformed

_log = logging.getLogger(__name__)


class Door:
    """Receives for all channels that are set up; `wake` is told that there is something to hear."""

    def __init__(
        self,
        providers: Mapping[str, AnyProvider],
        store: Store,
        envelopes: Envelopes,
        clock: Clock,
        site_url: str,
        calls: Calls,
        sending: Sending,
        wake: Wakes,
    ) -> None:
        self._providers, self._store, self._envelopes, self._clock = providers, store, envelopes, clock
        self._site_url, self._calls, self._sending, self._wake = site_url, calls, sending, wake

    def add_routes(self, app: web.Application) -> None:
        """One address for each channel, where Rasa's own connectors have theirs. What is not set up is nowhere."""
        for name in self._providers:
            app.router.add_route("*", f"/webhooks/{name}/webhook", self._handler(name))

    def _handler(self, name: str) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            return await self.receive(request, self._providers[name])

        return handle

    async def receive(self, request: web.Request, provider: AnyProvider) -> web.Response:
        """One request. 401 where it was not signed as it should be, 400 where it cannot be read; 503 where it cannot be checked now."""
        if request.method not in ("GET", "POST"):
            raise web.HTTPMethodNotAllowed(request.method, ("GET", "POST"))
        try:
            received = await self._received(provider, await self._arrived(request))
        except AwayError as problem:
            _log.warning("%s: a request cannot be checked: %s", provider.name, problem)
            raise ApiError(503, "channel_away", "This cannot be checked at the moment. Please send it again.", retry_after=5) from None
        except ForgedError as problem:
            _log.warning("%s: a request was refused: %s", provider.name, problem)
            raise ApiError(401, "unauthorized", f"{str(problem)[:1].upper()}{str(problem)[1:]}.") from None
        except NotUnderstoodError as problem:
            _log.warning("%s: a request was not understood: %s", provider.name, problem)
            raise malformed(f"{problem}.") from None
        # Kept before it is answered: a provider that has its answer does not come again.
        if await asyncio.to_thread(self._keep, provider, received.heard):
            self._wake.set()
        for call in received.calls:
            self._sending.beside(provider, call)
        return _answer(received)

    async def _received(self, provider: AnyProvider, arrived: Arrived) -> Received:
        await self._calls.ask(provider.to_receive)
        try:
            return provider.receive(arrived)
        except ForgedError:
            if all(one.call(arrived.at) is None for one in provider.to_receive):
                raise
        # Signed with a key that is not known yet, perhaps.
        await self._calls.ask(provider.to_receive)
        return provider.receive(arrived)

    async def _arrived(self, request: web.Request) -> Arrived:
        return Arrived(
            method=request.method,
            # The address that the provider called, and signed: a proxy stands before this one.
            url=f"{self._site_url}{request.path_qs}",
            headers={name.lower(): value for name, value in request.headers.items()},
            query=dict(request.query),
            body=await request.read(),
            at=self._clock(),
        )

    def _keep(self, provider: AnyProvider, heard: tuple[Heard, ...]) -> bool:
        if not heard:
            return False
        now, new = self._clock(), False
        with self._store.unit() as unit:
            for one in heard:
                sender = self._envelopes.sender(provider.name, one.sender)
                sealed = self._envelopes.of_heard(one)
                # Some providers' numbers have people's own in them, and the number is what is left for a while of what is erased.
                number = self._envelopes.sender(provider.name, f"message:{one.message_id}")
                new |= unit.receive_message(provider.name, number, sender=sender, sealed=sealed, order=one.order, at=now)
        return new


def _answer(received: Received) -> web.Response:
    if received.data is not None:
        return web.Response(status=received.status, text=json.dumps(received.data), content_type="application/json")
    return web.Response(status=received.status, text=received.text, content_type=received.content_type)
