"""Quartiles of counted times, weeks of the calendar, and small counts kept back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.figures.counting import TICK, Decided
from bot.figures.period import MOST, USUAL, period_of
from bot.figures.shielding import shielded
from bot.figures.times import quartiles, quartiles_by_week
from bot.figures.weeks import later, monday_of, read_week, week_of, weeks_between, written

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
DAYS = some.dates(date(2000, 1, 10), date(2990, 12, 31))


@given(some.lists(some.integers(0, 100_000), min_size=1, max_size=200))
def test_quartiles_are_those_of_the_sorted_times(seconds: list[int]) -> None:
    found = quartiles(Decided(202648, one // TICK, 1) for one in seconds)
    assert found is not None
    in_order = sorted(one // TICK * TICK for one in seconds)
    expected = [in_order[ceil(len(in_order) * quarter / 4) - 1] for quarter in (1, 2, 3)]
    assert [found.lower, found.median, found.upper] == expected
    assert found.count == len(seconds)


def test_where_nobody_came_to_a_result_there_is_no_median() -> None:
    assert quartiles([]) is None
    assert quartiles_by_week([]) == {}


@given(DAYS)
def test_a_week_is_written_and_read_and_holds_its_days(day: date) -> None:
    week = week_of(day)
    assert read_week(written(week)) == week
    assert timedelta(0) <= day - monday_of(week) < timedelta(days=7)
    assert week < later(week, 1)
    assert later(later(week, 5), -5) == week


def test_weeks_go_on_over_the_end_of_a_long_year() -> None:
    assert list(weeks_between(202652, 202701)) == [202652, 202653, 202701]


def test_a_moment_belongs_to_its_week_in_utc() -> None:
    in_tokyo = datetime(2026, 11, 30, 3, 0, tzinfo=timezone(timedelta(hours=9)))
    assert week_of(in_tokyo) == 202648


@pytest.mark.parametrize("text", ["", "2026", "2026-48", "2026-W00", "2026-W54", "2025-W53", "1999-W01", "9999-W01", "٢٠٢٦-W48"])
def test_what_is_no_week_is_none(text: str) -> None:
    assert read_week(text) is None


def test_without_weeks_the_usual_ones_are_shown() -> None:
    period = period_of("", "", NOW)
    assert (period.last, period.fault) == (202648, None)
    assert len(list(weeks_between(period.first, period.last))) == USUAL


@pytest.mark.parametrize(
    ("first", "last", "fault"),
    [("nonsense", "", "no_week"), ("", "nonsense", "no_week"), ("2026-W10", "2026-W09", "wrong_order"), ("2000-W01", "", "too_long")],
)
def test_weeks_that_cannot_be_used_are_replaced_and_named(first: str, last: str, fault: str) -> None:
    period = period_of(first, last, NOW)
    assert period.fault == fault
    assert 1 <= len(list(weeks_between(period.first, period.last))) <= MOST


@given(some.one_of(some.text(max_size=9), DAYS.map(lambda day: written(week_of(day)))), some.text(max_size=9))
def test_whatever_an_address_says_there_are_some_weeks(first: str, last: str) -> None:
    period = period_of(first, last, NOW)
    assert 1 <= len(list(weeks_between(period.first, period.last))) <= MOST


@pytest.mark.parametrize(("count", "shown"), [(0, "0"), (1, "<5"), (4, "<5"), (5, "5"), (1234, "1234")])
def test_small_counts_are_kept_back_from_those_who_do_not_read_conversations(count: int, shown: str) -> None:
    assert shielded(count, keep_back=True) == shown
    assert shielded(count, keep_back=False) == str(count)
