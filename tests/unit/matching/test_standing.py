"""Where a person stands on many trials is where they stand on each of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.criteria import Criterion, Known, Partly, Value
from bot.criteria.rules import parse_rule
from bot.matching import Columns, Standing
from tests.unit.matching.one_by_one import assert_the_same
from tests.unit.matching.strategies import ATTRIBUTES, criteria, facts, trials

Trials = dict[str, tuple[Criterion, ...]]


def trial(*rules: object) -> tuple[Criterion, ...]:
    return tuple(
        Criterion.model_validate({"id": f"I{number}", "section": "inclusion", "checked_by": "patient", "requires": parse_rule(rule)})
        for number, rule in enumerate(rules, 1)
    )


def columns_of(some: Trials) -> Columns:
    columns = Columns(ATTRIBUTES)
    for trial_id, its_criteria in some.items():
        columns.put(trial_id, its_criteria)
    return columns


ADULTS = trial({"attribute": "age", "at_least": 18})


@given(trials, st.lists(facts, min_size=1, max_size=4))
@settings(deadline=None)
def test_all_at_once_is_the_same_as_one_by_one_whatever_is_learnt_corrected_or_taken_back(
    some: Trials, told: list[dict[str, Known]]
) -> None:
    columns = columns_of(some)
    standing = Standing(columns)
    for known in told:
        standing.know(known)
        assert_the_same(columns, standing, some, known)


_changes = st.tuples(st.sampled_from(["put", "remove"]), st.sampled_from([f"NCT{number}" for number in range(9)]), criteria)


@given(trials, st.lists(st.tuples(facts, st.lists(_changes, max_size=3)), min_size=1, max_size=4))
@settings(deadline=None)
def test_trials_may_come_change_and_go_while_somebody_answers(
    some: Trials, steps: list[tuple[dict[str, Known], list[tuple[str, str, tuple[Criterion, ...]]]]]
) -> None:
    some = dict(some)
    columns = columns_of(some)
    standing = Standing(columns)
    for known, changes in steps:
        standing.know(known)
        for change, trial_id, its_criteria in changes:
            if change == "put":
                some[trial_id] = its_criteria
                columns.put(trial_id, its_criteria)
            elif some.pop(trial_id, None) is not None:
                columns.remove(trial_id)
        assert_the_same(columns, standing, some, known)


def test_many_small_changes_leave_few_segments_and_nothing_wrong() -> None:
    some: Trials = {}
    columns = Columns(ATTRIBUTES)
    standing = Standing(columns)
    standing.know({"age": 40})
    for number in range(300):
        trial_id = f"NCT{number % 100}"
        some[trial_id] = trial({"attribute": "age", "at_least": number}, {"attribute": "fever", "is": False})
        columns.put(trial_id, some[trial_id])
        standing.know({"age": 40 + number % 7})
    assert_the_same(columns, standing, some, {"age": 40 + 299 % 7})
    assert len(columns.segments()) <= 10


def test_trials_in_more_than_one_batch_are_as_those_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.matching.columns.BATCH", 3)
    some: Trials = {f"NCT{number}": trial({"attribute": "age", "at_least": number}) for number in range(10)}
    columns = columns_of(some)
    standing = Standing(columns)
    standing.know({"age": 4})
    assert_the_same(columns, standing, some, {"age": 4})


def test_trials_without_a_rule_that_answers_decide_take_answers_all_the_same() -> None:
    standing = Standing(columns_of({"A": trial({"judgement": "fit enough"}), "B": ()}))
    standing.know({"age": 4})
    assert standing.alive.tolist() == [True, True]
    assert len(standing.statuses("A")) == 1
    assert standing.statuses("B") == ()


def test_a_trial_keeps_its_row_when_it_is_put_again_or_comes_back() -> None:
    columns = columns_of({"A": ADULTS, "B": ADULTS})
    columns.put("A", ADULTS)
    columns.remove("B")
    columns.put("C", ADULTS)
    columns.put("B", ADULTS)
    assert list(columns.trial_ids) == ["A", "B", "C"]
    assert len(columns) == 3
    assert columns.present().all()


def test_who_is_removed_is_no_longer_alive_and_cannot_be_removed_twice() -> None:
    columns = columns_of({"A": ADULTS, "B": ADULTS})
    standing = Standing(columns)
    columns.remove("A")
    assert standing.alive.tolist() == [False, True]
    assert "A" not in columns
    with pytest.raises(KeyError):
        columns.remove("A")
    with pytest.raises(KeyError):
        standing.statuses("A")


def test_only_trials_among_those_given_are_alive_and_a_later_one_is_not_among_them() -> None:
    columns = columns_of({"A": ADULTS, "B": ADULTS})
    standing = Standing(columns, np.array([False, True]))
    assert standing.alive.tolist() == [False, True]
    columns.put("C", ADULTS)
    assert standing.alive.tolist() == [False, True, False]
    standing.among = None
    assert standing.alive.all()


def test_a_trial_without_criteria_of_the_patients_is_likely() -> None:
    standing = Standing(columns_of({"A": ()}))
    assert standing.verdicts.tolist() == [2]


def test_no_trials_at_all_are_no_trouble() -> None:
    standing = Standing(Columns(ATTRIBUTES))
    standing.know({"age": 4})
    assert standing.alive.tolist() == []


@pytest.mark.parametrize(
    ("rule", "complaint"), [({"attribute": "age", "contains": ["x"]}, "age"), ({"attribute": "shoe_size", "is": 4}, "shoe_size")]
)
def test_a_rule_that_does_not_fit_the_attributes_is_refused_and_changes_nothing(rule: object, complaint: str) -> None:
    columns = columns_of({"A": ADULTS})
    standing = Standing(columns)
    standing.know({"age": 4})
    with pytest.raises(ValueError, match=complaint):
        columns.put("A", trial(rule))
    assert standing.verdicts.tolist() == [0]


@pytest.mark.parametrize(("name", "value"), [("age", "old"), ("age", True), ("age", Partly(("Gout",))), ("smoker", Partly(("Gout",)))])
def test_a_value_that_cannot_be_compared_is_refused_as_alone_and_changes_nothing(name: str, value: Value) -> None:
    rule = {"attribute": "age", "at_least": 18} if name == "age" else {"attribute": "smoker", "is": True}
    columns = columns_of({"A": trial(rule), "B": ADULTS})
    standing = Standing(columns)
    standing.know({"age": 40})
    with pytest.raises(TypeError):
        standing.know({"age": 4, name: value})
    assert_the_same(columns, standing, {"A": trial(rule), "B": ADULTS}, {"age": 40})
