"""Looking at the world once. What cannot be told is told as such; nothing is changed, and nothing is made."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import ssl
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.backup.making import sqlite_path
from bot.doctor.channel_file import channel_facts
from bot.doctor.deployment import Deployment, MachineFacts, Modes, StoreFacts
from bot.doctor.network import answering, outer_addresses
from bot.resealing import number_sealed, unopenable
from bot.running.errors import CannotRun
from bot.running.home import with_running_ports
from bot.running.secrets_file import FILE_NAME, kept_secrets
from bot.sealing import Sealer, SealingError
from bot.setting_values import SECRETS
from bot.settings import PROJECT, Settings
from bot.store import Store, StoreError
from bot.store.clock import Clock, utc_now
from bot.store.verifying import verify

#: What in the home folder holds what people say, or secrets.
_PRIVATE = (FILE_NAME, "*.db", "*.db-wal", "*.db-shm", "logs", "logs/*", "replaced-*")


def look_around(settings: Settings, environment: Mapping[str, str], clock: Clock = utc_now) -> Deployment:
    """Everything that the checks need to know."""
    kept = kept_secrets(settings)
    made = {name: value for name, value in kept.items() if hasattr(settings, name) and not getattr(settings, name)}
    settings = dataclasses.replace(settings, **made)  # type: ignore[arg-type]  # the fields of secrets are all texts
    return Deployment(
        settings=settings,
        made=frozenset(f"TRIALCHAT_{name.upper()}" for name in made),
        environment=environment,
        open_inside=tuple(answering(_inner_ports(settings), outer_addresses())),
        modes=tuple(_modes(settings, environment)),
        file_system=_file_system(settings),
        channels=channel_facts(settings.channels, environment),
        store=_store(settings, clock),
        machine=_machine(settings, clock),
    )


def _inner_ports(settings: Settings) -> list[tuple[str, int]]:
    """As they are at the moment, where something runs here."""
    with contextlib.suppress(CannotRun):
        settings = with_running_ports(settings)
    return [("the dialogue engine", settings.engine_port), ("the actions", settings.actions_port)]


def _modes(settings: Settings, environment: Mapping[str, str]) -> Iterator[Modes]:
    home = settings.home
    paths = [home, *(path for pattern in _PRIVATE for path in sorted(home.glob(pattern)))]
    if (database := sqlite_path(settings)) is not None:
        paths += [database, *(database.with_name(database.name + end) for end in ("-wal", "-shm"))]
    paths += [Path(given) for name in SECRETS if (given := environment.get(f"{name}_FILE"))]
    for path in dict.fromkeys(paths):
        try:
            found = path.stat()
        except OSError:
            continue
        yield Modes(path, found.st_mode & 0o777, path.is_dir())


def _file_system(settings: Settings) -> str:
    """By the mount that the database's file is under, on Linux."""
    path = sqlite_path(settings)
    if path is None:
        return ""
    try:
        mounts = [line.split() for line in Path("/proc/mounts").read_text("utf-8").splitlines()]
    except OSError:
        return ""
    return file_system_of(path.absolute(), [(fields[1], fields[2]) for fields in mounts if len(fields) > 2])


def file_system_of(path: Path, mounts: list[tuple[str, str]]) -> str:
    """What kind a file is on: that of the longest mount point above it, and of those that of the last, which hides the others."""
    # Spaces and the like are written as \040.
    named = [(Path(where.encode().decode("unicode_escape")), kind) for where, kind in mounts]
    above = [(len(where.parts), number, kind) for number, (where, kind) in enumerate(named) if path.is_relative_to(where)]
    return max(above)[2] if above else ""


def _store(settings: Settings, clock: Clock) -> StoreFacts:
    path = sqlite_path(settings)
    if path is not None and not path.exists():
        return StoreFacts(
            problem=f"there is no database yet in {path.parent}: nothing was started here, or TRIALCHAT_HOME is another folder"
        )
    try:
        store = Store(settings.database_url, settings.audit_key)
    except StoreError as problem:
        return StoreFacts(problem=str(problem))
    try:
        store.check()
        return _asked(store, settings, clock)
    except StoreError as problem:
        return StoreFacts(problem=str(problem))
    except SQLAlchemyError as problem:
        # Its text has the statement; its kind is enough.
        return StoreFacts(problem=f"the database cannot be read ({type(problem).__name__})")
    finally:
        store.dispose()


def _asked(store: Store, settings: Settings, clock: Clock) -> StoreFacts:
    theirs = store.server_time()
    skew = None if theirs is None else (theirs - clock()).total_seconds()
    with store.reading() as unit:
        accounts, targets, handoffs = unit.accounts(), unit.delivery_targets(), unit.has_contact_requests()
    try:
        closed: int | None = len(unopenable(store, Sealer.of(settings.sealing_keys)))
    except SealingError:
        closed = None
    found = verify(store)
    return StoreFacts(
        accounts=tuple(accounts),
        sealed=number_sealed(store),
        unopenable=closed,
        audit_entries=found.entries,
        audit_faults=len(found.faults) if settings.audit_key else None,
        targets=tuple(targets),
        handoffs=handoffs,
        skew=skew,
    )


def _machine(settings: Settings, clock: Clock) -> MachineFacts:
    home = settings.home if settings.home.exists() else Path("/")
    return MachineFacts(
        python=sys.version_info[:2],
        engine_python=_engine_python(),
        openssl=ssl.OPENSSL_VERSION_INFO[:2],
        openssl_name=ssl.OPENSSL_VERSION,
        free_megabytes=shutil.disk_usage(home).free // 1_000_000,
        is_root=os.geteuid() == 0,
        month=f"{clock():%Y-%m}",
    )


def _engine_python() -> tuple[int, int] | None:
    """By the folder that the engine's environment has its libraries in."""
    found = sorted((PROJECT / ".venv-engine" / "lib").glob("python3.*"))
    if not found or not (minor := found[0].name.removeprefix("python3.")).isdecimal():
        return None
    return 3, int(minor)
