"""What the files of words/en say, as lists of texts with where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
WORDS = ROOT / "words" / "en"
Texts = list[tuple[str, str]]

FORMS = ("who", "whose", "them", "their")
PARTS = ("name", "question", "question_again", "why", "help", "said")
# What a file says about itself.
ABOUT_FILE = ("version", "locale", "reviewed", "direction")


def texts_in(data: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every string below `data` with the path to it."""
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield from texts_in(value, f"{path}.{key}" if path else str(key))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from texts_in(value, f"{path}.{number}")


def said_of(person: Mapping[str, str], data: Any) -> Any:
    """A text, or all those of a structure, about a person; every other placeholder stays."""
    if isinstance(data, str):
        return re.sub(r"\{(who|whose|them|their)\}", lambda found: person[found[1]], data)
    if isinstance(data, Mapping):
        return {key: said_of(person, value) for key, value in data.items()}
    return [said_of(person, value) for value in data]


def spoken(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What is said to patients about one attribute."""
    titles = {str(value): option["title"] for value, option in (entry.get("options") or {}).items()}
    return {**{part: entry[part] for part in PARTS if part in entry}, "options": titles}


def spoken_of(person: Mapping[str, str], entry: Mapping[str, Any]) -> dict[str, Any]:
    """What is said about one attribute to somebody who asks for a person; what has no words of its own stays as it is."""
    own, other = spoken(entry), entry["for_other"]
    titles = {**own["options"], **{str(value): title for value, title in (other.get("options") or {}).items()}}
    filled: dict[str, Any] = said_of(person, {**own, **other, "options": titles})
    return filled
