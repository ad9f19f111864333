"""The people of `tests/personas/`, for tests of the pure core and for tests against the real server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.yaml_files import read_yaml

FOLDER = Path(__file__).parent / "personas"


@dataclass(frozen=True)
class Person:
    """Someone who answers questions, and what the screening must come to for them."""

    name: str
    answers: dict[str, str]
    verdict: str
    not_met: frozenset[str]
    unknown: frozenset[str]
    asked: frozenset[str]
    never_asked: frozenset[str]

    def __str__(self) -> str:
        return self.name

    def answer(self, attribute: str) -> str:
        return self.answers[attribute]


def people(nct_id: str) -> list[Person]:
    data: dict[str, Any] = read_yaml(FOLDER / f"{nct_id}.yaml")
    return [_person(entry, data["fits"]) for entry in data["people"]]


def _person(entry: dict[str, Any], fits: dict[str, str]) -> Person:
    to_all = entry.get("says_to_all")
    usual = {name: fits[name] if to_all is None or name == "consent" else to_all for name in fits}
    return Person(
        name=entry["name"],
        answers={**usual, **entry.get("says", {})},
        verdict=entry["verdict"],
        not_met=frozenset(entry.get("not_met", ())),
        unknown=frozenset(entry.get("unknown", ())),
        asked=frozenset(entry.get("asked", ())),
        never_asked=frozenset(entry.get("never_asked", ())),
    )
