"""The home folder: writable, roomy enough, and used by one `trialchat run` at a time."""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import json
import os
import shutil
from collections.abc import Iterator

from bot.running.errors import CannotRun
from bot.running.secrets_file import with_secrets
from bot.settings import Settings

#: A model, the databases and logs of a first day fit well; less, and the first write may be the one that fails.
NEEDED_MEGABYTES = 200


#: Where what runs with this home folder can be found, while it runs.
PORTS_FILE = "running.json"


@contextlib.contextmanager
def known_as_running(settings: Settings) -> Iterator[None]:
    """Write down the ports, which may have been settled at the start, for commands such as `trialchat read`."""
    path = settings.home / PORTS_FILE
    ports = {"port": settings.port, "engine_port": settings.engine_port, "actions_port": settings.actions_port}
    path.write_text(json.dumps(ports) + "\n", "utf-8")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def as_running(settings: Settings) -> Settings:
    """The settings of the `trialchat run` that uses this home folder; `CannotRun` where there is none."""
    return with_secrets(with_running_ports(settings))


def with_running_ports(settings: Settings) -> Settings:
    """The same without its secrets, for whoever must not make any that are missing."""
    try:
        ports = json.loads((settings.home / PORTS_FILE).read_text("utf-8"))
        port, engine_port, actions_port = (int(ports[name]) for name in ("port", "engine_port", "actions_port"))
    except (OSError, ValueError, KeyError, TypeError):
        raise CannotRun(
            f"nothing is running with the home folder {settings.home}; start it with `make run`, or set TRIALCHAT_HOME"
        ) from None
    return dataclasses.replace(settings, port=port, engine_port=engine_port, actions_port=actions_port)


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
