"""Numbers in what people write: figures, words, decimals, and amounts that are none."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.screening.reading.text import tokens
from tests.unit.reading.small_words import NUMBERS, READING

WORDS: dict[int, str] = {int(value): str(word) for word, value in READING["numbers"]["words"].items() if word != "a hundred"}


def numbers(text: str) -> list[float]:
    return [number.value for number in NUMBERS.find(tokens(text))]


def in_words(value: int) -> str:
    """A number below a thousand as it is said."""
    if value in WORDS and value < 100:
        return WORDS[value]
    if value < 100:
        return f"{WORDS[value - value % 10]} {WORDS[value % 10]}"
    rest = f" and {in_words(value % 100)}" if value % 100 else ""
    return f"{WORDS[value // 100]} hundred{rest}"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("58", 58),
        ("I'm 58, I think", 58),
        ("8.1", 8.1),
        ("8,1", 8.1),
        ("0,250", 0.25),
        ("1,200", 1200),
        ("1,200,000", 1_200_000),
        ("1.200.000", 1_200_000),
        ("1,234.5", 1234.5),
        ("-5", -5),
        ("58yrs", 58),
        ("fifty-eight", 58),
        ("Fifty Eight", 58),
        ("a hundred", 100),
        ("one hundred and two", 102),
        ("two hundred fifty three", 253),
        ("twenty three point five", 23.5),
        ("one point one two", 1.12),
        ("7 point 4", 7.4),
        ("two and a half", 2.5),
        ("2 and a half", 2.5),
        ("150 thousand", 150_000),
        ("twelve thousand", 12_000),
    ],
)
def test_a_number_is_read_as_it_is_written_or_said(text: str, value: float) -> None:
    assert numbers(text) == [pytest.approx(value)]


@pytest.mark.parametrize("text", ["", "none", "NCT001", "ros1", "b12 vitamins", "no one said so", "one day soon", "1.2.3.4", "24.11.2026"])
def test_what_only_looks_like_a_number_is_none(text: str) -> None:
    assert numbers(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("3 or 4", [3, 4]),
        ("three four", [3, 4]),
        ("2 in the liver, one in the bone", [2, 1]),
        ("twenty and two", [20, 2]),
        ("ten five", [10, 5]),
    ],
)
def test_several_numbers_stay_several(text: str, found: list[float]) -> None:
    assert numbers(text) == found


@given(st.integers(0, 999))
def test_every_number_in_words_is_the_number_in_figures(value: int) -> None:
    assert numbers(in_words(value)) == numbers(str(value)) == [value]


@given(st.integers(0, 99), st.lists(st.integers(0, 9), min_size=1, max_size=3))
def test_decimals_in_words_are_the_decimals_in_figures(whole: int, decimals: list[int]) -> None:
    spoken = f"{in_words(whole)} point {' '.join(WORDS[digit] for digit in decimals)}"
    assert numbers(spoken) == numbers(f"{whole}.{''.join(map(str, decimals))}")


@given(st.integers(0, 10_000_000))
def test_thousands_may_be_set_apart(value: int) -> None:
    assert numbers(f"{value:,}") == [value]


@given(st.integers(0, 500), st.integers(0, 99))
def test_a_decimal_comma_is_a_decimal_point(whole: int, hundredths: int) -> None:
    assert numbers(f"{whole},{hundredths:02}") == numbers(f"{whole}.{hundredths:02}")


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader_and_numbers_lie_in_the_text(text: str) -> None:
    words = tokens(text)
    found = NUMBERS.find(words)
    assert all(0 <= number.start < number.end <= len(words) for number in found)
    assert all(before.end <= after.start for before, after in itertools.pairwise(found))


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("over 60", "more"),
        ("more than 3", "more"),
        ("3 or more", "more"),
        ("60+", "more"),
        ("under 5", "less"),
        ("5 at most", "less"),
        ("60", ""),
    ],
)
def test_a_bound_is_known_as_one(text: str, bound: str) -> None:
    words = tokens(text)
    (number,) = NUMBERS.find(words)
    assert NUMBERS.bound_at(words, number) == bound


@pytest.mark.parametrize(
    ("text", "pairs"), [("3 or 4", [(3, 4)]), ("between 60 and 70", [(60, 70)]), ("3, later 4", []), ("3 apples or 4", [])]
)
def test_two_numbers_can_stand_for_one(text: str, pairs: list[tuple[float, float]]) -> None:
    words = tokens(text)
    assert NUMBERS.ranges(words, NUMBERS.find(words)) == pairs


@pytest.mark.parametrize(("text", "is_blurred"), [("a few", True), ("over 60", True), ("3 or 4", True), ("about 60", False), ("60", False)])
def test_vague_amounts_bounds_and_ranges_are_blurred(text: str, is_blurred: bool) -> None:
    assert NUMBERS.is_blurred(tokens(text)) is is_blurred


def test_none_at_all_is_known() -> None:
    assert NUMBERS.is_none(tokens("none, nowhere"))
    assert not NUMBERS.is_none(tokens("some"))
