"""The home folder: writable, roomy enough, and used by one `trialchat run` at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator

from bot.running.errors import CannotRun
from bot.settings import Settings

#: A model, the databases and logs of a first day fit well; less, and the first write may be the one that fails.
NEEDED_MEGABYTES = 200


@contextlib.contextmanager
def occupied(settings: Settings) -> Iterator[None]:
    """Make the home folder ours while we run; `CannotRun` where that is not possible."""
    home = settings.home
    try:
        home.mkdir(parents=True, exist_ok=True)
        settings.models.mkdir(parents=True, exist_ok=True)
        lock = os.open(home / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CannotRun(f"{home} cannot be written to ({error.strerror}); set TRIALCHAT_HOME to a folder that can") from None
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.pread(lock, 20, 0).decode().strip()
            raise CannotRun(
                f"trialchat is running with this home folder already (process {holder or 'unknown'}, {home}); "
                "stop it, or set TRIALCHAT_HOME and PORT for a second one"
            ) from None
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        free = shutil.disk_usage(home).free // 1_000_000
        if free < NEEDED_MEGABYTES:
            raise CannotRun(
                f"only {free} MB are free in {home}, {NEEDED_MEGABYTES} MB are needed; free some, or set TRIALCHAT_HOME to another disk"
            )
        yield
    finally:
        os.close(lock)
