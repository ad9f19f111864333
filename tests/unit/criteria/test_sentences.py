"""Rules as sentences: nothing is lost, brackets stand where they are needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import pytest
from hypothesis import given

from bot.criteria import Comparison, Judgement, Rule, Value, evaluate
from bot.criteria.rules import parse_rule, walk
from bot.criteria.sentences import positive, sentence
from tests.unit.criteria.strategies import facts, rules


class Plain:
    """A phrasebook that says little more than the rule itself."""

    _phrases: ClassVar = {
        "all": " and ", "any": " or ", "group": "({inside})", "always": "always", "never": "never", "not": "not {rule}",
        "judgement": "judged: {judgement}", "rest": "the rest",
        "is": "{name} is {value}", "only": "{name} only {value}", "between": "{name} {low} to {high}",
        "at_least": "{name} >= {value}", "at_most": "{name} <= {value}", "above": "{name} > {value}", "below": "{name} < {value}",
        "count_is": "{name} = {count} of them", "count_above": "{name} > {count} of them", "within_days": "{name} within {value}",
        "not_within_days": "{name} not within {value}",
    }  # fmt: skip

    def phrase(self, key: str, **filled: object) -> str:
        return self._phrases[key].format_map(filled)

    def attribute_name(self, attribute: str) -> str:
        return attribute

    def stated(self, attribute: str, value: Value) -> str | None:
        return None

    def measured(self, attribute: str, value: float) -> str:
        return f"{value:g}"

    def denied(self, attribute: str, values: Sequence[Value]) -> str | None:
        return None if attribute != "had" else f"never had {' or '.join(map(str, values))}"

    def others(self, attribute: str, values: Sequence[Value]) -> Sequence[Value]:
        return [value for value in ("x", "y", "z") if value not in values] if attribute == "grade" else []

    def widest(self, attribute: str, values: Sequence[Value]) -> Sequence[Value]:
        return [value for value in values if value != "kind of x" or "x" not in values]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"attribute": "age", "at_least": 18}, "age >= 18"),
        (
            {"all": [{"attribute": "a", "is": True}, {"any": [{"attribute": "b", "is": 1}, {"attribute": "c", "is": 2}]}]},
            "a is True and (b is 1 or c is 2)",
        ),
        ({"all": [{"attribute": "a", "one_of": ["x", "y"]}, {"attribute": "b", "is": "z"}]}, "(a is x or a is y) and b is z"),
        ({"not": {"all": [{"attribute": "a", "is": "x"}, {"judgement": "mild"}]}}, "not a is x or judged: mild"),
        ({"not": {"any": [{"attribute": "age", "above": 75}, {"attribute": "a", "is": True}]}}, "age <= 75 and a is False"),
        ({"not": {"not": {"attribute": "age", "below": 18}}}, "age < 18"),
        ({"not": {"attribute": "drug", "within_days": 28}}, "drug not within 28"),
        ({"not": {"attribute": "age", "between": [18, 25]}}, "not age 18 to 25"),
        ({"not": {"attribute": "a", "is": True}}, "a is False"),
        ({"all": [{"all": [{"attribute": "a", "is": True}, {"judgement": "j"}]}, {"judgement": "j"}]}, "a is True and judged: j"),
        ({"attribute": "a", "contains": ["x", "kind of x"]}, "a is x"),
        ({"not": {"attribute": "had", "contains": ["x", "kind of x", "y"]}}, "never had x or y"),
        ({"not": {"any": [{"attribute": "had", "contains": ["x"]}, {"attribute": "had", "contains": ["y"]}]}}, "never had x or y"),
        ({"not": {"attribute": "grade", "one_of": ["x", "z"]}}, "grade is y"),
        (
            {"any": [{"attribute": "a", "contains": ["x"]}, {"all": [{"attribute": "a", "contains": ["wide"]}, {"judgement": "x"}]}]},
            "a is x",
        ),
        ({"attribute": "age", "between": [18, 65]}, "age 18 to 65"),
        ({"attribute": "drug", "within_days": 28}, "drug within 28"),
        ({"all": []}, "always"),
        ({"any": []}, "never"),
        ({"any": [{"all": [{"attribute": "a", "is": "x"}]}, {"attribute": "b", "is": "y"}]}, "a is x or b is y"),
    ],
)
def test_a_rule_reads_as_one_sentence(rule: object, expected: str) -> None:
    assert sentence(parse_rule(rule), Plain()) == expected


def test_what_is_left_to_the_study_team_does_not_repeat_the_text_beside_it() -> None:
    rule = parse_rule({"all": [{"attribute": "age", "at_least": 18}, {"judgement": "18 and well"}]})
    assert sentence(rule, Plain(), own="18 and well") == "age >= 18 and the rest"


@pytest.mark.parametrize(
    "rule",
    [
        {"all": [{"attribute": "age", "at_least": 18}, {"any": [{"attribute": "age", "at_least": 18}, {"judgement": "well"}]}]},
        {"any": [{"attribute": "age", "at_least": 18}, {"all": [{"judgement": "well"}, {"attribute": "age", "at_least": 18}]}]},
    ],
)
def test_a_condition_that_another_one_settles_is_not_said(rule: object) -> None:
    assert sentence(parse_rule(rule), Plain()) == "age >= 18"


@given(rules)
def test_every_attribute_and_every_judgement_that_can_decide_is_in_the_sentence(rule: Rule) -> None:
    said = sentence(rule, Plain())
    for part in walk(positive(rule)):
        if isinstance(part, Comparison):
            assert part.attribute in said
        if isinstance(part, Judgement):
            assert part.judgement in said


@given(rules)
def test_brackets_balance(rule: Rule) -> None:
    said = sentence(rule, Plain())
    assert said.count("(") == said.count(")")


@given(rules, facts)
def test_turning_negations_inward_decides_nothing_otherwise(rule: Rule, known: Mapping[str, Value]) -> None:
    assert evaluate(positive(rule), known).truth is evaluate(rule, known).truth
