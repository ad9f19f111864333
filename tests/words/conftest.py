"""The words files as data, and a measure of how hard a text is to read."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.yaml_files import read_yaml
from tests.words.texts import ABOUT_FILE, FORMS, ROOT, WORDS, Texts, said_of, spoken, spoken_of, texts_in

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
    for path in sorted((ROOT / "data" / "nlu").rglob("*.yml")):
        for entry in read_yaml(path)["nlu"]:
            lines = [line.removeprefix("- ") for line in entry["examples"].splitlines()]
            found.setdefault(entry["intent"], []).extend(line for line in lines if line)
    return found


@pytest.fixture(scope="session")
def understood() -> dict[str, dict[str, Any]]:
    """What people say, by attribute: the files of words/en/understood/ together."""
    merged: dict[str, dict[str, Any]] = {}
    for path in sorted((WORDS / "understood").glob("*.yaml")):
        for name, entry in read_yaml(path)["attributes"].items():
            assert name not in merged, f"{name} stands in two files"
            merged[name] = entry
    return merged


@pytest.fixture(scope="session")
def people(words: Callable[[str], dict[str, Any]]) -> dict[str, dict[str, str]]:
    """How each person is spoken of whom a screening can be about."""
    return {key: {form: entry[form] for form in FORMS} for key, entry in words("people")["people"].items()}


@pytest.fixture(scope="session")
def chat_texts(words: Callable[[str], dict[str, Any]], trial_files: list[Path]) -> Texts:
    """Every text a patient may read in the chat, with where it stands."""
    found: Texts = []
    for name, entry in words("attributes")["attributes"].items():
        found += texts_in(spoken(entry), f"attributes.{name}")
    conversation = words("conversation")
    found += texts_in({key: value for key, value in conversation.items() if key not in (*ABOUT_FILE, "texts_for_other")}, "conversation")
    found += texts_in(words("safety")["texts"], "safety.texts")
    answers = words("answers")
    found += [
        (path, text)
        for path, text in texts_in({key: value for key, value in answers.items() if key not in ABOUT_FILE}, "answers")
        if not path.endswith(".source")
    ]
    found += [(f"conditions.{c['name']}.narrow", c["narrow"]) for c in words("conditions")["conditions"] if "narrow" in c]
    for path in trial_files:
        found += texts_in(read_yaml(path)["words"]["en"], f"{path.name}.words")
    return found


@pytest.fixture(scope="session")
def texts_for_other(words: Callable[[str], dict[str, Any]], people: dict[str, dict[str, str]]) -> Texts:
    """Every text that somebody who asks for another person reads instead, about each person."""
    found: Texts = []
    replaced = words("conversation").get("texts_for_other") or {}
    for key, person in people.items():
        for name, entry in words("attributes")["attributes"].items():
            found += texts_in(spoken_of(person, entry), f"for_other.{key}.attributes.{name}")
        found += texts_in(said_of(person, replaced), f"for_other.{key}.conversation")
    return found


@pytest.fixture(scope="session")
def patient_texts(chat_texts: Texts, texts_for_other: Texts) -> Texts:
    """Every text of the chat, about the person who writes and about everybody else."""
    return chat_texts + texts_for_other


@pytest.fixture(scope="session")
def shipped_texts(words: Callable[[str], dict[str, Any]], patient_texts: Texts) -> Texts:
    """Every text that ships: the chat, the website, the names of people, rules as sentences."""
    found = list(patient_texts)
    for name in ("site", "rules", "people", "imported", "channels"):
        data = {key: value for key, value in words(name).items() if key not in ABOUT_FILE}
        only_read = r"people\.\w+\.(words|sex)\b|channels\.(places|at_work)\b"
        found += [(path, text) for path, text in texts_in(data, name) if not re.search(only_read, path)]
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
