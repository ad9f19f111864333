"""What a rule may look like, and what each comparison means at its boundaries."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from pydantic import ValidationError

from bot.criteria import Rule, Truth, Value, evaluate, mentioned
from bot.criteria.operators import compared
from bot.criteria.rules import parse_rule, rule_as_json, without_judgements
from tests.unit.criteria.strategies import rules

YES, NO = Truth.TRUE, Truth.FALSE


@given(rules)
def test_a_rule_survives_the_way_through_json(rule: Rule) -> None:
    assert parse_rule(json.loads(json.dumps(rule_as_json(rule)))) == rule


@pytest.mark.parametrize(
    ("operator", "operand", "value", "expected"),
    [
        ("is", True, True, YES),
        ("is", True, False, NO),
        ("is", 1, True, NO),  # a yes is not the number one
        ("is", "IV", "IV", YES),
        ("one_of", ["I", "II"], "II", YES),
        ("one_of", ["I", "II"], "III", NO),
        ("contains", ["brain", "bone"], ("liver", "bone"), YES),
        ("contains", ["brain"], ("liver",), NO),
        ("only", ["brain", "bone"], ("bone",), YES),
        ("only", ["brain"], ("brain", "bone"), NO),
        ("at_least", 18, 18, YES),
        ("at_least", 18, 17.9, NO),
        ("at_most", 5, 5, YES),
        ("at_most", 5, 6, NO),
        ("above", 18, 18, NO),
        ("above", 18, 19, YES),
        ("below", 18, 18, NO),
        ("below", 18, 17, YES),
        ("between", [18, 65], 18, YES),
        ("between", [18, 65], 65, YES),
        ("between", [18, 65], 66, NO),
        ("count_is", 1, ("brain",), YES),
        ("count_is", 1, ("brain", "bone"), NO),
        ("count_above", 1, ("brain", "bone"), YES),
        ("count_above", 1, ("brain",), NO),
        ("within_days", 28, 28, YES),
        ("within_days", 28, 29, NO),
        ("within_days", 28, 0, YES),
        ("within_days", 28, "never", NO),
    ],
)
def test_each_comparison_at_its_boundary(operator: str, operand: object, value: Value, expected: Truth) -> None:
    rule = parse_rule({"attribute": "x", operator: operand})
    assert evaluate(rule, {"x": value}).truth is expected


@pytest.mark.parametrize("operator", ["at_least", "above", "between", "within_days"])
def test_a_yes_is_never_compared_as_a_number(operator: str) -> None:
    rule = parse_rule({"attribute": "x", operator: [1, 2] if operator == "between" else 1})
    with pytest.raises(TypeError, match="a number was expected"):
        evaluate(rule, {"x": True})


@pytest.mark.parametrize(
    ("malformed", "message"),
    [
        ({"attribute": "age"}, "exactly one operator beside `attribute`, found none"),
        ({"attribute": "age", "at_least": 1, "at_most": 2}, "exactly one operator beside `attribute`, found at_least, at_most"),
        ({"attribute": "age", "exceeds": 1}, "unknown operator `exceeds`"),
        ({"attribute": "age", "at_least": "18"}, "`at_least` takes a number"),
        ({"attribute": "age", "at_least": True}, "`at_least` takes a number"),
        ({"attribute": "age", "between": [65, 18]}, "the lower number first"),
        ({"attribute": "age", "between": [18]}, r"a list of two numbers, \[low, high\]"),
        ({"attribute": "age", "one_of": []}, "a list of at least one value"),
        ({"attribute": "age", "is": [1]}, "a single value"),
        ({"attribute": "time", "within_days": "28"}, "a number of days"),
        ({"attribute": "Age!", "is": 1}, "pattern"),
        ({"unless": []}, "a rule is one of all, any, not, judgement, or attribute with an operator"),
        ({"all": [], "any": []}, "Extra inputs"),
        ({"judgement": ""}, "at least 1 character"),
        ("age >= 18", "a rule is one of all, any, not, judgement"),
    ],
)
def test_a_malformed_rule_is_refused_with_what_was_expected(malformed: object, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        parse_rule(malformed)


def test_a_rule_names_each_attribute_once_in_its_order() -> None:
    inner = {"all": [{"attribute": "a", "is": 1}, {"attribute": "b", "is": False}]}
    rule = parse_rule({"any": [{"attribute": "b", "is": True}, {"not": inner}]})
    assert mentioned(rule) == ("b", "a")


def test_a_range_without_two_ends_compares_nothing() -> None:
    with pytest.raises(TypeError, match="a range"):
        compared("between", 5, 3)


def test_of_a_rule_only_what_answers_can_settle_is_left() -> None:
    of_age = {"attribute": "age", "at_least": 18}
    rule = parse_rule({"all": [of_age, {"not": {"judgement": "unfit"}}, {"any": [{"judgement": "mild"}, {"judgement": "stable"}]}]})
    assert without_judgements(rule) == parse_rule({"all": [of_age]})


def test_of_judgements_alone_nothing_is_left() -> None:
    assert without_judgements(parse_rule({"all": [{"judgement": "mild"}, {"judgement": "stable"}]})) is None
