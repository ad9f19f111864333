"""A pause grows with the failures, and never without end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from bot.accounts.lockout import FREE, LONGEST_PAUSE, is_locked, pause_after

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_the_first_four_cost_nothing_and_then_it_doubles_from_thirty_seconds() -> None:
    assert [pause_after(failures).total_seconds() for failures in range(11)] == [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 900]


@given(some.integers(min_value=0, max_value=10**9))
def test_one_more_failure_never_makes_it_shorter_nor_longer_than_a_quarter_of_an_hour(failures: int) -> None:
    assert pause_after(failures) <= pause_after(failures + 1) <= LONGEST_PAUSE
    assert (pause_after(failures) > timedelta(0)) == (failures > FREE)


def test_a_pause_is_over_at_its_end() -> None:
    assert not is_locked(None, NOON)
    assert is_locked(NOON + timedelta(microseconds=1), NOON)
    assert not is_locked(NOON, NOON)
