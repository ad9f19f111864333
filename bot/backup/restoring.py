"""Putting a backup back."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.backup import archive, postgres, sqlite_files
from bot.backup.archive import Manifest
from bot.backup.errors import BackupError
from bot.backup.making import EVENTS, STORE, TRACKER, sqlite_path
from bot.conversations.erasing import SYSTEM, Erasures
from bot.many.engine_events import forgetting, queued_events
from bot.running.home import occupied
from bot.running.secrets_file import FILE_NAME as SECRETS
from bot.running.secrets_file import with_known_audit_key
from bot.settings import Settings
from bot.store import Store, StoreError
from bot.store.clock import Clock

_JOURNALS = ("-wal", "-shm", "-journal")
ERASED = "conversation_erased"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back. `moved`: where that is now which was there before; `erased`: conversations that were erased after the
    backup was made, and are erased once more."""

    manifest: Manifest
    conversations: int
    moved: Path | None
    erased: int


def put_back(settings: Settings, file: Path, identity: str, clock: Clock, *, replace: bool = False) -> Restored:
    """Put a backup into the home folder, and into an empty PostgreSQL database where that is the store.

    Nothing is touched before the backup is open, whole and undamaged. With `replace`, what is there is moved aside, and whoever
    was erased since the backup is erased again. `BackupError` where that cannot be.
    """
    with occupied(settings), tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.home) as name:
        folder = Path(name)
        manifest = archive.read(file, identity, folder)
        store = sqlite_path(settings)
        if manifest.store != ("postgresql" if store is None else "sqlite"):
            raise BackupError(f"the backup is of a store on {manifest.store}; let TRIALCHAT_DATABASE_URL name one of these")
        places = _places(settings, manifest, store)
        for member in places:
            if member.endswith(".db"):
                sqlite_files.check(folder / member)
        there = [path for path in places.values() if path.exists()]
        if there and not replace:
            raise BackupError(f"{there[0]} is there already; --replace moves aside what is there, or set TRIALCHAT_HOME to an empty folder")
        moved = _moved_aside(settings, there, clock()) if there else None
        if store is None:
            postgres.restore(settings.database_url, folder / f"{STORE}.dump")
        for member, place in places.items():
            (folder / member).chmod(0o600)
            shutil.move(folder / member, place)
        erased = _erased_since(settings, None if moved is None or store is None else moved / store.name)
        return _finished(settings, manifest, moved, erased, clock)


def _places(settings: Settings, manifest: Manifest, store: Path | None) -> dict[str, Path]:
    """Where each member belongs."""
    known = {TRACKER: settings.tracker_database, EVENTS: settings.events_database, SECRETS: settings.home / SECRETS}
    if store is not None:
        known[f"{STORE}.db"] = store
    found = {member: known[member] for member in manifest.members if member in known}
    if set(manifest.members) - set(found) - {f"{STORE}.dump"} or not any(member.startswith(STORE) for member in manifest.members):
        raise BackupError("the backup does not hold what a backup of this program holds")
    return found


def _moved_aside(settings: Settings, there: list[Path], at: datetime) -> Path:
    aside = settings.home / f"replaced-{at:%Y%m%d-%H%M%S}"
    aside.mkdir(mode=0o700)
    for path in there:
        # A log that stays behind would be taken for the restored database's own.
        for each in (path, *(path.with_name(path.name + ending) for ending in _JOURNALS)):
            if each.exists():
                shutil.move(each, aside / each.name)
    return aside


def _erased_since(settings: Settings, replaced: Path | None) -> list[str]:
    """The conversations that the replaced store says were erased; it may be too damaged to say."""
    if replaced is None or not replaced.exists():
        return []
    store = Store(f"sqlite:///{replaced}", with_known_audit_key(settings).audit_key)
    try:
        with store.reading() as unit:
            return [entry.object_id for entry in unit.audit_entries(action=ERASED, object_kind="conversation")]
    except StoreError as problem:
        raise BackupError(
            f"{replaced} cannot say who was erased since the backup ({problem}); the backup is in place. Look after erasures by hand"
        ) from None
    finally:
        store.dispose()


def _finished(settings: Settings, manifest: Manifest, moved: Path | None, erased: list[str], clock: Clock) -> Restored:
    store = Store(settings.database_url, with_known_audit_key(settings).audit_key)
    try:
        store.migrate()
        erasures = Erasures(store, forgetting(settings, queued_events(settings, store)), clock)
        again = sum(erasures.erase(conversation, by=SYSTEM) is not None for conversation in erased)
        with store.unit() as unit:
            unit.audit(SYSTEM, "backup_restored", "audit", "backup", at=clock(), detail={"as_of": manifest.at})
            count = unit.count_conversations()
    finally:
        store.dispose()
    return Restored(manifest, count, moved, again)
