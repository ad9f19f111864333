"""An answer that tells all there are: an empty one counts, and denies everything."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from bot.criteria import Value
from bot.criteria.evaluation import evaluate
from bot.criteria.rules import parse_rule
from bot.criteria.truth import Truth
from bot.screening.answers import Answer, Outcome, facts_from
from bot.screening.attributes import Attribute, Attributes
from bot.screening.reading.values import value_of_payload

ENTRY: dict[str, Any] = {"answer_type": "text", "effort": 1, "sensitivity": 1, "group": "health"}
SOUGHT = Attribute.model_validate({**ENTRY, "name": "condition"})
ALL = Attribute.model_validate({**ENTRY, "name": "medical_history", "complete": True, "includes": "condition"})
ATTRIBUTES = Attributes([SOUGHT, ALL])
"""No words, no trial: what the values mean."""


def truth(rule: dict[str, Any], **values: Value) -> Truth:
    answers = {name: Answer(name, Outcome.KNOWN, value) for name, value in values.items()}
    return evaluate(parse_rule(rule), facts_from(ATTRIBUTES, answers).values).truth


HAS = {"attribute": "medical_history", "contains": ["Stroke", "Minor Stroke"]}
HAS_NOT = {"not": HAS}


def test_only_the_complete_one_can_be_empty() -> None:
    assert ALL.accepts(())
    assert not SOUGHT.accepts(())
    assert value_of_payload(ALL, "none") == ()
    assert value_of_payload(SOUGHT, "none") == ("none",)


def test_none_has_nothing_and_lacks_everything() -> None:
    assert truth(HAS, medical_history=()) is Truth.FALSE
    assert truth(HAS_NOT, medical_history=()) is Truth.TRUE
    assert truth({"attribute": "medical_history", "count_above": 0}, medical_history=()) is Truth.FALSE
    assert truth({"attribute": "medical_history", "count_is": 0}, medical_history=()) is Truth.TRUE


def test_what_is_named_is_had_and_the_rest_is_not() -> None:
    assert truth(HAS, medical_history=("Asthma", "Minor Stroke")) is Truth.TRUE
    assert truth(HAS_NOT, medical_history=("Asthma",)) is Truth.TRUE


def test_nothing_is_denied_where_it_was_not_answered() -> None:
    unsure = {"medical_history": Answer("medical_history", Outcome.UNSURE)}
    assert evaluate(parse_rule(HAS_NOT), facts_from(ATTRIBUTES, unsure).values).truth is Truth.UNKNOWN
    # Who looks for trials about one illness may have others.
    assert truth(HAS_NOT, condition=("Asthma",)) is Truth.UNKNOWN


def test_the_one_that_is_sought_is_one_of_them() -> None:
    assert truth(HAS, condition=("Stroke",), medical_history=()) is Truth.TRUE
    assert truth(HAS, condition=("Stroke",), medical_history=("Asthma",)) is Truth.TRUE
    answers = {name: Answer(name, Outcome.KNOWN, value) for name, value in (("condition", ("Stroke",)), ("medical_history", ("Asthma",)))}
    facts = facts_from(ATTRIBUTES, answers)
    assert facts.values["medical_history"] == ("Asthma", "Stroke")
    assert facts.stated(("medical_history",)) == ("medical_history", "condition")


@pytest.mark.parametrize("wrong", [{"answer_type": "yes_no", "complete": True}, {"answer_type": "number", "includes": "condition"}])
def test_only_a_text_asks_for_all(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="belong to text attributes"):
        Attribute.model_validate({**ENTRY, "name": "other", **wrong})


def test_what_is_included_has_to_be_there() -> None:
    with pytest.raises(ValueError, match="there is no text attribute `condition`"):
        Attributes([ALL])
