"""Secrets that nobody has to think of: made at the first start, kept for the next, readable by the owner alone."""

from __future__ import annotations

import dataclasses
import json
import os
import secrets
from pathlib import Path

from bot.running.errors import CannotRun
from bot.settings import Settings

FILE_NAME = "secrets.json"
#: Setting → how many random bytes. The engine's secret is made as well: nobody outside ever needs it.
_BYTES = {"api_key": 24, "admin_password": 12, "engine_secret": 32}


def with_secrets(settings: Settings) -> Settings:
    """The settings with every secret that the environment left out, taken from the home folder or made there."""
    missing = [name for name in _BYTES if not getattr(settings, name)]
    if not missing:
        return settings
    path = settings.home / FILE_NAME
    kept = _read(path)
    new = {name: secrets.token_urlsafe(_BYTES[name]) for name in missing if not kept.get(name)}
    if new:
        kept |= new
        _write(path, kept)
    return dataclasses.replace(
        settings,
        api_key=settings.api_key or kept["api_key"],
        admin_password=settings.admin_password or kept["admin_password"],
        engine_secret=settings.engine_secret or kept["engine_secret"],
    )


def _read(path: Path) -> dict[str, str]:
    try:
        kept = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise CannotRun(f"{path} cannot be read ({error}); repair it, or remove it to have new secrets made") from None
    if not isinstance(kept, dict) or not all(isinstance(value, str) for value in kept.values()):
        raise CannotRun(f"{path} is not as it was written; repair it, or remove it to have new secrets made")
    return kept


def _write(path: Path, kept: dict[str, str]) -> None:
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(kept, file, indent=2)
        file.write("\n")
    beside.replace(path)
