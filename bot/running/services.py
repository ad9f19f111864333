"""What `trialchat run` and `trialchat serve` share: the two processes, their environment, and how both are told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

from bot.running.errors import CannotRun
from bot.running.guard import Guard
from bot.running.health import answers, reached_at
from bot.running.process import Command
from bot.running.supervisor import Patience, Say, Service, Supervisor
from bot.setting_values import SECRETS
from bot.settings import PROJECT, Settings

ENGINE_PYTHON = PROJECT / ".venv-engine" / "bin" / "python"


def check_engine_environment() -> None:
    """`CannotRun` where the engine was never installed."""
    if not ENGINE_PYTHON.exists():
        raise CannotRun(f"the dialogue engine is not installed ({ENGINE_PYTHON.parent.parent.name}); run: make setup")


def engine(settings: Settings, model: Path, log: Path | None) -> Service:
    """The dialogue engine. Without a file for its log, it says what it has to say where we do."""
    command = Command(
        "the dialogue engine",
        [str(ENGINE_PYTHON), "-W", "ignore", "-m", "bot.engine.launch", "--model", str(model), "--port", str(settings.engine_port)],
        environment(settings),
        PROJECT,
        log,
    )
    return Service(command, answers(settings.engine_port, "/"))


def app(settings: Settings, log: Path | None) -> Service:
    """The app, which serves the actions as well."""
    command = Command("the app", [sys.executable, "-m", "bot.web"], environment(settings), PROJECT, log)
    return Service(command, answers(settings.port, "/health", reached_at(settings.listen)))


def environment(settings: Settings) -> dict[str, str]:
    """What our processes find in their environment."""
    # Secrets that were given as files are handed on as what is in them. Who started us is told by us that we are ready.
    left_out = {"PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "NOTIFY_SOCKET", *(f"{name}_FILE" for name in SECRETS)}
    inherited = {name: value for name, value in os.environ.items() if name not in left_out}
    # The engine imports the project from its folder; both keep their output in order.
    return inherited | settings.as_environment() | {"PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1"}


async def keep_running(services: list[Service], say: Say, guard: Guard, stop: asyncio.Event, when_ready: Callable[[], None]) -> None:
    """Keep all of them running until told to stop; `CannotRun` where one does not come up in the first place."""
    try:
        await Supervisor(services, say, guard, Patience()).run(stop, when_ready)
    except* CannotRun as group:
        raise _first(group) from None


@contextlib.contextmanager
def guarded() -> Iterator[Guard]:
    """Whatever is started meanwhile ends with us, however we end."""
    guard = Guard()
    try:
        yield guard
    finally:
        guard.dismiss()


@contextlib.asynccontextmanager
async def stop_signals(say: Say) -> AsyncIterator[asyncio.Event]:
    """An event that is set by Ctrl-C, SIGTERM or a closed terminal."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def begin_to_stop(number: signal.Signals) -> None:
        if not stop.is_set():
            say(f"stopping everything ({'Ctrl-C' if number == signal.SIGINT else number.name})")
        stop.set()

    for number in numbers:
        loop.add_signal_handler(number, begin_to_stop, number)
    try:
        yield stop
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


def _first(group: BaseExceptionGroup[CannotRun]) -> CannotRun:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error if isinstance(error, CannotRun) else CannotRun(str(error))
