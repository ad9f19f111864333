"""Events on their way to the transcripts by RabbitMQ, where there are several engines.

Rasa's own broker sends in the background and keeps in memory what could not be sent: a killed engine loses it, and the transcript
has a hole. Here a turn is not over before RabbitMQ has said that it keeps every event of it; where it does not, the turn is
given up as a whole, and the message can be sent again.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

import aio_pika
from rasa.core.brokers.broker import EventBroker

from bot.engine.servers import ARGUMENTS, QUEUE

#: How long a turn waits for RabbitMQ. A person waits with it.
CONNECT_SECONDS = 3
CONFIRM_SECONDS = 5


class ConfirmedEvents(EventBroker):
    """`publish` collects what a turn says, `confirmed` hands it over and waits until it is kept."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._collected: WeakKeyDictionary[asyncio.Task[Any], list[bytes]] = WeakKeyDictionary()
        self._connection: aio_pika.abc.AbstractConnection | None = None
        self._channel: aio_pika.abc.AbstractChannel | None = None
        self._opening = asyncio.Lock()

    @classmethod
    async def from_endpoint_config(cls, broker_config: Any, event_loop: Any = None) -> ConfirmedEvents:
        """As Rasa makes its brokers. Nothing is connected yet: an engine starts without RabbitMQ, too."""
        return cls(broker_config.url)

    def publish(self, event: dict[str, Any]) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._collected.setdefault(task, []).append(json.dumps(event).encode())

    async def confirmed(self) -> None:
        """Raise unless RabbitMQ has all that was published in this turn."""
        task = asyncio.current_task()
        bodies = [] if task is None else self._collected.pop(task, [])
        if not bodies:
            return
        try:
            channel = await self._opened()
            await asyncio.wait_for(_hand_over(channel, bodies), CONFIRM_SECONDS)
        except (Exception, asyncio.CancelledError):
            await self.close()
            raise

    async def _opened(self) -> aio_pika.abc.AbstractChannel:
        async with self._opening:
            if self._channel is None or self._channel.is_closed or self._connection is None or self._connection.is_closed:
                await self.close()
                self._connection = await asyncio.wait_for(aio_pika.connect(self._url, timeout=CONNECT_SECONDS), CONNECT_SECONDS)
                self._channel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
                await self._channel.declare_queue(QUEUE, durable=True, arguments=ARGUMENTS)
            return self._channel

    async def close(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None and not connection.is_closed:
            # It is gone, one way or the other.
            with contextlib.suppress(Exception):
                await asyncio.wait_for(connection.close(), CONNECT_SECONDS)


async def _hand_over(channel: aio_pika.abc.AbstractChannel, bodies: Sequence[bytes]) -> None:
    """All at once, in their order: a channel is a line."""
    await asyncio.gather(
        *(
            channel.default_exchange.publish(
                aio_pika.Message(body, content_type="application/json", delivery_mode=aio_pika.DeliveryMode.PERSISTENT),
                routing_key=QUEUE,
                mandatory=True,
            )
            for body in bodies
        )
    )
