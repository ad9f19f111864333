"""Events from RabbitMQ become lines of transcripts, each once and in order, whoever goes away meanwhile."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import aio_pika
import pytest

from bot.engine.servers import ARGUMENTS, QUEUE
from bot.many.event_queue import QueuedEvents
from bot.store import Conversation, Store, StoreUnavailableError
from tests.many.servers import RabbitMQ, Redis, folder_of_servers, stopped_at_the_end
from tests.transcripts.broker import START
from tests.transcripts.conftest import conversation, store

__all__ = ["conversation", "store"]


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[RabbitMQ, Redis]]:
    with folder_of_servers() as folder:
        rabbitmq, redis = RabbitMQ(folder), Redis(folder)
        with stopped_at_the_end([rabbitmq, redis]):
            redis.start()
            rabbitmq.start()
            yield rabbitmq, redis


@pytest.fixture
async def engine(servers: tuple[RabbitMQ, Redis]) -> AsyncIterator[Engine]:
    rabbitmq, _ = servers
    async with await aio_pika.connect(rabbitmq.url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(QUEUE, durable=True, arguments=ARGUMENTS)
        yield Engine(channel)
        with suppress(Exception):
            await queue.purge()


class Engine:
    """Publishes as the engine's broker does."""

    def __init__(self, channel: aio_pika.abc.AbstractChannel) -> None:
        self._channel = channel
        self._moment = START.timestamp()

    async def send(self, body: bytes) -> None:
        message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await self._channel.default_exchange.publish(message, routing_key=QUEUE)

    def turn(self, conversation: Conversation, text: str, reply: str) -> list[bytes]:
        """The events of a turn, as Rasa writes them."""
        events: list[dict[str, Any]] = [
            {"event": "user", "text": text, "message_id": f"m-{text}", "parse_data": {"intent": {"name": "statement", "confidence": 0.9}}},
            {"event": "action", "name": "action_screening"},
            {"event": "bot", "text": reply, "data": {}},
            {"event": "action", "name": "action_listen"},
        ]
        for event in events:
            self._moment += 0.001
            event |= {"sender_id": conversation.id, "timestamp": self._moment}
        return [json.dumps(event).encode() for event in events]

    async def say(self, conversation: Conversation, text: str, reply: str) -> None:
        for body in self.turn(conversation, text, reply):
            await self.send(body)


@asynccontextmanager
async def reading(store: Store, servers: tuple[RabbitMQ, Redis]) -> AsyncIterator[QueuedEvents]:
    """An app that reads the queue; it goes away as a killed one does, without a goodbye."""
    rabbitmq, redis = servers
    queued = QueuedEvents(store, rabbitmq.url, redis.url, pause=0.1)
    task = asyncio.create_task(queued.run())
    for _ in range(200):
        if queued.is_up:
            break
        await asyncio.sleep(0.05)
    yield queued
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def texts(store: Store, conversation: Conversation) -> list[str]:
    with store.reading() as unit:
        return [line.text for line in unit.messages(conversation.id)]


async def test_whoever_catches_up_sees_all_that_was_said_before(
    store: Store, servers: tuple[RabbitMQ, Redis], engine: Engine, conversation: Conversation
) -> None:
    async with reading(store, servers) as queued:
        for number in range(40):
            await engine.say(conversation, f"said {number}", f"answer {number}")
        await asyncio.to_thread(queued.ingest)
        assert texts(store, conversation) == [line for number in range(40) for line in (f"said {number}", f"answer {number}")]


async def test_one_app_sees_what_another_one_has_read(
    store: Store, servers: tuple[RabbitMQ, Redis], engine: Engine, conversation: Conversation
) -> None:
    async with reading(store, servers), reading(store, servers) as second:
        await engine.say(conversation, "said", "answer")
        assert await asyncio.to_thread(second.catch_up)
        assert texts(store, conversation) == ["said", "answer"]


async def test_when_the_app_that_reads_goes_away_another_one_reads_on(
    store: Store, servers: tuple[RabbitMQ, Redis], engine: Engine, conversation: Conversation
) -> None:
    expected = []
    async with reading(store, servers) as last:
        # It may read or only stand by; whichever goes away, nothing is missing.
        for number in range(4):
            async with reading(store, servers):
                await engine.say(conversation, f"said {number}", f"answer {number}")
            expected += [f"said {number}", f"answer {number}"]
        assert await asyncio.to_thread(last.catch_up)
        assert texts(store, conversation) == expected


async def test_events_that_are_handed_out_again_add_nothing(
    store: Store, servers: tuple[RabbitMQ, Redis], engine: Engine, conversation: Conversation
) -> None:
    rabbitmq, redis = servers
    queued = QueuedEvents(store, rabbitmq.url, redis.url)
    first, second = engine.turn(conversation, "first", "answer 1"), engine.turn(conversation, "second", "answer 2")
    for bodies in (first[:2], first, [*first, *second], second[2:]):
        await asyncio.to_thread(queued.take, bodies)
    assert texts(store, conversation) == ["first", "answer 1", "second", "answer 2"]


async def test_a_store_that_is_away_is_waited_for(
    store: Store, servers: tuple[RabbitMQ, Redis], engine: Engine, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    take, failures = QueuedEvents.take, []

    def away_at_first(self: QueuedEvents, bodies: list[bytes]) -> None:
        if len(failures) < 3:
            failures.append(len(bodies))
            raise StoreUnavailableError("the disk is full")
        take(self, bodies)

    monkeypatch.setattr(QueuedEvents, "take", away_at_first)
    async with reading(store, servers) as queued:
        await engine.say(conversation, "said", "answer")
        assert await asyncio.to_thread(queued.catch_up)
    assert len(failures) == 3
    assert texts(store, conversation) == ["said", "answer"]


@pytest.mark.parametrize("body", [b"no JSON", b"[]", b"{}", b'{"sender_id": 7, "event": "user"}', b"\xff\x00"])
async def test_what_is_no_event_is_left_out_and_holds_nothing_up(
    store: Store, servers: tuple[RabbitMQ, Redis], engine: Engine, conversation: Conversation, body: bytes
) -> None:
    async with reading(store, servers) as queued:
        await engine.send(body)
        await engine.say(conversation, "said", "answer")
        assert await asyncio.to_thread(queued.catch_up)
    assert texts(store, conversation) == ["said", "answer"]


async def test_rabbitmq_that_was_away_is_read_on(store: Store, servers: tuple[RabbitMQ, Redis], conversation: Conversation) -> None:
    rabbitmq, _ = servers
    async with reading(store, servers) as queued:
        async with await aio_pika.connect(rabbitmq.url) as connection:
            channel = await connection.channel()
            await channel.declare_queue(QUEUE, durable=True, arguments=ARGUMENTS)
            await Engine(channel).say(conversation, "before", "answer")
        rabbitmq.kill()
        assert not await asyncio.to_thread(queued.catch_up)
        await asyncio.to_thread(rabbitmq.start)
        async with await aio_pika.connect(rabbitmq.url) as connection:
            channel = await connection.channel()
            later = Engine(channel)
            later._moment += 60
            await later.say(conversation, "after", "answer")
            for _ in range(100):
                if await asyncio.to_thread(queued.catch_up):
                    break
    assert texts(store, conversation) == ["before", "answer", "after", "answer"]
