"""Going back, changing an answer, and old quick replies tapped again."""

from __future__ import annotations

import pytest

from tests.conversing import Talk
from tests.people import people

FITS = people("NCT06141070")[0].answers


def history(talk: Talk, attribute: str) -> list[object]:
    with talk.store.reading() as unit:
        screening = unit.current_screening(talk.conversation_id)
        assert screening is not None
        return [answer.value for answer in unit.answers(screening.id) if answer.attribute == attribute]


def test_back_asks_the_question_before_again_and_says_what_was_noted(talk: Talk) -> None:
    talk.until("age", FITS)
    talk.say("54")
    talk.say("go back")
    assert talk.question == "age"
    assert "54" in talk.texts


def test_back_on_the_first_question_says_that_there_is_nothing_before(talk: Talk) -> None:
    talk.say_all("hi", "yes", "back")
    assert talk.codes == ["nothing_to_change"]
    assert talk.question == "condition"


def test_a_corrected_answer_is_said_and_both_are_kept_as_history(talk: Talk) -> None:
    talk.until("age", FITS)
    talk.say_all("54", "go back", "45")
    assert "from 54 years to 45 years" in talk.texts
    assert history(talk, "age") == [54, 45]


def test_change_names_the_answer_and_the_new_value_in_one_message(talk: Talk) -> None:
    talk.until("age", FITS)
    talk.say("54")
    open_question = talk.question
    talk.say("change my age to 45")
    assert "from 54 years to 45 years" in talk.texts
    assert talk.question == open_question


def test_change_without_a_value_asks_that_question_again(talk: Talk) -> None:
    talk.until("sex", FITS)
    talk.say("change my age")
    assert talk.question == "age"


def test_change_alone_lists_the_answers_given(talk: Talk) -> None:
    talk.until("age", FITS)
    talk.say_all("54", "change an answer")
    assert talk.codes == ["choose_change"]
    assert "Your age: 54 years" in talk.titles
    talk.say("Your age: 54 years")
    assert talk.question == "age"


def test_changing_nothing_after_all_goes_back_to_the_open_question(talk: Talk) -> None:
    talk.until("age", FITS)
    talk.say("54")
    open_question = talk.question
    talk.say_all("change an answer", "no")
    assert talk.question == open_question


def test_an_answer_that_was_not_given_leads_no_deeper_where_it_is_asked_which_to_change(talk: Talk) -> None:
    talk.until("prior_radiotherapy", FITS)
    talk.say_all("change an answer", "the one about contraception")
    assert talk.codes == ["choose_change"]
    talk.say("no")
    assert talk.question == "prior_radiotherapy"


def test_an_old_quick_reply_tapped_again_corrects_its_own_question(talk: Talk) -> None:
    talk.until("prior_systemic_therapy", FITS)
    assert history(talk, "prior_radiotherapy") == [False]
    talk.say("#prior_radiotherapy=yes")
    assert talk.codes[0] == "corrected"
    assert history(talk, "prior_radiotherapy") == [False, True]


def test_a_double_tap_counts_once_and_the_open_question_stays(talk: Talk) -> None:
    talk.until("prior_radiotherapy", FITS)
    talk.say("#prior_radiotherapy=no")
    open_question = talk.question
    talk.say("#prior_radiotherapy=no")
    assert talk.question == open_question
    assert history(talk, "prior_radiotherapy") == [False]


def test_correcting_the_answer_that_ended_it_opens_the_screening_again(talk: Talk) -> None:
    talk.until("age", FITS)
    talk.say("12")
    assert "ended_early" in talk.codes
    talk.say("change my age to 45")
    assert talk.question is not None


def test_correcting_the_sex_takes_the_pregnancy_out_of_the_result(talk: Talk) -> None:
    young = {**FITS, "age": "34"}
    talk.until("pregnant_or_breastfeeding", young)
    talk.say("yes")
    assert talk.result is not None
    assert talk.result["verdict"] == "unlikely"
    talk.say("change my sex to male")
    assert talk.result is None
    assert talk.question is not None


def test_an_answer_can_be_changed_after_the_result(talk: Talk) -> None:
    man = {**FITS, "sex": "male"}
    talk.until("consent", man)
    while talk.question:
        talk.say(man[talk.question])
    assert talk.result is not None
    assert talk.result["verdict"] == "likely"
    talk.say("change my age to 18")
    while talk.question:
        talk.say(man[talk.question])
    assert talk.result is not None
    assert talk.result["verdict"] == "possible"


@pytest.mark.parametrize("text", ["wait, my age is 45", "sorry my age is 45", "actually my age is 45"])
def test_a_correction_needs_no_command(talk: Talk, text: str) -> None:
    talk.until("sex", {**FITS, "age": "54"})
    talk.say(text)
    assert "from 54 years to 45 years" in talk.texts
    assert history(talk, "age") == [54, 45]


def test_a_slip_that_ended_it_is_taken_back_in_words(talk: Talk) -> None:
    talk.until("prior_radiotherapy", FITS)
    talk.say("yes")
    assert "ended_early" in talk.codes
    talk.say("wait no I misread, no radiation")
    assert history(talk, "prior_radiotherapy") == [True, False]
    assert talk.question is not None


def test_choosing_what_to_change_is_no_trap(talk: Talk) -> None:
    talk.until("prior_radiotherapy", FITS)
    talk.say_all("change an answer", "never mind")
    assert talk.question == "prior_radiotherapy"
    talk.say_all("change an answer", "bananas", "bananas")
    assert talk.question == "prior_radiotherapy"


@pytest.mark.parametrize("text", ["go on", "keep going", "continue", "yes please", "ask the rest"])
def test_going_on_after_an_early_end_takes_any_words(talk: Talk, text: str) -> None:
    talk.until("prior_radiotherapy", FITS)
    talk.say_all("yes", text)
    assert talk.question is not None


def test_another_value_after_an_early_end_is_a_correction_and_no_goodbye(talk: Talk) -> None:
    talk.until("last_trial_drug", FITS)
    talk.say("yesterday")
    assert "ended_early" in talk.codes
    talk.say("no it was 2 months ago")
    assert history(talk, "last_trial_drug") == [1, 60]
    assert talk.question is not None


def test_a_long_no_after_an_early_end_is_not_taken_for_goodbye(talk: Talk) -> None:
    talk.until("prior_radiotherapy", FITS)
    talk.say_all("yes", "no that was my brother who had it")
    assert "done" not in talk.codes
    assert talk.titles


def test_a_greeting_after_a_pause_goes_on(talk: Talk) -> None:
    talk.until("prior_radiotherapy", FITS)
    talk.say("stop for now")
    talk.say("hi", intent="greet")
    assert talk.question == "prior_radiotherapy"
