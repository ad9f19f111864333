"""Making a backup while everything runs."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from bot.backup import archive, postgres, sqlite_files
from bot.backup.archive import FORMAT, Manifest
from bot.backup.errors import BackupError
from bot.running.secrets_file import FILE_NAME as SECRETS
from bot.settings import Settings
from bot.store.migrations import NEWEST

STORE, TRACKER, EVENTS = "store", "tracker.db", "events.db"
"""Names of the members; of the store, without its ending."""


def back_up(settings: Settings, to: Path, recipients: list[str], at: datetime) -> Manifest:
    """All databases as of one moment, and the secrets that were made here. `BackupError` where that cannot be.

    Trained models are left out: they are made again from the program.
    """
    store = sqlite_path(settings)
    if store is not None and not store.exists():
        raise BackupError(f"{store} is not there; is TRIALCHAT_HOME the folder of the installation?")
    if settings.tracker_url and not postgres.same_database(settings.tracker_url, settings.database_url):
        raise BackupError(
            "the engine's conversations are in a database of their own (TRIALCHAT_TRACKER_URL), which would be missing in the backup; "
            "let it name the same database as TRIALCHAT_DATABASE_URL, where they have a schema of their own"
        )
    # Beside the databases, as they are no less secret than these.
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=settings.home) as name:
        folder = Path(name)
        files = {TRACKER: settings.tracker_database, EVENTS: settings.events_database}
        files = {member: path for member, path in files.items() if path.exists()}
        if store is not None:
            files[f"{STORE}.db"] = store
        with ExitStack() as stack:
            # The store's moment is no later than the engine's: what it has not read of these yet, it reads after a restore.
            snapshot = None if store is not None else stack.enter_context(postgres.held(settings.database_url))
            for member, reader in stack.enter_context(sqlite_files.held(files)).items():
                sqlite_files.copy(reader, folder / member)
            if snapshot is not None:
                postgres.dump(settings.database_url, snapshot, folder / f"{STORE}.dump")
        if (secrets := settings.home / SECRETS).exists():
            (folder / SECRETS).write_bytes(secrets.read_bytes())
        manifest = Manifest(
            format=FORMAT,
            at=at.isoformat(),
            program=version("trialchat"),
            revision=NEWEST,
            store="sqlite" if store is not None else "postgresql",
            members={path.name: archive.digest(path) for path in sorted(folder.iterdir())},
        )
        archive.write(folder, manifest, to, recipients)
        return manifest


def sqlite_path(settings: Settings) -> Path | None:
    """Where the store's file is; None where the store is no file."""
    prefix = "sqlite:///"
    return Path(settings.database_url.removeprefix(prefix)) if settings.database_url.startswith(prefix) else None
