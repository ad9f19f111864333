"""The worker that empties the outbox.

It claims what is due, sends it, and notes what became of it, each in a transaction of its own: sending is never part of one. A
claim only moves the next try forward. Whoever dies between sending and noting leaves a delivery that is sent again, under the
same key: at least once, never lost.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from datetime import timedelta

from bot.deliveries.backoff import MOST_TRIES, wait_after
from bot.deliveries.errors import NotDeliveredError, TargetGoneError
from bot.deliveries.mail import Mailer
from bot.deliveries.webhooks import Webhooks
from bot.failures import place
from bot.sealing import Sealer, SealingError
from bot.signs import Happening, Work, did, happened
from bot.store import Delivery, DeliveryTarget, Store, StoreError
from bot.store.clock import Clock

_log = logging.getLogger(__name__)

CLAIMED_FOR = timedelta(minutes=5)
"""Longer than any channel takes to fail."""
AT_ONCE = 10
_EVERY_SECONDS = 2.0


class Outbox:
    """Sends what waits. Several of them, in one process or in many, share the work."""

    def __init__(
        self,
        store: Store,
        sealer: Sealer,
        clock: Clock,
        mailer: Mailer | None = None,
        webhooks: Webhooks | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._store, self._sealer, self._clock = store, sealer, clock
        self._mailer, self._webhooks, self._chance = mailer, webhooks or Webhooks(), chance

    @property
    def sends_mail(self) -> bool:
        """Whether a mail server is set."""
        return self._mailer is not None

    @property
    def webhooks(self) -> Webhooks:
        """What sends webhooks, and knows where they may go."""
        return self._webhooks

    async def run(self) -> None:
        """Send for ever."""
        while True:
            try:
                while await self.send_due() == AT_ONCE:
                    pass
                did(Work.OUTBOX)
            except StoreError as problem:
                _log.error("notifications wait: %s", problem)
            except Exception as problem:
                # Nobody would see that a worker has ended, until somebody misses what it did not send.
                _log.error("notifications wait: %s", place(problem))
            await asyncio.sleep(_EVERY_SECONDS)

    async def send_due(self) -> int:
        """Send what is due, a handful at most; how many were taken."""
        claimed = await asyncio.to_thread(self._claim)
        await asyncio.gather(*(self._deliver(delivery, target) for delivery, target in claimed))
        return len(claimed)

    def _claim(self) -> list[tuple[Delivery, DeliveryTarget]]:
        now = self._clock()
        # Mostly there is nothing, and writers need not wait to be told so.
        with self._store.reading() as unit:
            due = unit.next_delivery_at()
        if due is None or due > now:
            return []
        with self._store.unit() as unit:
            return unit.claim_deliveries(now, now + CLAIMED_FOR, AT_ONCE)

    async def _deliver(self, delivery: Delivery, target: DeliveryTarget) -> None:
        problem: NotDeliveredError | None = None
        status: int | None = None
        try:
            status = await self._send(delivery, target)
        except NotDeliveredError as error:
            problem = error
        except Exception as error:
            # Whatever it was, it says no more than its name: its text may hold an address.
            problem = NotDeliveredError(f"it could not be sent ({type(error).__name__})")
        try:
            await asyncio.to_thread(self._settle, delivery, target, problem, status)
        except StoreError as error:
            _log.error("what became of delivery %d cannot be noted, and it may be sent again: %s", delivery.id, error)
        except Exception as error:
            _log.error("what became of delivery %d cannot be noted, and it may be sent again: %s", delivery.id, place(error))

    async def _send(self, delivery: Delivery, target: DeliveryTarget) -> int | None:
        """What a receiver of webhooks answered; a mail server that takes a mail says nothing more."""
        if not target.active:
            raise TargetGoneError("the receiver is switched off")
        if delivery.attempts > MOST_TRIES:
            raise NotDeliveredError("the program ended each time while it was sent")
        now = self._clock()
        if target.kind == "mail":
            if self._mailer is None:
                raise NotDeliveredError("there is no mail server; set TRIALCHAT_SMTP_URL")
            await self._mailer.send(delivery, target.address, now)
            return None
        try:
            secret = str(self._sealer.open(target.secret or ""))
        except SealingError:
            raise NotDeliveredError("the receiver's secret fits none of the sealing keys") from None
        return await self._webhooks.send(delivery, target.address, secret, now)

    def _settle(self, delivery: Delivery, target: DeliveryTarget, problem: NotDeliveredError | None, status: int | None = None) -> None:
        now = self._clock()
        with self._store.unit() as unit:
            if problem is None:
                unit.end_delivery(delivery, "delivered", at=now, status=status)
                return
            why = str(problem)[:200]
            if isinstance(problem, TargetGoneError):
                unit.end_delivery(delivery, "given_up", at=now, problem=why, status=problem.status)
                happened(Happening.NOTIFICATION_GIVEN_UP)
                if target.active:
                    unit.set_target_active(target.id, False)
                    unit.audit(
                        "system", "delivery_target_switched_off", "delivery_target", str(target.id), at=now, trial_id=target.trial_id
                    )
                return
            wait = wait_after(delivery.attempts, self._chance())
            if wait is None:
                unit.end_delivery(delivery, "given_up", at=now, problem=why, status=problem.status)
                happened(Happening.NOTIFICATION_GIVEN_UP)
                _log.error("delivery %d (%s) is given up after %d tries: %s", delivery.id, delivery.event, delivery.attempts, why)
            else:
                unit.delay_delivery(delivery, next_at=now + wait, problem=why, status=problem.status)
                _log.warning("delivery %d (%s) waits: %s", delivery.id, delivery.event, why)
