"""What was decided about trials, the lists that depend on it, and screenings to try a rule on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bot.store import NewCriterion, Store
from bot.store.trial_settings import TrialFilter, TrialSettings

NOON = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
Clock = Callable[[], datetime]


def number(position: int) -> str:
    return f"NCT{position:08}"


@pytest.fixture
def trials(store: Store) -> Store:
    """Five trials, of which the fourth has a criterion that waits for review."""
    with store.unit() as unit:
        for position in range(1, 6):
            title = f"Trial {position} of 100% {'Asthma' if position % 2 else 'gout_'}"
            waits = NewCriterion("I1", "inclusion", "study_team", "Words", text="Text", fingerprint="f" * 16)
            unit.put_trial(
                number(position),
                version="1",
                record={"title_official": title},
                content_hash=str(position),
                criteria=[waits] if position == 4 else [],
                at=NOON,
                brief={"title": title, "status": "RECRUITING" if position < 3 else None},
            )
    return store


def listed(store: Store, wanted: TrialFilter, after: str = "", limit: int = 10) -> list[int]:
    with store.reading() as unit:
        return [int(one.nct_id[3:]) for one in unit.list_trials(wanted, after=after, limit=limit, most_conversations=3)]


def test_where_nothing_was_decided_a_trial_is_active_and_takes_no_contacts(store: Store) -> None:
    with store.reading() as unit:
        assert unit.trial_settings(number(1)) == TrialSettings(active=True, keep_days=None, takes_contacts=False)
        assert unit.inactive_trials() == frozenset()


def test_what_was_decided_last_counts(store: Store) -> None:
    for settings in (TrialSettings(False, 30, True), TrialSettings(True, None, True), TrialSettings(False, 90, False)):
        with store.unit() as unit:
            unit.change_trial_settings(number(1), settings)
        with store.reading() as unit:
            assert unit.trial_settings(number(1)) == settings
            assert unit.inactive_trials() == (frozenset() if settings.active else frozenset({number(1)}))


def test_inactive_trials_are_among_those_that_people_see_no_more(trials: Store) -> None:
    with trials.unit() as unit:
        unit.change_trial_settings(number(2), TrialSettings(active=False))
        unit.change_trial_settings(number(3), TrialSettings(active=True, keep_days=3))
    with trials.reading() as unit:
        assert unit.count_shown_trials() == 4
        assert [one.nct_id for one in unit.shown_trials(1, 2)] == [number(3), number(4)]
        assert unit.shown_trial(number(2)) is None
        assert unit.trial(number(2)) is not None
        assert unit.shown_trial(number(3)) is not None


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (TrialFilter(None), [1, 2, 3, 4, 5]),
        (TrialFilter(frozenset()), []),
        (TrialFilter(frozenset({number(2), number(9)})), [2]),
        (TrialFilter(None, text="asthma TRIAL"), [1, 3, 5]),
        (TrialFilter(None, text="nct00000004"), [4]),
        (TrialFilter(None, text="100%"), [1, 2, 3, 4, 5]),
        (TrialFilter(None, text="1%0"), []),
        (TrialFilter(None, text="gout_"), [2, 4]),
        (TrialFilter(None, text="_out"), []),
        (TrialFilter(None, status="RECRUITING"), [1, 2]),
        (TrialFilter(None, active=False), [5]),
        (TrialFilter(None, active=True), [1, 2, 3, 4]),
        (TrialFilter(None, to_review=True), [4]),
        (TrialFilter(frozenset({number(1)}), to_review=True), []),
    ],
)
def test_a_list_has_what_is_wanted_of_what_may_be_seen(trials: Store, wanted: TrialFilter, found: list[int]) -> None:
    with trials.unit() as unit:
        unit.change_trial_settings(number(5), TrialSettings(active=False))
    assert listed(trials, wanted) == found


def test_a_list_is_paged_by_the_last_number(trials: Store) -> None:
    assert listed(trials, TrialFilter(None), limit=2) == [1, 2]
    assert listed(trials, TrialFilter(None), after=number(2), limit=2) == [3, 4]
    assert listed(trials, TrialFilter(None), after=number(4), limit=2) == [5]


def test_a_line_has_the_title_what_waits_and_conversations_up_to_a_bound(trials: Store) -> None:
    with trials.unit() as unit:
        for _ in range(5):
            unit.open_conversation(channel="rest", at=NOON, trial_id=number(4))
        unit.open_conversation(channel="rest", at=NOON, trial_id=number(5))
    with trials.reading() as unit:
        lines = unit.list_trials(TrialFilter(None), limit=10, most_conversations=3)
    assert [one.conversations for one in lines] == [0, 0, 0, 3, 1]
    assert [one.to_review for one in lines] == [0, 0, 0, 1, 0]
    assert lines[0].title == "Trial 1 of 100% Asthma"


def test_past_screenings_come_latest_first_with_their_answers(store: Store, clock: Clock) -> None:
    made = []
    with store.unit() as unit:
        for trial, verdict in ((number(1), "likely"), (number(1), None), (number(2), "likely"), (number(1), "unlikely")):
            talk = unit.open_conversation(channel="rest", at=clock(), trial_id=trial)
            screening = unit.start_screening(talk.id, trial, words_version="1", at=clock())
            for years in (60, 61):
                unit.add_answer(screening.id, attribute="age", state="known", value=years, said=str(years), at=clock())
            if verdict:
                unit.save_screening(screening.id, verdict=verdict)
            made.append(talk.id)
        unit.turn_conversation(made[0], number(7))
    with store.reading() as unit:
        every = unit.past_screenings(number(1), None, 10)
        mine = unit.past_screenings(number(1), frozenset({number(1)}), 10)
        one = unit.past_screenings(number(1), None, 1)
        assert unit.past_screenings(number(1), frozenset(), 10) == []
    assert [past.conversation_id for past in every] == [made[3], made[0]]
    assert [answer.value for answer in every[0].answers] == [60, 61]
    assert [past.conversation_id for past in mine] == [made[3]]
    assert [past.conversation_id for past in one] == [made[3]]
