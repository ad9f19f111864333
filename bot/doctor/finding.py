"""What a check has found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is."""

    UNSAFE = "unsafe"
    """Somebody may read, change or lose what nobody should."""
    WARNING = "warning"
    """Safe as long as something else holds that cannot be seen from here, or not as good as it could be."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing: where, what it is, and what to do. Never with a secret, nor with anything that a person said."""

    level: Level
    check: str
    what: str
    todo: str

    @property
    def line(self) -> str:
        return f"{self.level}: {self.check}: {self.what}; {self.todo}"


def unsafe(check: str, what: str, todo: str) -> Finding:
    return Finding(Level.UNSAFE, check, what, todo)


def warning(check: str, what: str, todo: str) -> Finding:
    return Finding(Level.WARNING, check, what, todo)


def matters(exposed: bool, check: str, what: str, todo: str) -> Finding:
    """Unsafe where others than this machine's own people come in; else worth knowing before they do."""
    return unsafe(check, what, todo) if exposed else warning(check, what, todo)
