"""Kleene's strong logic, and what must hold for every rule and every set of facts."""

from __future__ import annotations

import pytest
from hypothesis import given

from bot.criteria import AllOf, AnyOf, Judgement, Not, Rule, Truth, Value, evaluate
from bot.criteria.rules import walk
from bot.criteria.truth import conjunction, disjunction
from tests.unit.criteria.strategies import all_facts, facts, rules

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [
        (T, T, T, T),
        (T, F, F, T),
        (T, U, U, T),
        (F, T, F, T),
        (F, F, F, F),
        (F, U, F, U),
        (U, T, U, T),
        (U, F, F, U),
        (U, U, U, U),
    ],
)
def test_and_and_or_follow_kleenes_tables(left: Truth, right: Truth, both: Truth, either: Truth) -> None:
    assert (left & right) is both
    assert (left | right) is either


def test_not_turns_true_and_false_round_and_leaves_unknown() -> None:
    assert (~T, ~F, ~U) == (F, T, U)


def test_nothing_at_all_is_true_and_no_alternative_is_false() -> None:
    assert conjunction(()) is T
    assert disjunction(()) is F


@given(rules, rules, facts)
def test_de_morgan(left: Rule, right: Rule, known: dict[str, Value]) -> None:
    not_both = evaluate(Not(negated=AllOf(all=(left, right))), known).truth
    either_not = evaluate(AnyOf(any=(Not(negated=left), Not(negated=right))), known).truth
    assert not_both is either_not


@given(rules, facts)
def test_two_nots_cancel(rule: Rule, known: dict[str, Value]) -> None:
    assert evaluate(Not(negated=Not(negated=rule)), known) == evaluate(rule, known)


@given(rules, facts, all_facts)
def test_learning_a_fact_never_undecides_or_turns_a_decided_rule(rule: Rule, known: dict[str, Value], more: dict[str, Value]) -> None:
    before = evaluate(rule, known).truth
    after = evaluate(rule, {**more, **known}).truth
    assert before is U or after is before


@given(rules, all_facts)
def test_with_every_fact_known_only_a_judgement_leaves_a_rule_open(rule: Rule, known: dict[str, Value]) -> None:
    evaluation = evaluate(rule, known)
    assert evaluation.missing == ()
    if not any(isinstance(part, Judgement) for part in walk(rule)):
        assert evaluation.truth.decided


@given(rules, facts)
def test_a_decided_rule_misses_nothing_and_an_open_one_says_what_it_needs(rule: Rule, known: dict[str, Value]) -> None:
    evaluation = evaluate(rule, known)
    if evaluation.truth.decided:
        assert evaluation.missing == ()
        assert evaluation.judgements == ()
    else:
        assert evaluation.missing or evaluation.judgements


@given(rules, facts)
def test_the_reasons_alone_decide_as_much_as_all_the_facts(rule: Rule, known: dict[str, Value]) -> None:
    evaluation = evaluate(rule, known)
    assert set(evaluation.because) <= known.keys()
    if evaluation.truth.decided:
        alone = {name: known[name] for name in evaluation.because}
        assert evaluate(rule, alone).truth is evaluation.truth


@given(rules, facts)
def test_what_is_not_missing_cannot_change_an_open_rule(rule: Rule, known: dict[str, Value]) -> None:
    evaluation = evaluate(rule, known)
    assert not set(evaluation.missing) & known.keys()


@given(rules)
def test_without_any_fact_no_comparison_decides(rule: Rule) -> None:
    evaluation = evaluate(rule, {})
    assert evaluation.because == ()
