"""Medicines and operations that people name are understood, and stand in an order that rules can be built on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from bot.criteria.rules import Comparison
from bot.screening.reading import Lexicon
from bot.screening.reading.text import tokens
from tests.shipped import shipped_library

FileOf = Callable[[str], dict[str, Any]]
LISTS = {"current_medicines": "medicines", "operations": "operations"}


@cache
def lexicon() -> Lexicon:
    return shipped_library().words["en"].lexicon


@pytest.fixture(scope="module", params=sorted(LISTS))
def attribute(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def entries(attribute: str, words: FileOf) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = words("treatments")[LISTS[attribute]]["entries"]
    return found


def phrases(entry: Mapping[str, Any]) -> Iterator[str]:
    yield entry["name"]
    for key in ("synonyms", "kinds", "whole"):
        yield from entry.get(key, [])


def test_there_are_enough_of_them(words: FileOf) -> None:
    assert len(words("treatments")["medicines"]["entries"]) >= 300
    assert len(words("treatments")["operations"]["entries"]) >= 80


def test_no_phrase_means_two_of_them_or_stands_twice(entries: list[dict[str, Any]]) -> None:
    meant: dict[tuple[str, ...], str] = {}
    twice = []
    for entry in entries:
        said = [tokens(phrase) for phrase in phrases(entry)]
        twice += [f"{entry['name']}: {' '.join(phrase)}" for phrase in said if said.count(phrase) > 1]
        twice += [f"{phrase}: {entry['name']}" for phrase in said if meant.setdefault(phrase, entry["name"]) != entry["name"]]
    assert not twice


def test_phrases_are_lower_case_words(entries: list[dict[str, Any]]) -> None:
    for entry in entries:
        for phrase in [phrase for phrase in phrases(entry) if phrase != entry["name"]]:
            assert isinstance(phrase, str)
            assert phrase == phrase.lower(), phrase
            assert tokens(phrase), phrase


def test_entries_have_known_keys_only(entries: list[dict[str, Any]]) -> None:
    known = {"name", "synonyms", "kinds", "whole", "patterns", "broader"}
    assert not {entry["name"]: set(entry) - known for entry in entries if set(entry) - known}


def test_all_wider_and_doubtful_names_are_entries(attribute: str, entries: list[dict[str, Any]], words: FileOf) -> None:
    names = {entry["name"] for entry in entries}
    assert {wider for entry in entries for wider in entry.get("broader", [])} <= names
    assert set(words("treatments")[LISTS[attribute]]["doubtful_kinds"]) <= names
    for name in names:
        assert name not in lexicon().names_of(attribute).above(name), f"{name} is wider than itself"


def test_a_tablet_of_two_medicines_is_a_kind_of_both() -> None:
    above = lexicon().names_of("current_medicines").above("Sitagliptin and Metformin")
    assert {"Metformin", "Sitagliptin", "DPP-4 Inhibitors", "Diabetes Medicines"} <= set(above)


def test_turns_of_speech_are_no_names(attribute: str, entries: list[dict[str, Any]], words: FileOf) -> None:
    own = {tokens(phrase) for entry in entries for phrase in phrases(entry)}
    assert not [phrase for phrase in words("treatments")[LISTS[attribute]]["other_meanings"] if tokens(phrase) in own]


@pytest.mark.parametrize(
    ("name", "roots"),
    [
        ("insulin_use", ["Insulin"]),
        ("blood_thinner_use", ["Blood Thinners"]),
        ("immune_suppressing_treatment", ["Immune-Suppressing Medicines"]),
        ("transplant_received", ["Organ Transplant", "Stem Cell Transplant"]),
    ],
)
def test_what_implies_an_answer_names_every_kind(name: str, roots: list[str]) -> None:
    rule = lexicon().attributes[name].implied_by
    assert isinstance(rule, Comparison)
    names = lexicon().names_of(rule.attribute)
    kinds = {kind for kind in names.names if not {kind, *names.above(kind)}.isdisjoint(roots)}
    assert isinstance(rule.operand, tuple)
    assert set(rule.operand) == kinds
