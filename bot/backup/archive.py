"""One encrypted file of several: a tar with a list of what is in it, for whoever has the key (age, https://age-encryption.org)."""

from __future__ import annotations

import hashlib
import os
import tarfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

import pyrage
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.backup.errors import BackupError

MANIFEST = "manifest.json"
FORMAT = 1
_CHUNK = 1024 * 1024


class Manifest(BaseModel):
    """What a backup says of itself. `members`: SHA-256 by name, as hexadecimal figures; `store`: sqlite or postgresql."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    at: str
    program: str
    revision: str
    store: str
    members: Mapping[str, str]


def new_identity() -> tuple[str, str]:
    """A new key: what opens backups, which is secret, and what they are made for, which is not."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def write(folder: Path, manifest: Manifest, to: Path, recipients: list[str]) -> None:
    """Encrypt the manifest and the members that lie in a folder. The file is there whole, or not at all."""
    for_whom = [_recipient(text) for text in recipients]
    (folder / MANIFEST).write_text(manifest.model_dump_json(), "utf-8")
    unfinished = to.with_name(f".{to.name}.unfinished")
    try:
        with unfinished.open("xb") as file:
            os.fchmod(file.fileno(), 0o600)
            with _packed(folder, [MANIFEST, *manifest.members]) as tar:
                pyrage.encrypt_io(tar, file, for_whom)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(to)
    except OSError as problem:
        raise BackupError(f"{to} cannot be written ({problem.strerror})") from None
    finally:
        unfinished.unlink(missing_ok=True)


def read(file: Path, identity: str, folder: Path) -> Manifest:
    """Decrypt a backup into an empty folder, and check that it is whole."""
    try:
        keys = [pyrage.x25519.Identity.from_str(line) for line in identity.split() if line.startswith("AGE-SECRET-KEY-")]
    except pyrage.IdentityError:
        raise BackupError(
            "the key is none: expected a line that begins with AGE-SECRET-KEY-, as `trialchat backup key` prints it"
        ) from None
    if not keys:
        raise BackupError("there is no key: expected a line that begins with AGE-SECRET-KEY-, as `trialchat backup key` prints it")
    packed = folder / "backup.tar"
    try:
        with file.open("rb") as given, packed.open("xb") as to:
            pyrage.decrypt_io(given, to, keys)
        with tarfile.open(packed) as tar:
            for member in tar.getmembers():
                if not member.isfile() or "/" in member.name or member.name.startswith("."):
                    raise BackupError(f"{file} holds what no backup does")
            tar.extractall(folder, filter="data")
    except pyrage.DecryptError:
        raise BackupError(f"{file} cannot be opened: it is for another key, or damaged") from None
    except (OSError, tarfile.TarError) as problem:
        raise BackupError(f"{file} cannot be read: {problem}") from None
    finally:
        packed.unlink(missing_ok=True)
    return _checked(file, folder)


def _checked(file: Path, folder: Path) -> Manifest:
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError):
        raise BackupError(f"{file} is no backup of trialchat") from None
    if manifest.format != FORMAT:
        raise BackupError(
            f"{file} is of format {manifest.format}, this program reads {FORMAT}; use the program that made it ({manifest.program})"
        )
    for name, expected in manifest.members.items():
        if not (folder / name).is_file() or digest(folder / name) != expected:
            raise BackupError(f"{file} is damaged: {name} is not as it was")
    return manifest


def digest(path: Path) -> str:
    """SHA-256 of a file, as hexadecimal figures."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _packed(folder: Path, names: list[str]) -> Iterator[IO[bytes]]:
    """A tar of files, as it is made: it never lies on the disk."""
    out, into = os.pipe()
    problems: list[Exception] = []

    def pack() -> None:
        try:
            with os.fdopen(into, "wb") as pipe, tarfile.open(fileobj=pipe, mode="w|") as tar:
                for name in names:
                    tar.add(folder / name, arcname=name)
        except Exception as problem:
            # Told to whoever reads, in their own thread.
            problems.append(problem)

    packing = threading.Thread(target=pack, name="packing")
    packing.start()
    try:
        with os.fdopen(out, "rb", buffering=_CHUNK) as pipe:
            yield cast(IO[bytes], pipe)
    finally:
        # Nobody reads any more, whatever happened: that ends it.
        packing.join()
    if problems:
        raise problems[0]


def _recipient(text: str) -> Any:
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise BackupError(
            f"{text[:80]} is nobody to make a backup for: expected age1 and 58 more signs, as `trialchat backup key` prints"
        ) from None
