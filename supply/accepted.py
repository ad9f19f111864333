"""Findings that somebody has looked at and accepted, for a while: `supply/accepted.yaml`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from supply.advisories import Advisory
from supply.lock import Package

LONGEST = timedelta(days=180)
"""Nobody accepts anything for good."""
_FIELDS = {"id", "package", "why", "until"}


class AcceptedFault(Exception):
    """The file is not as it should be; says which entry."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """`id`: any of the advisory's ids. `why`: in a sentence, for whoever comes after."""

    id: str
    package: str
    why: str
    until: date

    def covers(self, advisory: Advisory) -> bool:
        return self.package == advisory.package.name and self.id in advisory.names


def read(path: Path) -> list[Accepted]:
    """The entries. Raises `AcceptedFault`."""
    given = yaml.safe_load(path.read_text("utf-8")) or []
    if not isinstance(given, list):
        raise AcceptedFault(f"{path.name}: expected a list")
    return [_entry(path.name, number, entry) for number, entry in enumerate(given, 1)]


def _entry(name: str, number: int, entry: Any) -> Accepted:
    if not isinstance(entry, dict) or set(entry) != _FIELDS:
        raise AcceptedFault(f"{name}: entry {number}: expected {', '.join(sorted(_FIELDS))}")
    if not isinstance(entry["until"], date) or len(str(entry["why"])) < 20:
        raise AcceptedFault(f"{name}: entry {number}: `until` is to be a date such as 2027-03-01, and `why` a sentence")
    return Accepted(str(entry["id"]), str(entry["package"]), str(entry["why"]), entry["until"])


def outdated(accepted: Sequence[Accepted], packages: Sequence[Package], today: date) -> Iterator[str]:
    """What is wrong with entries, whatever a service says: they ended, last too long, or are of what is not installed."""
    names = {package.name for package in packages}
    for one in accepted:
        if one.until < today:
            yield f"{one.id} of {one.package} was accepted until {one.until}: look at it again"
        elif one.until > today + LONGEST:
            yield f"{one.id} of {one.package} is accepted until {one.until}: {LONGEST.days} days are the most"
        if one.package not in names:
            yield f"{one.id} of {one.package} is accepted, and {one.package} is not installed: remove it"


def unused(accepted: Sequence[Accepted], advisories: Sequence[Advisory]) -> Iterator[str]:
    """Entries of what is no finding any more."""
    for one in accepted:
        if not any(one.covers(advisory) for advisory in advisories):
            yield f"{one.id} of {one.package} is accepted, and is no finding any more: remove it"
