"""Points that nobody could fulfil together are of different groups of people."""

from __future__ import annotations

from typing import Any

import pytest

from bot.criteria.extraction.groups import of_different_groups
from bot.criteria.rules import parse_rule

SMOKES = {"attribute": "tobacco_use", "one_of": ["current"]}
NEVER_OR_FORMER = {"attribute": "tobacco_use", "one_of": ["never", "former"]}
FORMER = {"attribute": "tobacco_use", "is": "former"}
HEALTHY = {"attribute": "healthy_volunteer", "is": True}
YOUNG = {"all": [{"attribute": "age", "at_least": 18}, {"attribute": "age", "at_most": 30}]}
OLD = {"attribute": "age", "at_least": 60}
ADULT = {"attribute": "age", "at_least": 18}
TOO_MUCH = {"all": [{"attribute": "age", "at_least": 60}, {"attribute": "age", "at_most": 30}]}


@pytest.mark.parametrize(
    ("rules", "apart"),
    [
        ([SMOKES, NEVER_OR_FORMER], {0, 1}),
        ([SMOKES, FORMER], {0, 1}),
        ([FORMER, NEVER_OR_FORMER], set()),
        ([{"all": [HEALTHY, YOUNG]}, ADULT, {"all": [HEALTHY, OLD]}], {0, 2}),
        ([ADULT, OLD], set()),
        # one of several is no demand
        ([{"any": [SMOKES, HEALTHY]}, FORMER], set()),
        # what contradicts itself says nothing of the others
        ([TOO_MUCH, ADULT], set()),
        ([], set()),
    ],
)
def test_rules_of_different_groups_are_those_that_exclude_each_other(rules: list[dict[str, Any]], apart: set[int]) -> None:
    assert of_different_groups({number: parse_rule(rule) for number, rule in enumerate(rules)}) == apart
