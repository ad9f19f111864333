"""One process of ours, with all it starts: begun together, ended together."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bot.running.guard import Guard

#: A log that has grown beyond this is set aside when its process is started again.
LARGEST_LOG = 10_000_000
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Command:
    """What to start, where, and where its output goes."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    #: None: wherever our own output goes.
    log: Path | None


class Running:
    """A started process. It leads a process group of its own, so Ctrl-C reaches us alone and we decide the order."""

    def __init__(self, process: asyncio.subprocess.Process, guard: Guard) -> None:
        self._process = process
        self._guard = guard

    @classmethod
    async def start(cls, command: Command, guard: Guard) -> Running:
        with _output(command.log) as log:
            process = await asyncio.create_subprocess_exec(
                *command.arguments,
                cwd=command.folder,
                env=dict(command.environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_end_with_the_parent(),
            )
        guard.watch(process.pid)
        return cls(process, guard)

    @property
    def pid(self) -> int:
        return self._process.pid

    async def wait(self) -> int:
        """Until it ends by itself; whatever it had started is ended too. Returns the exit status (negative: a signal)."""
        status = await self._process.wait()
        self._signal(signal.SIGKILL)
        self._guard.forget(self.pid)
        return status

    async def stop(self, grace: float) -> None:
        """Ask the whole group to end, and insist after ``grace`` seconds."""
        self._signal(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), grace)
        self._signal(signal.SIGKILL)
        await self._process.wait()
        self._guard.forget(self.pid)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)


@contextlib.contextmanager
def _output(path: Path | None) -> Iterator[IO[bytes] | None]:
    if path is None:
        yield None
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LARGEST_LOG:
        path.replace(path.with_suffix(".old.log"))
    with path.open("ab") as log:
        yield log


def in_words(status: int) -> str:
    """An exit status for a person."""
    if status >= 0:
        return f"exit status {status}"
    with contextlib.suppress(ValueError):
        return f"signal {signal.Signals(-status).name}"
    return f"signal {-status}"


def _end_with_the_parent() -> Callable[[], None] | None:
    """On Linux the kernel tells a child that its parent is gone, even where the parent had no time to (kill -9)."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)

    def ask_the_kernel() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

    return ask_the_kernel
