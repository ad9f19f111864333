"""Keeps a few processes running together until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from bot.running.errors import CannotRun
from bot.running.guard import Guard
from bot.running.process import Command, Running, in_words

Say = Callable[[str], None]


@dataclass(frozen=True)
class Patience:
    """How long to wait for what, in seconds."""

    first_pause: float = 1.0
    longest_pause: float = 30.0
    #: Whoever has run this long starts again from the first pause.
    steady_after: float = 60.0
    until_healthy: float = 120.0
    before_killing: float = 10.0
    between_checks: float = 0.2
    #: Ends before having been healthy once: tried so many times, then the start has failed.
    tries_at_start: int = 2


@dataclass(frozen=True)
class Service:
    """A process that is to run always, and how to tell that it does."""

    command: Command
    is_healthy: Callable[[], Awaitable[bool]]

    @property
    def name(self) -> str:
        return self.command.name


@dataclass
class _Watched:
    service: Service
    was_healthy: asyncio.Event = field(default_factory=asyncio.Event)
    running: Running | None = None


class Supervisor:
    """Starts services, starts again what ends, says so, and stops all of them."""

    def __init__(self, services: Sequence[Service], say: Say, guard: Guard, patience: Patience | None = None) -> None:
        self._watched = [_Watched(service) for service in services]
        self._say = say
        self._guard = guard
        self._patience = patience or Patience()

    async def run(self, stop: asyncio.Event, when_ready: Callable[[], None]) -> None:
        """Run until ``stop`` is set; `CannotRun` where a service does not come up in the first place."""
        async with asyncio.TaskGroup() as tasks:
            watching = [tasks.create_task(self._keep_running(watched)) for watched in self._watched]
            ready = tasks.create_task(self._report_ready(when_ready))
            await stop.wait()
            for task in (*watching, ready):
                task.cancel()

    async def _report_ready(self, when_ready: Callable[[], None]) -> None:
        began = time.monotonic()
        while waiting := [watched for watched in self._watched if not watched.was_healthy.is_set()]:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.gather(*(watched.was_healthy.wait() for watched in waiting)), 5)
                continue
            names = " and ".join(watched.service.name for watched in waiting if not watched.was_healthy.is_set())
            if time.monotonic() - began > self._patience.until_healthy:
                logs = ", ".join(str(watched.service.command.log or "what it printed") for watched in waiting)
                raise CannotRun(f"{names} did not become ready within {self._patience.until_healthy:.0f} s; see {logs}")
            if names:
                self._say(f"still starting: {names}")
        when_ready()

    async def _keep_running(self, watched: _Watched) -> None:
        patience, service = self._patience, watched.service
        pause, failures = patience.first_pause, 0
        try:
            while True:
                began = time.monotonic()
                watched.running = await Running.start(service.command, self._guard)
                checking = asyncio.create_task(self._until_healthy(watched, again=watched.was_healthy.is_set()))
                try:
                    status = await watched.running.wait()
                finally:
                    checking.cancel()
                watched.running = None
                if not watched.was_healthy.is_set():
                    failures += 1
                    if failures >= patience.tries_at_start:
                        raise CannotRun(f"{service.name} does not start ({in_words(status)}); {last_words(service.command)}")
                if time.monotonic() - began > patience.steady_after:
                    pause = patience.first_pause
                self._say(f"{service.name} ended ({in_words(status)}); starting it again in {pause:g} s")
                await asyncio.sleep(pause)
                pause = min(pause * 2, patience.longest_pause)
        finally:
            if watched.running is not None:
                await asyncio.shield(watched.running.stop(patience.before_killing))

    async def _until_healthy(self, watched: _Watched, again: bool) -> None:
        while not await watched.service.is_healthy():
            await asyncio.sleep(self._patience.between_checks)
        watched.was_healthy.set()
        if again:
            self._say(f"{watched.service.name} is up again")


def last_words(command: Command) -> str:
    """The end of a log, for an error in one line, and where the rest is."""
    if command.log is None:
        return "what it had to say stands above"
    try:
        lines = [line.strip() for line in command.log.read_text("utf-8", "replace").splitlines() if line.strip()]
    except OSError:
        lines = []
    return f"its last line: {lines[-1][:300]!r}; all of it: {command.log}" if lines else f"it said nothing ({command.log})"
