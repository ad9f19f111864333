"""What is told beside an answer is taken, said, and not asked again."""

from __future__ import annotations

import pytest

from bot.screening.readings import Command, Heard, ReadAnswer, ReadCommand, ReadElsewhere, ReadNo, ReadUnclear, ReadUnsure, ReadYes
from tests.conversing import Talk, told
from tests.people import people

FITS = people("NCT06141070")[0].answers


@pytest.fixture
def asked(talk: Talk) -> Talk:
    """Somebody who is asked their age."""
    talk.until("age", FITS)
    return talk


def age(value: int) -> ReadAnswer:
    return ReadAnswer("age", value, f"I am {value}")


def test_an_answer_and_a_fact_are_restated_in_one_message(asked: Talk) -> None:
    asked.tell("58 and no chemo", told(age(58), prior_systemic_therapy="none"))
    assert asked.codes == ["noted"]
    assert "Thank you. I noted that you are 58 years old, and that you have had no medicine treatment" in asked.texts
    assert asked.answers()["age"] == (58, "I am 58")
    assert asked.answers()["prior_systemic_therapy"] == ("none", "their words")


def test_two_facts_beside_an_answer_are_one_sentence(asked: Talk) -> None:
    asked.tell("a lot", told(age(58), prior_radiotherapy=False, fluid_buildup=False))
    assert asked.codes == ["noted"]
    assert asked.texts.count(", that ") == 1
    assert asked.texts.count(", and that ") == 1


def test_what_was_told_is_not_asked(asked: Talk) -> None:
    asked.tell("58 and no chemo", told(age(58), prior_systemic_therapy="none"))
    questions = []
    while asked.question:
        questions.append(asked.question)
        asked.say(FITS[asked.question])
    assert "prior_systemic_therapy" not in questions
    assert asked.result is not None


def test_a_fact_without_an_answer_is_taken_and_the_question_returns_as_often_as_it_takes(asked: Talk) -> None:
    for name in ("fluid_buildup", "pulmonary_fibrosis", "leptomeningeal_disease", "diagnosis_confirmed"):
        asked.tell("one more thing", told(**{name: name == "diagnosis_confirmed"}))
        assert asked.codes == ["noted"]
        assert asked.question == "age"
    assert "How old are you?" in asked.texts
    assert asked.answers()["fluid_buildup"][0] is False


def test_a_fact_and_a_not_sure_are_both_taken(asked: Talk) -> None:
    asked.tell("not sure, but no chemo", told(ReadUnsure("age", "not sure"), prior_systemic_therapy="none"))
    assert asked.codes == ["noted", "noted"]
    assert asked.question not in (None, "age", "prior_systemic_therapy")
    assert asked.answers()["age"][0] is None


def test_what_is_known_already_says_nothing_when_told_again(asked: Talk) -> None:
    asked.tell("58", told(age(58), condition=("Non Small Cell Lung Cancer",)))
    assert "58 years" in asked.texts
    assert "lung cancer" not in asked.texts.split("\n")[0]


def test_another_value_than_before_is_a_correction_and_is_said(asked: Talk) -> None:
    asked.say("54")
    open_question = asked.question
    asked.tell("I'm 45 by the way", told(age=45))
    assert asked.codes == ["corrected"]
    assert "from 54 years to 45 years" in asked.texts
    assert asked.question == open_question


def test_a_number_that_is_likely_a_slip_is_left(asked: Talk) -> None:
    asked.say("54")
    asked.tell("112", told(age=112, weight=900.0, prior_systemic_therapy="none"))
    assert asked.answers()["age"][0] == 54
    assert "weight" not in asked.answers()


def test_a_number_that_is_likely_a_slip_is_still_read_back_where_it_was_asked(asked: Talk) -> None:
    asked.tell("112 and no chemo", told(age(112), prior_systemic_therapy="none"))
    assert "confirm" in asked.codes
    assert asked.answers()["prior_systemic_therapy"][0] == "none"
    asked.say("yes")
    assert asked.answers()["age"][0] == 112


def test_much_at_once_is_repeated_back_before_it_counts(asked: Talk) -> None:
    asked.tell("all of it", told(age(58), prior_systemic_therapy="none", prior_radiotherapy=False, cancer_stage="IV"))
    assert asked.codes == ["noted", "understood"]
    assert set(asked.answers()) == {"consent", "condition", "age"}
    asked.say("yes")
    assert {"prior_systemic_therapy", "prior_radiotherapy", "cancer_stage"} <= set(asked.answers())
    assert asked.question is not None


def test_much_at_once_without_an_answer_comes_back_to_the_question(asked: Talk) -> None:
    much = told(prior_systemic_therapy="none", prior_radiotherapy=False, cancer_stage="IV")
    asked.tell("all of it", much)
    assert asked.codes == ["understood"]
    asked.say("yes")
    assert asked.question == "age"


def test_much_at_once_after_a_no_comes_back_to_the_question_too(asked: Talk) -> None:
    asked.tell("all of it", told(prior_systemic_therapy="none", prior_radiotherapy=False, cancer_stage="IV"))
    asked.say_all("no", "#no")
    assert asked.question == "age"
    assert "cancer_stage" not in asked.answers()


def test_an_answer_from_before_is_changed_while_much_at_once_waits_for_a_yes(asked: Talk) -> None:
    asked.tell("all of it", told(age(58), prior_systemic_therapy="none", prior_radiotherapy=False, cancer_stage="IV"))
    asked.say("change my age to 60")
    assert "from 58 years to 60 years" in asked.texts
    assert asked.texts.endswith("Is that right?")
    asked.say("yes")
    assert asked.answers()["age"][0] == 60
    assert asked.answers()["cancer_stage"][0] == "IV"


def test_four_facts_are_shown_one_on_a_line(asked: Talk) -> None:
    asked.tell("all", told(prior_systemic_therapy="none", prior_radiotherapy=False, cancer_stage="IV", fluid_buildup=False))
    assert asked.texts.count("\n- ") == 4
    assert asked.texts.endswith("Is that right?")


@pytest.mark.parametrize("reading", [ReadElsewhere(), ReadCommand(Command.WHY)])
def test_what_comes_with_a_question_or_a_command_is_left(asked: Talk, reading: ReadElsewhere | ReadCommand) -> None:
    asked.tell("why, I'm 58", told(reading, prior_systemic_therapy="none"))
    assert "prior_systemic_therapy" not in asked.answers()


def test_what_no_criterion_needs_is_kept_and_asks_nothing(asked: Talk) -> None:
    asked.tell("58, 80 kg", told(age(58), weight=80.0))
    assert asked.answers()["weight"][0] == 80.0
    while asked.question:
        assert asked.question != "weight"
        asked.say(FITS[asked.question])
    assert asked.result is not None
    assert asked.result["verdict"] == "likely"


def test_what_does_not_apply_is_kept_and_asks_nothing(asked: Talk) -> None:
    asked.tell("58, no pill", told(age(58), willing_contraception=False))
    assert "willing_contraception" in asked.answers()
    while asked.question:
        asked.say({**FITS, "can_have_children": "no"}[asked.question])
    assert asked.result is not None
    assert asked.result["verdict"] == "likely"


def test_an_early_end_waits_for_every_fact_of_the_message(asked: Talk) -> None:
    asked.tell("58, had radiation, no fluid", told(age(58), prior_radiotherapy=True, fluid_buildup=False))
    assert asked.codes == ["noted", "ended_early"]
    assert {"age", "prior_radiotherapy", "fluid_buildup"} <= set(asked.answers())
    asked.say("wait no I misread, no radiation")
    assert asked.answers()["prior_radiotherapy"][0] is False


def test_a_fact_that_makes_the_open_question_needless_replaces_it(talk: Talk) -> None:
    talk.until("pregnant_or_breastfeeding", {**FITS, "age": "34"})
    talk.tell("I am a man", told(sex="male"))
    assert talk.question != "pregnant_or_breastfeeding"


def test_what_was_told_can_be_changed_and_counts_in_the_progress(asked: Talk) -> None:
    asked.tell("58 and no chemo", told(age(58), prior_systemic_therapy="none"))
    asked.tell("how many more?", Heard(ReadCommand(Command.PROGRESS)))
    assert "3 questions" in asked.texts
    asked.say("change an answer")
    assert any("medicine treatment" in title for title in asked.titles)
    asked.say("#change=prior_systemic_therapy")
    assert asked.question == "prior_systemic_therapy"


def test_a_fact_where_it_is_asked_which_answer_to_change_changes_it(asked: Talk) -> None:
    asked.say("54")
    open_question = asked.question
    asked.say("change an answer")
    asked.tell("I am 45", told(age=45))
    assert asked.codes == ["corrected"]
    assert asked.question == open_question


def test_a_fact_while_a_change_is_asked_keeps_that_question(asked: Talk) -> None:
    asked.say_all("54", "change my age")
    asked.tell("no chemo", told(prior_systemic_therapy="none"))
    assert asked.question == "age"
    assert asked.answers()["prior_systemic_therapy"][0] == "none"


@pytest.mark.parametrize("reading", [ReadNo(), ReadUnclear()])
def test_a_fact_after_an_early_end_corrects_and_opens_it_again(asked: Talk, reading: ReadNo | ReadUnclear) -> None:
    asked.say("12")
    assert "ended_early" in asked.codes
    asked.tell("no, 52", told(reading, age=52))
    assert "corrected" in asked.codes
    assert asked.question is not None


def test_a_yes_with_a_fact_after_an_early_end_goes_on(asked: Talk) -> None:
    asked.say("12")
    asked.tell("yes, and no chemo", told(ReadYes(), prior_systemic_therapy="none"))
    assert asked.question is not None
    assert asked.answers()["prior_systemic_therapy"][0] == "none"


def test_a_fact_after_the_result_makes_a_new_one(talk: Talk) -> None:
    talk.until("consent", FITS)
    while talk.question:
        talk.say(FITS[talk.question])
    talk.tell("I had fluid too", told(fluid_buildup=True))
    assert "corrected" in talk.codes
    assert talk.result is not None
    assert talk.result["verdict"] == "unlikely"


def test_a_fact_told_during_a_pause_is_not_lost(asked: Talk) -> None:
    asked.say("stop for now")
    asked.tell("no chemo so far", told(prior_systemic_therapy="none"))
    assert asked.codes == ["resumed", "noted"]
    assert asked.question == "age"


def test_a_fact_while_erasing_is_asked_about_changes_nothing(asked: Talk) -> None:
    asked.say("erase my answers")
    asked.tell("no chemo so far", told(prior_systemic_therapy="none"))
    assert asked.codes == ["kept"]
    assert "prior_systemic_therapy" not in asked.answers()


def test_two_values_are_named_so_that_one_can_be_chosen(asked: Talk) -> None:
    asked.tell("58 or 59", Heard(ReadUnclear((58, 59))))
    assert asked.codes == ["unclear"]
    assert "58 years or 59 years" in asked.texts
    assert asked.question == "age"


def test_two_choices_are_named_in_their_own_words(talk: Talk) -> None:
    talk.until("cancer_stage", FITS)
    for _ in range(2):
        talk.tell("3 or 4", Heard(ReadUnclear(("III", "IV"))))
        assert "I understood Stage 3 or Stage 4. Which one is right?" in talk.texts
        assert talk.question == "cancer_stage"
    talk.tell("3 or 4", Heard(ReadUnclear(("III", "IV"))))
    assert talk.question != "cancer_stage"


def test_a_message_sent_again_takes_its_facts_once(asked: Talk) -> None:
    asked.tell("58 and no chemo", told(age(58), prior_systemic_therapy="none"))
    message_id = f"message-{len(asked.replies) - 1}"
    assert asked.say("58 and no chemo", message_id=message_id) == asked.replies[-2]
