"""Whoever holds a conversation's lock is alone with it, in this process and in all others that share the Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from bot.many.locks import LocksAwayError, SharedLocks
from bot.store import StoreUnavailableError
from tests.many.servers import Redis, folder_of_servers, stopped_at_the_end


@pytest.fixture(scope="module")
def redis() -> Iterator[Redis]:
    with folder_of_servers() as folder:
        server = Redis(folder)
        with stopped_at_the_end([server]):
            server.start()
            yield server


@pytest.fixture
async def processes(redis: Redis) -> AsyncIterator[tuple[SharedLocks, SharedLocks]]:
    """The locks of two processes; leases are short, so that tests are."""
    one, other = (SharedLocks(redis.url, lease=0.6, wait=5) for _ in range(2))
    yield one, other
    await one.close()
    await other.close()


async def test_two_processes_are_never_at_work_in_one_conversation_at_once(processes: tuple[SharedLocks, SharedLocks]) -> None:
    at_work, most = 0, 0

    async def work(locks: SharedLocks) -> None:
        nonlocal at_work, most
        async with locks.held("ann"):
            at_work += 1
            most = max(most, at_work)
            await asyncio.sleep(0.02)
            at_work -= 1

    await asyncio.gather(*(work(locks) for locks in processes for _ in range(6)))
    assert most == 1


async def test_conversations_do_not_wait_for_each_other(processes: tuple[SharedLocks, SharedLocks]) -> None:
    one, other = processes
    async with one.held("ann"), asyncio.timeout(1), other.held("bob"):
        pass


async def test_hundreds_of_conversations_are_at_work_at_once(redis: Redis) -> None:
    locks = SharedLocks(redis.url)
    at_work = asyncio.Barrier(300)

    async def work(name: str) -> None:
        async with locks.held(name):
            # Longer than a third of the lease: each lock is renewed once at least.
            await at_work.wait()
            await asyncio.sleep(2.5)

    async with asyncio.timeout(30):
        await asyncio.gather(*(work(f"person-{number}") for number in range(300)))
    await locks.close()


async def test_work_that_takes_longer_than_a_lease_keeps_its_lock(processes: tuple[SharedLocks, SharedLocks]) -> None:
    one, other = processes
    ended: list[str] = []

    async def long_work() -> None:
        async with one.held("ann"):
            await asyncio.sleep(1.5)
            ended.append("one")

    long = asyncio.create_task(long_work())
    await asyncio.sleep(0.1)
    async with other.held("ann"):
        ended.append("other")
    await long
    assert ended == ["one", "other"]


async def test_the_lock_of_a_process_that_was_killed_is_free_after_its_lease(redis: Redis) -> None:
    killed, other = SharedLocks(redis.url, lease=0.6), SharedLocks(redis.url, lease=0.6, wait=5)
    # As a killed process leaves it behind: taken, never renewed, never let go.
    assert await killed._redis.lock("trialchat:turn:ann", timeout=0.6).acquire()
    began = asyncio.get_running_loop().time()
    async with other.held("ann"):
        assert 0.3 < asyncio.get_running_loop().time() - began < 3
    await killed.close()
    await other.close()


async def test_whoever_waits_for_very_long_is_told_to_try_again(redis: Redis) -> None:
    one, other = SharedLocks(redis.url, lease=2), SharedLocks(redis.url, lease=2, wait=0.2)
    async with one.held("ann"):
        with pytest.raises(LocksAwayError, match="very long"):
            async with other.held("ann"):
                pass
    await one.close()
    await other.close()


async def test_a_lock_that_redis_forgot_ends_without_harm(processes: tuple[SharedLocks, SharedLocks]) -> None:
    one, other = processes
    async with one.held("ann"):
        await one._redis.flushall()
    began = asyncio.get_running_loop().time()
    async with other.held("ann"):
        assert asyncio.get_running_loop().time() - began < 1


async def test_without_redis_the_message_may_be_sent_again(redis: Redis) -> None:
    locks = SharedLocks(redis.url)
    async with locks.held("ann"):
        pass
    redis.stop()
    try:
        assert not await locks.is_up()
        with pytest.raises(StoreUnavailableError, match=r"Redis does not answer .* TRIALCHAT_LOCKS_URL"):
            async with locks.held("ann"):
                pass
    finally:
        redis.start()
    assert await locks.is_up()
    async with locks.held("ann"):
        pass
    await locks.close()
