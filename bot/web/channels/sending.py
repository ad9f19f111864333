"""Sending what is to be said: each receiver's pieces in their order, tried again until the provider has them."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from datetime import timedelta

from bot.channels.providers.base import AnyProvider, Call, Outcome
from bot.deliveries.backoff import doubled
from bot.sealing import SealingError
from bot.signs import Happening, Work, happened
from bot.store import Store
from bot.store.channels import ALL, Among, Outgoing
from bot.store.clock import Clock
from bot.web.channels.calling import AwayError, Calls
from bot.web.channels.envelope import Envelopes
from bot.web.channels.working import Wakes
from bot.web.errors import place

_log = logging.getLogger(__name__)

CLAIMED_FOR = timedelta(minutes=1)
AT_ONCE = 20
SHORTEST, LONGEST = timedelta(seconds=2), timedelta(minutes=15)
MOST_TRIES = 40
"""Together some eight hours: what comes later answers nothing any more, and the transcript has it."""


class Sending:
    """Sends what waits. Several of them, in one process or in many, share the work."""

    def __init__(
        self,
        providers: Mapping[str, AnyProvider],
        store: Store,
        envelopes: Envelopes,
        calls: Calls,
        clock: Clock,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._chance = chance
        self._providers, self._store, self._envelopes, self._calls, self._clock = providers, store, envelopes, calls, clock
        self._beside: set[asyncio.Task[None]] = set()
        self.wake = Wakes(providers)

    async def run(self) -> None:
        """Send for ever."""
        await self.wake.work_off(self.send_due, "answers to channels", Work.CHANNEL_ANSWERS)

    async def send_due(self, among: Among = ALL) -> int:
        """Send what is due, a handful at most; how many were taken."""
        claimed = await asyncio.to_thread(self._claim, among)
        await asyncio.gather(*(self._send(reply) for reply in claimed))
        return len(claimed)

    def beside(self, provider: AnyProvider, call: Call) -> None:
        """Make a call on which nothing depends."""
        task = asyncio.create_task(self._make_beside(provider, call))
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    async def close(self) -> None:
        """Give up the calls on which nothing depends."""
        for task in self._beside:
            task.cancel()

    def _claim(self, among: Among) -> list[Outgoing]:
        now = self._clock()
        with self._store.reading() as unit:
            due = unit.next_reply_at(among)
        if due is None or due > now:
            return []
        with self._store.unit() as unit:
            return unit.claim_replies(now, now + CLAIMED_FOR, AT_ONCE, among)

    async def _send(self, reply: Outgoing) -> None:
        provider = self._providers.get(reply.channel)
        if provider is None:
            outcome = Outcome(sent=False, again=True, why="it is not set up")
        else:
            outcome = await self._outcome(provider, reply)
        await asyncio.to_thread(self._settle, reply, outcome)

    async def _outcome(self, provider: AnyProvider, reply: Outgoing) -> Outcome:
        try:
            address, piece = self._envelopes.piece(reply.sealed)
        except SealingError:
            return Outcome(sent=False, why="no sealing key opens it")
        try:
            await self._calls.ask(provider.to_send)
            return provider.outcome(await self._calls.make(provider.call(address, piece, reply.key, self._clock())))
        except AwayError as problem:
            return Outcome(sent=False, again=True, why=str(problem))
        except Exception as problem:
            # Nothing of ours keeps what stands behind it waiting for ever.
            _log.error("%s: an answer cannot be made: %s", reply.channel, place(problem))
            return Outcome(sent=False, again=True, why=f"failed ({type(problem).__name__})")

    async def _make_beside(self, provider: AnyProvider, call: Call) -> None:
        try:
            await self._calls.ask(provider.to_send)
            await self._calls.make(call)
        except AwayError as problem:
            _log.warning("%s: a call beside failed: %s", provider.name, problem)

    def _settle(self, reply: Outgoing, outcome: Outcome) -> None:
        now = self._clock()
        with self._store.unit() as unit:
            if outcome.sent:
                unit.end_reply(reply)
            elif outcome.again and reply.attempts < MOST_TRIES:
                wait = doubled(reply.attempts, SHORTEST, LONGEST, self._chance())
                if outcome.after is not None:
                    wait = max(wait, min(LONGEST, timedelta(seconds=outcome.after)))
                unit.delay_reply(reply, now + wait)
                _log.warning("%s: an answer waits: %s", reply.channel, outcome.why)
            else:
                unit.give_up_reply(reply, outcome.why, now)
                happened(Happening.ANSWER_GIVEN_UP)
                _log.error("%s: an answer is given up after %d tries: %s", reply.channel, reply.attempts, outcome.why)
