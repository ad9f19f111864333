"""Slips of the finger: repaired towards the words that are read, and never where a word means what it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.screening.reading import Reader
from bot.screening.reading.text import tokens
from bot.screening.readings import ReadAnswer
from bot.screening.spelling import Spelling
from tests.unit.reading.small_words import ORDINARY, hear, lexicon

READ = ("tablet", "weeks", "radiation", "brain", "liver", "six", "chemo", "chest", "cheat")


def repaired(word: str, known: tuple[str, ...] = READ) -> str:
    """The word as it is read."""
    return Spelling(known, ORDINARY.__contains__).repaired([word]).get(word, word)


@pytest.mark.parametrize(
    ("slip", "meant"),
    [("braim", "brain"), ("brian", "brain"), ("livr", "liver"), ("liiver", "liver"), ("radaition", "radiation"), ("radiaton", "radiation")],
)
def test_a_slip_is_taken_for_the_word_it_nearly_is(slip: str, meant: str) -> None:
    assert repaired(slip) == meant


def test_only_a_long_word_is_repaired_where_two_letters_are_wrong() -> None:
    assert repaired("radeatian") == "radiation"
    assert repaired("brexm") == "brexm"


@pytest.mark.parametrize("word", ["tables", "weak", "table"])
def test_an_ordinary_word_means_what_it_says(word: str) -> None:
    assert repaired(word) == word


@pytest.mark.parametrize("word", READ)
def test_a_word_that_is_read_stays_as_it_is(word: str) -> None:
    assert repaired(word) == word


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("sx", "too short"),
        ("siz", "too short"),
        ("drain", "the first letter differs"),
        ("chext", "it may be two words"),
        ("brain2", "figures in it"),
        ("42", "a number"),
        ("mexico", "like nothing"),
    ],
)
def test_a_word_that_may_be_something_else_is_left_alone(word: str, why: str) -> None:
    known = (*READ, "chent") if word == "chext" else READ
    assert repaired(word, known) == word, why


def test_where_the_ordinary_words_are_not_known_nothing_is_repaired() -> None:
    assert Spelling(READ, None).repaired(["braim"]) == {}


@given(st.lists(st.text(max_size=12), max_size=6))
def test_repairs_lead_to_words_that_are_read_and_begin_alike(words: list[str]) -> None:
    for slip, meant in Spelling(READ, ORDINARY.__contains__).repaired(words).items():
        assert meant in READ
        assert meant[0] == slip[0]
        assert slip not in ORDINARY


def test_an_answer_with_a_slip_in_it_is_taken_and_kept_as_it_was_written() -> None:
    reader = Reader(lexicon(ordinary=ORDINARY.__contains__))
    reading = hear("the braim", "sites", reader=reader).reading
    assert isinstance(reading, ReadAnswer)
    assert (reading.value, reading.said) == (("brain",), "the braim")


@pytest.mark.parametrize("text", ["", "   ", "!!"])
def test_nothing_to_repair_is_nothing_repaired(text: str) -> None:
    assert Spelling(READ, ORDINARY.__contains__).repaired(tokens(text)) == {}
