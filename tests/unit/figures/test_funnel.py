"""A funnel counts what a naive count would, and never grows from one step to the next."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.figures.counting import Progress, Selection
from bot.figures.funnel import Funnel, Step, funnels
from bot.figures.report import Counts, report

WEEKS = (202651, 202652, 202653, 202701)


@dataclass(frozen=True)
class Talk:
    """One conversation, as the store would note it."""

    week: int
    trial_id: str | None
    channel: str
    locale: str
    consented: bool | None
    stage: str
    verdict: str | None


TALKS = some.lists(
    some.builds(
        Talk,
        some.sampled_from(WEEKS),
        some.sampled_from([None, "NCT00000001", "NCT00000002"]),
        some.sampled_from(["widget", "rest"]),
        some.sampled_from(["en", "de"]),
        some.sampled_from([None, False, True]),
        some.sampled_from(["in_progress", "finished", "handed_off", "withdrawn"]),
        some.sampled_from([None, "unlikely", "possible", "likely"]),
    ),
    max_size=60,
)


def counted(talks: list[Talk]) -> tuple[Progress, ...]:
    return tuple(
        Progress(one.week, one.trial_id, one.channel, one.locale, one.consented, one.stage, one.verdict, count)
        for one, count in Counter(talks).items()
    )


def took(one: Talk, step: Step) -> bool:
    """Whether a conversation took a step, said plainly and without a look at how it is counted."""
    handed_off = one.stage == "handed_off"
    started = handed_off or one.consented is not None
    consented = handed_off or (started and one.consented is True)
    finished = handed_off or (consented and one.stage == "finished")
    promising = handed_off or (finished and one.verdict in ("possible", "likely"))
    return {
        Step.STARTED: started,
        Step.CONSENTED: consented,
        Step.FINISHED: finished,
        Step.PROMISING: promising,
        Step.HANDED_OFF: handed_off,
    }[step]


@given(TALKS)
def test_it_counts_as_one_would_by_hand(talks: list[Talk]) -> None:
    funnel = Funnel.of(counted(talks))
    assert {step: funnel[step] for step in Step} == {step: sum(took(one, step) for one in talks) for step in Step}


@given(TALKS)
def test_it_never_grows(talks: list[Talk]) -> None:
    counts = Funnel.of(counted(talks)).counts
    assert list(counts) == sorted(counts, reverse=True)


@pytest.mark.parametrize("verdict", [None, "unlikely", "possible"])
def test_whoever_left_a_way_to_be_reached_stays_counted_in_every_step_whatever_they_look_for_then(verdict: str | None) -> None:
    left = Talk(WEEKS[0], None, "widget", "en", True, "handed_off", verdict)
    assert Funnel.of(counted([left])).counts == (1, 1, 1, 1, 1)


@given(TALKS)
def test_the_parts_add_up_to_the_whole_whatever_they_are_told_apart_by(talks: list[Talk]) -> None:
    every = counted(talks)
    whole = Funnel.of(every)
    for apart in (
        funnels(every, lambda one: one.week),
        funnels(every, lambda one: one.channel),
        funnels(every, lambda one: (one.locale, one.trial_id)),
    ):
        for step in Step:
            assert sum(funnel[step] for funnel in apart.values()) == whole[step]


@given(TALKS, some.sampled_from([None, "widget", "rest", "pigeon"]), some.sampled_from([None, "en", "fr"]))
def test_a_report_counts_what_was_chosen_and_has_every_week(talks: list[Talk], channel: str | None, locale: str | None) -> None:
    chosen = [one for one in talks if channel in (None, one.channel) and locale in (None, one.locale)]
    made = report(Selection(None, WEEKS[0], WEEKS[-1], channel=channel, locale=locale), Counts(progress=counted(talks)))
    assert list(made.by_week) == list(WEEKS)
    for step in Step:
        assert made.funnel[step] == sum(took(one, step) for one in chosen)
        assert {week: funnel[step] for week, funnel in made.by_week.items()} == {
            week: sum(took(one, step) for one in chosen if one.week == week) for week in WEEKS
        }
    assert set(made.channels) == {one.channel for one in talks} | ({channel} - {None})


def test_of_nobody_there_is_no_share() -> None:
    assert Funnel().share(Step.FINISHED) is None
    assert Funnel((4, 3, 2, 1, 0)).share(Step.FINISHED) == 0.5
