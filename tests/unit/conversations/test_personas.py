"""Every person of `tests/personas/` comes to their verdict, and the failing criterion is named."""

from __future__ import annotations

import pytest

from tests.conversing import Talk
from tests.people import Person, people


@pytest.mark.parametrize("person", people("NCT06141070"), ids=str)
def test_a_person_comes_to_the_right_verdict(talk: Talk, person: Person) -> None:
    asked = []
    talk.say("hello")
    for _ in range(60):
        if talk.question is None and talk.result and "ended_early" in talk.codes:
            talk.say("#go_on")
        if talk.question is None:
            break
        asked.append(talk.question)
        talk.say(person.answer(talk.question))
    result = talk.result
    assert result is not None
    by_patient = [criterion for criterion in result["criteria"] if criterion["checked_by"] == "patient"]
    statuses = {criterion["id"]: criterion["status"] for criterion in by_patient}
    assert result["verdict"] == person.verdict
    assert {id_ for id_, status in statuses.items() if status == "not_met"} == person.not_met
    assert {id_ for id_, status in statuses.items() if status == "unknown"} == person.unknown
    assert person.asked <= set(asked)
    assert not person.never_asked & set(asked)
    for criterion in by_patient:
        if criterion["status"] == "not_met":
            assert criterion["because"], "a criterion fails only from something that was said"
