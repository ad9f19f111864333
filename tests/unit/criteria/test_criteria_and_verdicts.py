"""Polarity of exclusions, who checks what, and what the criteria come to together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.criteria import CheckedBy, Criterion, Rule, Section, Status, Value, Verdict, check, evaluate, verdict
from bot.criteria.rules import rule_as_json
from tests.unit.criteria.strategies import facts, rules


def inclusion(rule: Rule, id_: str = "I1") -> Criterion:
    return Criterion(id=id_, section=Section.INCLUSION, checked_by=CheckedBy.PATIENT, requires=rule)


STUDY_TEAM = Criterion(id="I9", section=Section.INCLUSION, checked_by=CheckedBy.STUDY_TEAM)


@given(rules, facts)
def test_an_exclusion_keeps_out_exactly_those_an_inclusion_would_let_in(rule: Rule, known: dict[str, Value]) -> None:
    wanted = check(inclusion(rule), known).status
    unwanted = check(Criterion.excluding("E1", rule), known).status
    opposite = {Status.MET: Status.NOT_MET, Status.NOT_MET: Status.MET, Status.UNKNOWN: Status.UNKNOWN}
    assert unwanted is opposite[wanted]


@given(rules)
def test_an_exclusion_is_turned_round_once_and_stays_so_through_json(rule: Rule) -> None:
    record = {"id": "E1", "section": "exclusion", "checked_by": "patient", "excludes_when": rule_as_json(rule)}
    criterion = Criterion.model_validate(record)
    again = Criterion.model_validate(criterion.model_dump(mode="json"))
    assert again == criterion == Criterion.excluding("E1", rule)


@given(facts)
def test_the_study_teams_criteria_are_unknown_whatever_is_said(known: dict[str, Value]) -> None:
    assert check(STUDY_TEAM, known).status is Status.UNKNOWN


@given(st.lists(rules, max_size=4), facts)
def test_the_verdict_follows_from_the_patients_criteria_alone(several: list[Rule], known: dict[str, Value]) -> None:
    results = [check(inclusion(rule), known) for rule in several]
    statuses = {result.status for result in results}
    expected = Verdict.UNLIKELY if Status.NOT_MET in statuses else Verdict.POSSIBLE if Status.UNKNOWN in statuses else Verdict.LIKELY
    assert verdict(results) is expected
    assert verdict([*results, check(STUDY_TEAM, known)]) is expected


@given(rules)
def test_nobody_is_unlikely_without_having_said_something(rule: Rule) -> None:
    result = check(inclusion(rule), {})
    if result.status is Status.NOT_MET:
        # Only a rule that no fact could ever meet, such as an empty list of alternatives, fails so.
        assert evaluate(rule, {}).missing == ()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"id": "X1"}, "pattern"),
        ({"section": "other"}, "inclusion"),
        ({"requires": None}, "needs a rule"),
        ({"checked_by": "study_team"}, "takes no rule"),
        ({"excludes_when": {"judgement": "x"}}, "not both"),
        ({"note": "x"}, "Extra inputs"),
    ],
)
def test_a_malformed_criterion_is_refused_with_the_reason(fields: dict[str, object], message: str) -> None:
    sound = {"id": "I1", "section": "inclusion", "checked_by": "patient", "requires": {"attribute": "age", "at_least": 18}}
    with pytest.raises(ValidationError, match=message):
        Criterion.model_validate({**sound, **fields})
