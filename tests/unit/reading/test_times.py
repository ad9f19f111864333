"""How long ago: every kind of time against one fixed day, Tuesday the 24th of November 2026."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.screening.reading.text import Utterance
from tests.unit.reading.small_words import READING, TIMES, TODAY

UNITS = {word: unit["days"] for unit in READING["times"]["units"].values() for word in unit["words"]}
MONTHS = [words[0] for _, words in sorted(READING["times"]["months"].items())]


def days(text: str, today: datetime.date = TODAY) -> int | None:
    return TIMES.days_since(Utterance(text), today)


def since(year: int, month: int, day: int) -> int:
    return (TODAY - datetime.date(year, month, day)).days


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # lengths
        ("three weeks ago", 21),
        ("3 weeks back", 21),
        ("3wks ago", 21),
        ("3 weeks", 21),
        ("a week ago", 7),
        ("a year and a half ago", 547),
        ("2 years and 3 months ago", 820),
        ("half a year ago", 182),
        ("since 10 days", 10),
        ("a few days ago", 4),
        ("over a year ago", 365),
        ("3 years ago or more", 1095),
        # words for days
        ("today", 0),
        ("yesterday", 1),
        ("I had it the other day", 2),
        # weekdays
        ("monday", 1),
        ("on friday", 4),
        ("last thursday", 5),
        # the calendar
        ("last week", 5),
        ("this week", 0),
        ("last year", 510),
        ("in 2019", (since(2019, 1, 1) + since(2019, 12, 31)) // 2),
        ("in march 2024", (since(2024, 3, 1) + since(2024, 3, 31)) // 2),
        ("in march", (since(2026, 3, 1) + since(2026, 3, 31)) // 2),
        ("last winter", (since(2025, 12, 1) + since(2026, 2, 28)) // 2),
        ("summer of 2023", (since(2023, 6, 1) + since(2023, 8, 31)) // 2),
        ("christmas", since(2025, 12, 25)),
        ("easter", since(2026, 4, 5)),
        ("last easter", since(2026, 4, 5)),
        ("easter 2020", since(2020, 4, 12)),
        # dates
        ("2026-11-01", 23),
        ("1/11/2025", (since(2025, 11, 1) + since(2025, 1, 11)) // 2),
        ("31.10.2026", since(2026, 10, 31)),
        ("12 november", 12),
        ("november 12th", 12),
        ("the 1st of may 2025", since(2025, 5, 1)),
        ("24 december", since(2025, 12, 24)),
    ],
)
def test_a_time_is_so_many_days_before_the_day(text: str, expected: int) -> None:
    found = days(text)
    assert found is not None
    assert abs(found - expected) <= 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "long ago",
        "once",
        "a few weeks ago",
        "a few months ago",
        "over a week ago",
        "less than a month ago",
        "in november",
        "early 2020 or late",
        "this year",
        "tomorrow",
        "2030-01-01",
        "31.02.2026",
        "in 2045",
        "in 1850",
        "58",
        "two months ago or three years ago",
        "5/11/2026",
    ],
)
def test_what_is_vague_absent_or_to_come_is_no_time(text: str) -> None:
    assert days(text) is None


def test_a_time_told_twice_is_the_more_precise_one() -> None:
    assert days("in march 2024, 2024-03-12") == since(2024, 3, 12)


def test_the_same_month_of_the_year_before_needs_saying_so() -> None:
    found = days("last november")
    assert found is not None
    assert abs(found - since(2025, 11, 15)) <= 15


def test_the_day_is_the_one_that_is_given_and_no_clock_is_asked() -> None:
    assert days("2020-02-29", datetime.date(2020, 3, 1)) == 1
    assert days("monday", datetime.date(2026, 11, 23)) == 7


@given(st.integers(1, 60), st.sampled_from(sorted(UNITS)), st.sampled_from(READING["times"]["ago"]))
def test_so_many_units_ago_are_so_many_times_the_unit(count: int, unit: str, ago: str) -> None:
    assert days(f"{count} {unit} {ago}") == count * UNITS[unit]


@given(st.integers(1, 60), st.sampled_from(sorted(UNITS)))
def test_a_bound_never_says_less_than_its_number(count: int, unit: str) -> None:
    over = TIMES.find(Utterance(f"over {count} {unit} ago"), TODAY)[0]
    under = TIMES.find(Utterance(f"under {count} {unit} ago"), TODAY)[0]
    assert over.low == under.high == count * UNITS[unit]
    assert over.high > over.low
    assert under.low == 0


some_day = st.dates(datetime.date(1951, 1, 1), TODAY - datetime.timedelta(days=1))


@given(some_day)
def test_a_day_written_in_full_is_that_day(day: datetime.date) -> None:
    expected = (TODAY - day).days
    assert days(day.isoformat()) == expected
    month = MONTHS[day.month - 1]
    assert days(f"{day.day} {month} {day.year}") == expected
    assert days(f"{month} {day.day} {day.year}") == expected


@given(some_day)
def test_a_day_in_figures_is_never_surer_than_the_order_of_day_and_month(day: datetime.date) -> None:
    (time,) = TIMES.find(Utterance(f"{day.day}/{day.month}/{day.year}"), TODAY)
    assert time.low <= (TODAY - day).days <= time.high


@given(some_day)
def test_a_month_or_a_year_holds_each_of_its_days(day: datetime.date) -> None:
    for text in (f"in {MONTHS[day.month - 1]} {day.year}", f"in {day.year}"):
        (time,) = TIMES.find(Utterance(text), TODAY)
        assert time.low <= (TODAY - day).days <= time.high


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader_and_no_time_is_still_to_come(text: str) -> None:
    found = days(text)
    assert found is None or found >= 0


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("3 weeks ago", 21, 21), ("a few years ago", 730, 1825), ("almost 2 years ago", 657, 730), ("over 2 years ago", 730, float("inf"))],
)
def test_patterns_are_told_at_least_and_at_most_how_long_ago(text: str, low: float, high: float) -> None:
    (span,) = TIMES.spans(Utterance(text), TODAY).values()
    assert (span.low, span.high) == (low, high)


def test_a_mere_length_is_no_time_before_today() -> None:
    assert TIMES.spans(Utterance("it took 3 weeks"), TODAY) == {}
