"""What an attribute, an answer and a prompt may be, and what is refused with its reason."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from bot.screening.answers import Answer, Facts, Outcome
from bot.screening.attributes import Attribute, Attributes, canonical
from bot.screening.planner import askable_first
from bot.screening.prompts import Prompt, Waiting
from tests.shipped import shipped_library

ENTRY: dict[str, Any] = {"name": "stage", "answer_type": "choice", "values": ["I", "II"], "effort": 1, "sensitivity": 1, "group": "illness"}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"values": []}, "`values` belongs to choice and choices attributes"),
        ({"answer_type": "yes_no"}, "`values` belongs to choice and choices attributes"),
        ({"answer_type": "choices", "exclusive": ["none"]}, "`exclusive` names values that are not among `values`"),
        ({"otherwise": "I"}, "`otherwise` needs `applies_when`"),
        ({"answer_type": "number", "values": [], "possible": [100, 1]}, "with low below high"),
    ],
)
def test_an_attribute_that_contradicts_itself_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Attribute.model_validate({**ENTRY, **changed})


def test_two_attributes_of_one_name_are_refused() -> None:
    one = Attribute.model_validate(ENTRY)
    with pytest.raises(ValueError, match="`stage` is defined twice"):
        Attributes([one, one])


def test_an_answer_has_a_value_exactly_when_it_is_known() -> None:
    for outcome, value in ((Outcome.KNOWN, None), (Outcome.UNSURE, "I")):
        with pytest.raises(ValueError, match="exactly when it is known"):
            Answer("stage", outcome, value)


def test_what_no_answer_can_be_is_refused() -> None:
    assert canonical(["brain", 1]) == ("brain", "1")
    with pytest.raises(TypeError, match="dict is not an answer"):
        canonical({"stage": "I"})


def test_a_prompt_that_asks_nothing_has_no_question() -> None:
    with pytest.raises(ValueError, match="asks no attribute"):
        _ = Prompt(waiting=Waiting.NOTHING).asks


def test_what_does_not_apply_is_not_asked_for() -> None:
    attributes = shipped_library().attributes
    assert askable_first(attributes, "pregnant_or_breastfeeding", Facts({"sex": "male", "can_have_children": False}), ()) == ()
