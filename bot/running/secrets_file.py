"""Secrets that nobody has to think of: made at the first start, kept for the next, readable by the owner alone."""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.running.errors import CannotRun
from bot.settings import Settings

FILE_NAME = "secrets.json"


def _sealing_key() -> str:
    """As `bot.sealing.new_key` makes it, without the library that it needs."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


#: Setting → what makes one. The engine's secret is made as well: nobody outside ever needs it.
_MAKERS: Mapping[str, Callable[[], str]] = {
    "api_key": lambda: secrets.token_urlsafe(24),
    "admin_password": lambda: secrets.token_urlsafe(12),
    "engine_secret": lambda: secrets.token_urlsafe(32),
    "sealing_keys": _sealing_key,
    "audit_key": lambda: secrets.token_urlsafe(32),
}


def with_secrets(settings: Settings) -> Settings:
    """The settings with every secret that the environment left out, taken from the home folder or made there."""
    missing = [name for name in _MAKERS if not getattr(settings, name)]
    if not missing:
        return settings
    path = settings.home / FILE_NAME
    kept = _read(path)
    new = {name: _MAKERS[name]() for name in missing if not kept.get(name)}
    if new:
        kept |= new
        _write(path, kept)
    return dataclasses.replace(
        settings,
        api_key=settings.api_key or kept["api_key"],
        admin_password=settings.admin_password or kept["admin_password"],
        engine_secret=settings.engine_secret or kept["engine_secret"],
        sealing_keys=settings.sealing_keys or kept["sealing_keys"],
        audit_key=settings.audit_key or kept["audit_key"],
    )


def kept_secrets(settings: Settings) -> Mapping[str, str]:
    """The secrets that were made at the first start, by the name of their setting; none where nothing was started here yet."""
    return _read(settings.home / FILE_NAME)


def with_known_audit_key(settings: Settings) -> Settings:
    """The settings with the audit's key from the home folder, where the environment leaves it out; `CannotRun` where there is none.

    None is made here: a new one would fit no audit that was written before.
    """
    if settings.audit_key:
        return settings
    path = settings.home / FILE_NAME
    key = _read(path).get("audit_key")
    if not key:
        raise CannotRun(f"{path} has no key of the audit; set TRIALCHAT_AUDIT_KEY, or TRIALCHAT_HOME to the folder of the installation")
    return dataclasses.replace(settings, audit_key=key)


def _read(path: Path) -> dict[str, str]:
    try:
        kept = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        # Of an error in the text its kind: what it quotes would be a secret.
        why = error.strerror if isinstance(error, OSError) else type(error).__name__
        raise CannotRun(f"{path} cannot be read ({why}); repair it, or remove it to have new secrets made") from None
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
