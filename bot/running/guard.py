"""A small process that outlives ours only to clean up after it.

It holds the other end of a pipe. When the pipe closes, however we ended, it ends every process group that was still running:
children of children as well, which no signal of the kernel would reach. ``python -m bot.running.guard`` is that process.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time

from bot.settings import PROJECT

#: How long the left-behind have to end by themselves.
GRACE_SECONDS = 5.0


class Guard:
    """Our end of the pipe."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot.running.guard"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            cwd=PROJECT,
        )

    def watch(self, group: int) -> None:
        """End this process group should we end without doing so."""
        self._tell(f"+{group}")

    def forget(self, group: int) -> None:
        """It has ended; its number may soon belong to somebody else."""
        self._tell(f"-{group}")

    def dismiss(self) -> None:
        """Everything has ended as it should."""
        pipe = self._process.stdin
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        pipe = self._process.stdin
        if pipe is None:
            return
        # Without a guard we still end everything ourselves: its loss is no reason to stop.
        with contextlib.suppress(OSError):
            pipe.write(f"{line}\n".encode())
            pipe.flush()


def main() -> None:
    """Read groups from standard input until it closes, then end those that are left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        change, group = line[:1], int(line[1:])
        if change == "+":
            groups.add(group)
        else:
            groups.discard(group)
    _end(groups, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while groups and time.monotonic() < deadline:
        time.sleep(0.1)
        groups = {group for group in groups if _exists(group)}
    _end(groups, signal.SIGKILL)


def _end(groups: set[int], number: signal.Signals) -> None:
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)


def _exists(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    main()
