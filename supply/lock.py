"""The packages of `uv.lock`, and which of the two environments each is in."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Environment → how the markers of the other one begin. The engine's Python is 3.10, all else's is later.
ENVIRONMENTS: Mapping[str, str] = {
    "engine": "python_full_version >= '3.11'",
    "app": "python_full_version < '3.11'",
    "dev": "python_full_version < '3.11'",
}


@dataclass(frozen=True, slots=True, order=True)
class Package:
    """One package in one version."""

    name: str
    version: str
    environments: frozenset[str]


def packages(lock: Path, project: str = "trialchat") -> list[Package]:
    """Everything that is installed, by name."""
    entries: list[dict[str, Any]] = tomllib.loads(lock.read_text("utf-8"))["package"]
    by_name: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for entry in entries:
        by_name[entry["name"]].append(entry)
    (root,) = by_name[project]
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for environment, others in ENVIRONMENTS.items():
        waiting = list(_led_to(root["dev-dependencies"][environment], by_name, others))
        while waiting:
            entry = waiting.pop()
            key = (entry["name"], entry["version"])
            if environment not in found[key]:
                found[key].add(environment)
                extras = (one for extra in entry.get("optional-dependencies", {}).values() for one in extra)
                waiting += _led_to([*entry.get("dependencies", ()), *extras], by_name, others)
    missed = {(entry["name"], entry["version"]) for entry in entries if entry is not root} - found.keys()
    # What no walk leads to is in the file all the same, and is asked about.
    return sorted(
        (Package(name, version, frozenset(found.get((name, version), ()))) for name, version in {*found, *missed}),
        key=lambda package: (package.name, package.version),
    )


def _led_to(edges: list[dict[str, Any]], by_name: Mapping[str, list[dict[str, Any]]], others: str) -> Iterator[dict[str, Any]]:
    for edge in edges:
        if edge.get("marker", "").startswith(others):
            continue
        yield from (entry for entry in by_name[edge["name"]] if edge.get("version") in (None, entry["version"]))
