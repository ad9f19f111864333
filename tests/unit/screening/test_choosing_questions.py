"""The next question: what could still decide, what applies, and nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.criteria import Criterion, Value
from bot.screening.answers import Answer, Outcome, facts_from
from bot.screening.planner import open_questions, plan
from bot.screening.prompts import Prompt, Waiting
from bot.screening.readings import ReadNo
from bot.screening.screening import Interview
from bot.screening.state import CONSENT, State
from bot.trials import load_record
from tests.shipped import shipped_library

LIBRARY = shipped_library()
ATTRIBUTES = LIBRARY.attributes
RECORD = load_record(Path(__file__).resolve().parents[3] / "trials" / "NCT06141070.yaml", ATTRIBUTES)


def known(**values: Value) -> dict[str, Answer]:
    return {name: Answer(name, Outcome.KNOWN, value) for name, value in values.items()}


def still_open(answers: dict[str, Answer]) -> set[str]:
    facts = facts_from(ATTRIBUTES, answers)
    return set(open_questions(ATTRIBUTES, RECORD.criteria, facts, answers.keys()).goals)


def test_the_illness_is_asked_first() -> None:
    facts = facts_from(ATTRIBUTES, {})
    names = LIBRARY.in_locale("en").lexicon.condition_names
    chosen = plan(ATTRIBUTES, open_questions(ATTRIBUTES, RECORD.criteria, facts, ()), facts, None, names)
    assert chosen.attribute == "condition"


def test_the_most_sensitive_questions_come_late() -> None:
    facts = facts_from(ATTRIBUTES, known(sex="female", age=34))
    scores = dict(plan(ATTRIBUTES, open_questions(ATTRIBUTES, RECORD.criteria, facts, ("sex", "age")), facts).scores)
    assert scores["pregnant_or_breastfeeding"] < scores["prior_radiotherapy"]


def test_where_the_cancer_has_spread_is_not_asked_of_someone_with_three_places() -> None:
    assert "metastasis_sites" in still_open(known(metastasis_count=1))
    assert "metastasis_sites" not in still_open(known(metastasis_count=3))


def test_pregnancy_is_asked_only_after_what_decides_whether_it_applies() -> None:
    assert "pregnant_or_breastfeeding" not in still_open({})
    assert {"sex", "age"} <= still_open({})
    assert "pregnant_or_breastfeeding" in still_open(known(sex="female", age=34))


@pytest.mark.parametrize(("sex", "age"), [("male", 34), ("female", 55), ("other", 70)])
def test_pregnancy_is_not_asked_where_it_cannot_be(sex: str, age: int) -> None:
    assert "pregnant_or_breastfeeding" not in still_open(known(sex=sex, age=age))


def test_birth_control_is_asked_only_of_those_who_could_have_children() -> None:
    base = known(sex="female", age=34, pregnant_or_breastfeeding=False)
    assert "willing_contraception" not in still_open(base)
    assert "willing_contraception" in still_open(base | known(can_have_children=True))
    unsure = {"can_have_children": Answer("can_have_children", Outcome.UNSURE)}
    assert "willing_contraception" not in still_open(base | unsure)


def test_a_criterion_that_is_settled_asks_nothing_more() -> None:
    assert "can_have_children" not in still_open(known(sex="female", age=34, pregnant_or_breastfeeding=True))


@pytest.mark.parametrize("outcome", [Outcome.UNSURE, Outcome.DECLINED, Outcome.UNREAD])
def test_what_was_left_open_is_not_asked_again(outcome: Outcome) -> None:
    assert "age" not in still_open({"age": Answer("age", outcome)})


def test_what_follows_from_an_answer_is_traced_back_to_what_was_said() -> None:
    facts = facts_from(ATTRIBUTES, known(sex="female", age=70))
    assert facts.values["can_have_children"] is False
    assert set(facts.stated(("can_have_children",))) == {"sex", "age"}


def test_a_corrected_sex_overrules_what_no_longer_applies() -> None:
    facts = facts_from(ATTRIBUTES, known(sex="male", age=34, pregnant_or_breastfeeding=True))
    assert facts.values["pregnant_or_breastfeeding"] is False


def test_what_nobody_is_asked_is_never_chosen_and_the_rest_still_is() -> None:
    long_enough = {"attribute": "life_expectancy", "at_least": 3}
    criteria = [
        Criterion.model_validate({"id": id_, "section": "inclusion", "checked_by": "patient", "requires": requires})
        for id_, requires in (("I1", long_enough), ("I2", {"any": [long_enough, {"attribute": "weight", "at_least": 40}]}))
    ]
    facts = facts_from(ATTRIBUTES, {})
    assert set(open_questions(ATTRIBUTES, criteria, facts, ()).goals) == {"weight"}
    assert open_questions(ATTRIBUTES, criteria[:1], facts, ()).goals == {}
    assert plan(ATTRIBUTES, open_questions(ATTRIBUTES, criteria[:1], facts, ()), facts).attribute is None


def test_the_next_question_is_told_with_how_many_may_still_come() -> None:
    screening = Interview(ATTRIBUTES, RECORD.criteria, LIBRARY.in_locale("en").lexicon.condition_names)
    first, remaining = screening.next_question({})
    assert first == "condition"
    assert remaining > 1
    answers = {name: Answer(name, Outcome.DECLINED) for name in ATTRIBUTES}
    assert screening.next_question(answers) == (None, 0)


def test_a_value_that_waits_for_a_yes_is_let_go_where_a_later_release_asks_nobody_for_it() -> None:
    interview = Interview(ATTRIBUTES, RECORD.criteria, LIBRARY.in_locale("en").lexicon.condition_names)
    waiting = Prompt(waiting=Waiting.CONFIRM, attribute="life_expectancy", value=900, said="900")
    turn = interview.respond(State(waiting, {CONSENT: Answer(CONSENT, Outcome.KNOWN, True)}), ReadNo())
    assert (turn.state.prompt.waiting, turn.state.prompt.attribute) == (Waiting.QUESTION, "condition")
    assert turn.state.answers.keys() == {CONSENT}
