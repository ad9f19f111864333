"""The pauses between tries grow, and end."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.deliveries.backoff import LONGEST, MOST_TRIES, SHORTEST, wait_after

chances = st.floats(0, 1)


@given(st.integers(1, MOST_TRIES - 1), chances)
def test_a_pause_is_between_a_minute_and_six_hours(tries: int, chance: float) -> None:
    wait = wait_after(tries, chance)
    assert wait is not None
    assert timedelta(minutes=1) == SHORTEST <= wait <= LONGEST == timedelta(hours=6)


@given(st.integers(2, MOST_TRIES - 1), chances, chances)
def test_each_pause_is_longer_than_the_one_before_whatever_the_chance_until_the_longest(tries: int, one: float, other: float) -> None:
    before, after = wait_after(tries - 1, one), wait_after(tries, other)
    assert before is not None
    assert after is not None
    assert after > before or after == LONGEST


@given(st.integers(MOST_TRIES, 10_000), chances)
def test_after_the_last_try_there_is_none(tries: int, chance: float) -> None:
    assert wait_after(tries, chance) is None


def test_all_tries_together_last_longer_than_a_night() -> None:
    waits = [wait_after(tries, 0) for tries in range(1, MOST_TRIES)]
    assert sum((wait for wait in waits if wait), timedelta()) > timedelta(hours=12)
