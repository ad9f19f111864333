"""The trained model: named by what it is made from, so that nothing is trained twice and nothing stale is used."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from bot.settings import PROJECT, Settings

#: Folders and files that a training reads. The safety phrases are not among them: they are read when the engine starts.
INPUTS = (
    "config.yml",
    "domain.yml",
    "data",
    "bot/engine",
    "bot/screening/safety.py",
    "bot/screening/phrases.py",
    "bot/screening/spelling.py",
)
_SUFFIXES = frozenset({".yml", ".yaml", ".py"})


def model_path(settings: Settings, project: Path = PROJECT) -> Path:
    """Where the model of the present inputs is, or will be."""
    return settings.models / f"{fingerprint(project)}.tar.gz"


def fingerprint(project: Path = PROJECT) -> str:
    """A name that changes whenever an input of the training does, or a package of the engine."""
    digest = hashlib.sha256()
    for path in _inputs(project):
        digest.update(f"{path.relative_to(project).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    for package in _packages(project):
        digest.update(f"{package}\0".encode())
    return digest.hexdigest()[:16]


def _inputs(project: Path) -> Iterable[Path]:
    for name in INPUTS:
        path = project / name
        if path.is_file():
            yield path
        else:
            yield from sorted(found for found in path.rglob("*") if found.is_file() and found.suffix in _SUFFIXES)


def _packages(project: Path) -> list[str]:
    """Name and version of what is installed for the engine."""
    return sorted(found.name for found in (project / ".venv-engine").glob("lib/python3*/site-packages/*.dist-info"))
