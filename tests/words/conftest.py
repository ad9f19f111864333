"""The words files as data, and a measure of how hard a text is to read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.yaml_files import read_yaml

ROOT = Path(__file__).resolve().parents[2]
WORDS = ROOT / "words" / "en"
Texts = list[tuple[str, str]]

_SENTENCE_END = re.compile(r"[.!?:;]+(?=\s|$)")
_WORD = re.compile(r"[A-Za-z']+")
_VOWELS = re.compile(r"[aeiouy]+")


@pytest.fixture(scope="session")
def words() -> Callable[[str], dict[str, Any]]:
    """One of the English words files by name."""
    return cache(lambda name: read_yaml(WORDS / f"{name}.yaml"))


@pytest.fixture(scope="session")
def lexicon() -> dict[str, dict[str, Any]]:
    """The attributes without words, by name."""
    return {entry["name"]: entry for entry in read_yaml(ROOT / "lexicon" / "attributes.yaml")["attributes"]}


@pytest.fixture(scope="session")
def trial_files() -> list[Path]:
    return sorted((ROOT / "trials").glob("*.yaml"))


@pytest.fixture(scope="session")
def nlu() -> dict[str, list[str]]:
    """The training examples by intent."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for entry in read_yaml(path)["nlu"]:
            lines = [line.removeprefix("- ") for line in entry["examples"].splitlines()]
            found.setdefault(entry["intent"], []).extend(line for line in lines if line)
    return found


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


@pytest.fixture(scope="session")
def patient_texts(words: Callable[[str], dict[str, Any]], trial_files: list[Path]) -> Texts:
    """Every text a patient may read in the chat, with where it stands."""
    found: Texts = []
    for name, entry in words("attributes")["attributes"].items():
        for part in ("question", "question_again", "why", "help", "said"):
            found += texts_in(entry[part], f"attributes.{name}.{part}")
        for value, option in (entry.get("options") or {}).items():
            found.append((f"attributes.{name}.options.{value}", option["title"]))
    conversation = words("conversation")
    found += texts_in(conversation["texts"], "conversation.texts")
    found += texts_in(conversation["buttons"], "conversation.buttons")
    found += texts_in(words("safety")["texts"], "safety.texts")
    answers = words("answers")
    found += [
        (path, text)
        for path, text in texts_in({key: answers[key] for key in ("from_record", "not_in_record", "topics")}, "answers")
        if not path.endswith(".source")
    ]
    found += [(f"conditions.{c['name']}.narrow", c["narrow"]) for c in words("conditions")["conditions"] if "narrow" in c]
    for path in trial_files:
        found += texts_in(read_yaml(path)["words"]["en"], f"{path.name}.words")
    return found


def _syllables(word: str) -> int:
    word = word.lower().strip("'")
    count = len(_VOWELS.findall(word))
    if word.endswith("e") and not word.endswith(("le", "ee", "ye")) and count > 1:
        count -= 1
    if word.endswith("ed") and not word.endswith(("ted", "ded")) and count > 1:
        count -= 1
    if word.endswith("es") and not word.endswith(("ses", "ces", "ges", "xes", "zes", "ches", "shes", "ies")) and count > 1:
        count -= 1
    return max(count, 1)


@pytest.fixture(scope="session")
def grade() -> Callable[[str], float]:
    """Flesch-Kincaid school grade of a text. Medical names that have to be there (`terms.yaml`), addresses and placeholders count as one
    easy word each."""
    terms = sorted(read_yaml(Path(__file__).with_name("terms.yaml"))["terms"], key=len, reverse=True)
    easy = re.compile(r"https?://\S+|\{\w+\}|\b(?:" + "|".join(map(re.escape, terms)) + r")\b", re.IGNORECASE)

    def measure(text: str) -> float:
        plain = easy.sub("word", text)
        sentences = max(1, len([part for part in _SENTENCE_END.split(plain) if _WORD.search(part)]))
        found = _WORD.findall(plain)
        return 0.39 * len(found) / sentences + 11.8 * sum(map(_syllables, found)) / len(found) - 15.59 if found else 0.0

    return measure
