"""Every person of `tests/personas/`, through the REST channel and the real engine."""

from __future__ import annotations

import pytest

from tests.dialogue.conversation import Conversation
from tests.people import Person, people
from tests.product import Product


@pytest.mark.parametrize("person", people("NCT06141070"), ids=str)
def test_a_person_comes_to_the_right_verdict(product: Product, person: Person) -> None:
    conversation = Conversation(product)
    conversation.finish(person.answers)
    result = conversation.result
    assert result is not None
    by_patient = {c["id"]: c for c in result["criteria"] if c["checked_by"] == "patient"}
    assert result["nct_id"] == "NCT06141070"
    assert result["verdict"] == person.verdict
    assert {id_ for id_, criterion in by_patient.items() if criterion["status"] == "not_met"} == person.not_met
    assert {id_ for id_, criterion in by_patient.items() if criterion["status"] == "unknown"} == person.unknown
    assert person.asked <= set(conversation.asked)
    assert not person.never_asked & set(conversation.asked)
    assert "handoff" in conversation.types
