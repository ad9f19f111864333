"""Events of several engines, read from RabbitMQ into the transcripts.

RabbitMQ hands an event out again where it is not sure that it was read: each is known by what it says, conversation and moment
included, and becomes a line once. One app reads at a time, so that lines stand in the order in which they were said; where that
app goes away, RabbitMQ lets another one read.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import uuid
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage
from redis.exceptions import RedisError

from bot.conversations.event_lines import Event, Lines
from bot.engine.servers import ARGUMENTS, QUEUE
from bot.failures import place
from bot.many.locks import connected
from bot.signs import Work, did
from bot.store import Store, StoreError

_log = logging.getLogger(__name__)

#: Read in one transaction, at the most.
BATCH = 500
CONNECT_SECONDS = 3
PAUSE_SECONDS = 1.0
IDLE_SECONDS = 5.0
#: How long whoever wants to see the latest line waits for the reader to come to it.
CATCH_UP_SECONDS = 4.0
_MARK = "trialchat-mark"
_MARK_KEY = "trialchat:mark:"


class QueuedEvents:
    """Reads the queue while `run` runs; `ingest` waits until it was read as far as it is filled now."""

    def __init__(self, store: Store, queue_url: str, marks_url: str, *, pause: float = PAUSE_SECONDS) -> None:
        """`marks_url`: the Redis by which the app that reads tells the others how far it came."""
        self._store = store
        self._url = queue_url
        self._marks = connected(marks_url)
        self._pause = pause
        self._loop: asyncio.AbstractEventLoop | None = None
        self._asking: AbstractConnection | None = None
        self._asked: AbstractChannel | None = None
        self.is_up = False
        """Whether RabbitMQ answers."""

    # -- reading

    async def run(self) -> None:
        """Read for ever."""
        self._loop = asyncio.get_running_loop()
        try:
            while True:
                try:
                    await self._read_until_it_breaks()
                except Exception as problem:
                    _log.warning("transcripts wait, RabbitMQ does not answer: %s", type(problem).__name__)
                self.is_up = False
                await asyncio.sleep(self._pause)
        finally:
            self.is_up = False
            await self._stop_asking()
            await self._marks.aclose()

    async def _read_until_it_breaks(self) -> None:
        connection = await asyncio.wait_for(aio_pika.connect(self._url, timeout=CONNECT_SECONDS), CONNECT_SECONDS)
        async with connection:
            channel = await connection.channel()
            await channel.set_qos(prefetch_count=BATCH)
            queue = await channel.declare_queue(QUEUE, durable=True, arguments=ARGUMENTS)
            arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
            await queue.consume(arrived.put)
            self.is_up = True
            broken = asyncio.ensure_future(channel.closed())
            try:
                while not broken.done():
                    batch = await _next_batch(arrived, broken)
                    if not batch:
                        # Nothing new is as good as something read; where the connection is lost, the loop ends.
                        did(Work.TRANSCRIPTS)
                    if batch and await self._keep(batch, broken):
                        await batch[-1].ack(multiple=True)
                        await self._tell_marks(batch)
            finally:
                broken.cancel()

    async def _keep(self, batch: Sequence[AbstractIncomingMessage], broken: asyncio.Future[Any]) -> bool:
        """Keep a batch in the store, however long that takes. False where RabbitMQ was lost over it, which hands it out again."""
        while not broken.done():
            try:
                await asyncio.to_thread(self.take, [message.body for message in batch])
            except StoreError as problem:
                _log.error("transcripts wait: %s", problem)
            except Exception as problem:
                _log.error("transcripts wait: %s", place(problem))
            else:
                return True
            await asyncio.sleep(self._pause)
        return False

    def take(self, bodies: Sequence[bytes]) -> None:
        """Add what these events say to the transcripts, in one transaction. Those that are known add nothing."""
        events = [event for number, body in enumerate(bodies) if (event := _read(number, body)) is not None]
        if not events:
            return
        with self._store.unit() as unit:
            lines = Lines(unit)
            for event in events:
                lines.take(event)
        did(Work.TRANSCRIPTS)

    async def _tell_marks(self, batch: Sequence[AbstractIncomingMessage]) -> None:
        for message in batch:
            if message.type == _MARK:
                key = _MARK_KEY + message.body.decode("ascii", "replace")
                with suppress(RedisError):
                    await self._marks.lpush(key, 1)
                    await self._marks.expire(key, 60)

    async def answers(self) -> bool:
        """Whether RabbitMQ is there."""
        return self.is_up

    # -- catching up

    def ingest(self) -> int:
        """Wait until what is in the queue now has been read; not for long. For threads other than the loop's."""
        if not self.catch_up():
            _log.warning("transcripts are behind: what was said last is shown later")
        return 0

    def prune(self) -> int:
        """What was read is out of the queue already."""
        return 0

    def catch_up(self) -> bool:
        """Whether whatever the engines had said by now has been read, by whichever app."""
        if self._loop is None:
            # A command, beside apps that run.
            return asyncio.run(self._mark_once())
        mark = asyncio.run_coroutine_threadsafe(self._mark(), self._loop)
        try:
            return mark.result(CATCH_UP_SECONDS + 2 * CONNECT_SECONDS)
        except Exception as problem:
            _log.warning("it cannot be told how far transcripts are: %s", type(problem).__name__)
            mark.cancel()
            return False

    async def _mark_once(self) -> bool:
        try:
            return await self._mark()
        except Exception as problem:
            _log.warning("it cannot be told how far transcripts are: %s", type(problem).__name__)
            return False
        finally:
            await self._stop_asking()
            await self._marks.aclose()

    async def _mark(self) -> bool:
        name = uuid.uuid4().hex
        channel = await self._ask()
        message = aio_pika.Message(name.encode(), type=_MARK, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        try:
            await channel.default_exchange.publish(message, routing_key=QUEUE, mandatory=True, timeout=CATCH_UP_SECONDS)
        except Exception:
            await self._stop_asking()
            raise
        return await self._marks.blpop([_MARK_KEY + name], timeout=CATCH_UP_SECONDS) is not None

    async def _ask(self) -> AbstractChannel:
        if self._asked is None or self._asked.is_closed or self._asking is None or self._asking.is_closed:
            await self._stop_asking()
            self._asking = await asyncio.wait_for(aio_pika.connect(self._url, timeout=CONNECT_SECONDS), CONNECT_SECONDS)
            self._asked = await self._asking.channel(publisher_confirms=True, on_return_raises=True)
            await self._asked.declare_queue(QUEUE, durable=True, arguments=ARGUMENTS)
        return self._asked

    async def _stop_asking(self) -> None:
        asking, self._asking, self._asked = self._asking, None, None
        if asking is not None:
            with suppress(Exception):
                await asyncio.wait_for(asking.close(), CONNECT_SECONDS)


async def _next_batch(arrived: asyncio.Queue[AbstractIncomingMessage], broken: asyncio.Future[Any]) -> list[AbstractIncomingMessage]:
    """What has arrived; nothing where nothing does for a while, or the connection is lost."""
    first = asyncio.ensure_future(arrived.get())
    await asyncio.wait([first, broken], timeout=IDLE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    if not first.done():
        first.cancel()
        return []
    batch = [first.result()]
    while len(batch) < BATCH and not arrived.empty():
        batch.append(arrived.get_nowait())
    return batch


def _read(number: int, body: bytes) -> Event | None:
    try:
        event = json.loads(body)
    except ValueError:
        event = None
    if not isinstance(event, dict):
        # A mark, or something that is not ours.
        return None
    conversation_id = event.get("sender_id")
    if not isinstance(conversation_id, str) or not conversation_id:
        return None
    return Event(number=number, conversation_id=conversation_id, key=hashlib.sha256(b"queue:" + body).hexdigest(), body=event)
