"""What the database counts is what one would count by hand, on both databases."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.figures.counting import TICK, Selection
from bot.figures.weeks import week_of
from bot.store import Conversation, Store
from bot.store.records import Stage

NOON = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
TRIALS = (None, "NCT00000001", "NCT00000002")
ALL = Selection(None, 202601, 202652)


@pytest.fixture
def talks(store: Store) -> list[tuple[Conversation, dict[str, int]]]:
    """Some conversations as they may go, and how often a message of each was not read, by question."""
    chance = random.Random(3)  # noqa: S311
    made: list[tuple[Conversation, dict[str, int]]] = []
    stages: tuple[Stage, ...] = ("in_progress", "finished", "handed_off", "withdrawn")
    with store.unit() as unit:
        for _ in range(80):
            at = NOON - timedelta(days=chance.uniform(0, 30))
            talk = unit.open_conversation(
                channel=chance.choice(["widget", "rest"]), at=at, trial_id=chance.choice(TRIALS), locale=chance.choice(["en", "de"])
            )
            unread: dict[str, int] = Counter()
            if chance.random() > 0.2:
                stage = chance.choice(stages)
                verdict = None if stage in ("in_progress", "withdrawn") else chance.choice(["unlikely", "possible", "likely"])
                unit.add_consent(talk.id, text_version="1", text_hash="0", given=chance.random() > 0.3, at=at)
                asks = chance.choice(["consent", "age", "bmi"]) if stage == "in_progress" else None
                unit.note_progress(talk.id, stage=stage, verdict=verdict, at=at + timedelta(seconds=chance.randint(5, 900)), asks=asks)
                for _ in range(chance.choice([0, 1, 3])):
                    asked = chance.choice(["age", "bmi"])
                    unit.note_unread(talk.id, asked)
                    unread[asked] += 1
            now = unit.conversation(talk.id)
            assert now is not None
            made.append((now, unread))
    return made


SELECTIONS = [
    ALL,
    replace(ALL, trials=frozenset({"NCT00000001"})),
    replace(ALL, trials=frozenset()),
    replace(ALL, trials=frozenset({"NCT00000001"}), trial_id="NCT00000002"),
    replace(ALL, trial_id="NCT00000002", channel="rest"),
    replace(ALL, locale="de", first=202646, last=202647),
    replace(ALL, first=202701, last=202702),
]


def meant(talk: Conversation, selection: Selection) -> bool:
    return (
        selection.first <= week_of(talk.created_at) <= selection.last
        and (selection.trials is None or talk.trial_id in selection.trials)
        and selection.trial_id in (None, talk.trial_id)
        and selection.channel in (None, talk.channel)
        and selection.locale in (None, talk.locale)
    )


@pytest.mark.parametrize("selection", SELECTIONS)
def test_progress_is_counted_by_week_and_by_trial(
    store: Store, talks: list[tuple[Conversation, dict[str, int]]], selection: Selection
) -> None:
    with store.reading() as unit:
        by_week, by_trial = unit.progress_by_week(selection), unit.progress_by_trial(selection)
    chosen = [talk for talk, _ in talks if meant(talk, selection)]
    assert {(one.week, one.channel, one.locale, one.stage, one.verdict): 0 for one in by_week}.keys() == {
        (week_of(talk.created_at), talk.channel, talk.locale, talk.stage, talk.verdict) for talk in chosen
    }
    assert sum(one.count for one in by_week) == len(chosen)
    counted: Counter[tuple[str | None, str]] = Counter()
    for one in by_trial:
        counted[one.trial_id, one.stage] += one.count
    assert counted == Counter((talk.trial_id, talk.stage) for talk in chosen)


@pytest.mark.parametrize("selection", SELECTIONS)
def test_messages_that_were_not_read_are_counted(
    store: Store, talks: list[tuple[Conversation, dict[str, int]]], selection: Selection
) -> None:
    expected: Counter[str] = Counter()
    for talk, unread in talks:
        if meant(talk, selection):
            expected.update(unread)
    with store.reading() as unit:
        assert dict(unit.unread_counts(selection)) == dict(expected)


def test_who_stopped_is_counted_by_the_open_question(store: Store, talks: list[tuple[Conversation, dict[str, int]]]) -> None:
    moment = NOON - timedelta(days=10)
    with store.reading() as unit:
        counted = unit.stopped_at(ALL, moment)
        assert unit.stopped_at(ALL, NOON - timedelta(days=365)) == []
    going = [talk for talk, _ in talks if talk.stage == "in_progress" and talk.last_at < moment]
    # Who never came to a question has none that was open.
    assert 0 < sum(count for _, count in counted) <= len(going)
    assert {asks for asks, _ in counted} <= {"consent", "age", "bmi"}


def test_the_time_to_a_result_is_kept_from_the_first_one_on(store: Store) -> None:
    with store.unit() as unit:
        talk = unit.open_conversation(channel="rest", at=NOON)
        unit.note_progress(talk.id, stage="in_progress", verdict=None, at=NOON + timedelta(seconds=30), asks="age")
        unit.note_progress(talk.id, stage="finished", verdict="possible", at=NOON + timedelta(seconds=95))
        unit.note_progress(talk.id, stage="in_progress", verdict=None, at=NOON + timedelta(seconds=200), asks="bmi")
        unit.note_progress(talk.id, stage="finished", verdict="likely", at=NOON + timedelta(seconds=500))
    with store.reading() as unit:
        (decided,) = unit.times_to_a_result(ALL)
    assert (decided.week, decided.ticks, decided.count) == (202648, 95 // TICK, 1)


def test_the_latest_reply_to_the_question_for_consent_counts(store: Store) -> None:
    with store.unit() as unit:
        talk = unit.open_conversation(channel="rest", at=NOON)
        unit.note_progress(talk.id, stage="in_progress", verdict=None, at=NOON, asks="consent")
        assert [one.consented for one in unit.progress_by_week(ALL)] == [False]
    for given in (True, False):
        with store.unit() as unit:
            unit.add_consent(talk.id, text_version="1", text_hash="0", given=given, at=NOON)
            assert [one.consented for one in unit.progress_by_week(ALL)] == [given]


def test_an_erased_conversation_is_counted_nowhere(store: Store, talks: list[tuple[Conversation, dict[str, int]]]) -> None:
    with store.unit() as unit:
        for talk, _ in talks:
            unit.erase_conversation(talk.id, by="patient", at=NOON)
        for counted in (
            unit.progress_by_week(ALL),
            unit.progress_by_trial(ALL),
            unit.unread_counts(ALL),
            unit.stopped_at(ALL, NOON),
            unit.times_to_a_result(ALL),
        ):
            assert counted == []
