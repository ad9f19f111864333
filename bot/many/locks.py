"""Locks by name: within one process, and across all that share a Redis."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Protocol

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.lock import Lock
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import LockError, RedisError

from bot.store import StoreUnavailableError

_log = logging.getLogger(__name__)

#: Whoever holds a lock says so again three times as often, also where two hundred begin at once and each waits; the lock of a process
#: that was killed is free after this time.
LEASE_SECONDS = 10.0
#: As long as a turn may take, and a little more.
WAIT_SECONDS = 35.0
CONNECTIONS = 50


def connected(url: str) -> Redis:
    """A client that gives up soon, since somebody waits; once more for a connection that a restart of Redis has left behind.

    Where all of its connections are in use it waits for one: hundreds of turns may be under way, and each needs one for a moment only.
    """
    pool: BlockingConnectionPool = BlockingConnectionPool.from_url(
        url, max_connections=CONNECTIONS, timeout=5, socket_timeout=5, socket_connect_timeout=2, retry=Retry(NoBackoff(), 1)
    )
    return Redis.from_pool(pool)


class LocksAwayError(StoreUnavailableError):
    """Nobody can say who else is at work. To be tried again."""


class Locks(Protocol):
    """Who holds a name's lock is alone with it; those who wait in one process get it in the order in which they came."""

    def held(self, key: str) -> AbstractAsyncContextManager[None]:
        """Hold the lock of a key. Raises `LocksAwayError`."""
        ...


class KeyedLocks:
    """A lock for each key, made when it is needed and gone when it is not. For the tasks of one process."""

    def __init__(self) -> None:
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def held(self, key: str) -> AsyncIterator[None]:
        """Hold the lock of a key; those who wait get it in the order in which they came."""
        lock, users = self._locks.get(key, (asyncio.Lock(), 0))
        self._locks[key] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks.pop(key)
            if users > 1:
                self._locks[key] = (lock, users - 1)

    def __len__(self) -> int:
        return len(self._locks)


class SharedLocks:
    """The same for all processes that share a Redis.

    A lock has a lease, so that a process that was killed holds nobody up for long. One that loses its lease while it works, because
    Redis was started anew, finishes what it does: the store sees to it that no answer counts twice.
    """

    def __init__(self, url: str, *, lease: float = LEASE_SECONDS, wait: float = WAIT_SECONDS) -> None:
        self._redis = connected(url)
        self._here = KeyedLocks()
        self._lease, self._wait = lease, wait

    @asynccontextmanager
    async def held(self, key: str) -> AsyncIterator[None]:
        """Hold the lock of a key. Raises `LocksAwayError`."""
        async with self._here.held(key):
            lock = self._redis.lock(f"trialchat:turn:{key}", timeout=self._lease, sleep=0.05, blocking_timeout=self._wait)
            try:
                is_ours = await lock.acquire()
            except RedisError as problem:
                raise LocksAwayError(
                    f"Redis does not answer ({type(problem).__name__}); check that it runs and TRIALCHAT_LOCKS_URL"
                ) from None
            if not is_ours:
                raise LocksAwayError("another process has been at work in this conversation for very long")
            renewing = asyncio.create_task(self._renew(lock))
            try:
                yield
            finally:
                renewing.cancel()
                with suppress(asyncio.CancelledError):
                    await renewing
                try:
                    await lock.release()
                except LockError:
                    _log.warning("a conversation's lock had ended before its turn did")
                except RedisError as problem:
                    _log.warning("a conversation's lock is left to end by itself: %s", type(problem).__name__)

    async def is_up(self) -> bool:
        """Whether Redis answers."""
        try:
            return bool(await self._redis.ping())
        except RedisError:
            return False

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()

    async def _renew(self, lock: Lock) -> None:
        while True:
            await asyncio.sleep(self._lease / 3)
            try:
                await lock.reacquire()
            except LockError:
                # `held` tells of it, when the work is done.
                return
            except RedisError as problem:
                _log.warning("a conversation's lock could not be held on to: %s", type(problem).__name__)
