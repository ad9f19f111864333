"""A medicine that is named answers what it implies; one that is not named answers nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from bot.criteria import Value
from bot.screening.answers import Answer, Outcome, facts_from
from bot.screening.attributes import Attribute, Attributes

ENTRY: dict[str, Any] = {"effort": 1, "sensitivity": 1, "group": "health"}
LIST = Attribute.model_validate({**ENTRY, "name": "pills", "answer_type": "text", "complete": True, "names_in": "medicines"})
IMPLIED = {"attribute": "pills", "contains": ["Red Pill", "Dark Red Pill"]}
RED = Attribute.model_validate({**ENTRY, "name": "red_pills", "answer_type": "yes_no", "implied_by": IMPLIED})
ATTRIBUTES = Attributes([RED, LIST])


def known(**values: Value) -> Any:
    return facts_from(ATTRIBUTES, {name: Answer(name, Outcome.KNOWN, value) for name, value in values.items()})


def test_a_name_that_implies_a_yes_is_one() -> None:
    facts = known(pills=("Blue Pill", "Dark Red Pill"))
    assert facts.values["red_pills"] is True
    assert facts.stated(("red_pills",)) == ("pills",)


@pytest.mark.parametrize("named", [(), ("Blue Pill",)])
def test_what_is_not_named_implies_nothing(named: tuple[str, ...]) -> None:
    assert "red_pills" not in known(pills=named).values


def test_a_yes_names_nothing_in_the_list() -> None:
    assert "pills" not in known(red_pills=True).values


def test_what_was_said_of_it_by_itself_counts() -> None:
    assert known(red_pills=False, pills=("Red Pill",)).values["red_pills"] is False


def test_only_a_yes_is_implied_and_only_by_what_there_is() -> None:
    with pytest.raises(ValidationError, match="`implied_by` belongs to yes_no"):
        Attribute.model_validate({**ENTRY, "name": "red", "answer_type": "number", "implied_by": IMPLIED})
    with pytest.raises(ValueError, match="`implied_by` of `red_pills`"):
        Attributes([RED])


def test_another_list_is_named_in_full() -> None:
    with pytest.raises(ValidationError, match="`names_in`"):
        Attribute.model_validate({**ENTRY, "name": "some", "answer_type": "text", "names_in": "medicines"})
