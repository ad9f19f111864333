"""The same words that arrive twice at once, under two ids, are one answer and not two."""

from __future__ import annotations

import pytest

from tests.conversing import Talk
from tests.people import people

FITS = people("NCT06141070")[0].answers


@pytest.fixture
def answered(talk: Talk) -> Talk:
    """Somebody whose no to one question led to another that a no can answer."""
    talk.until("fluid_buildup", FITS)
    talk.say("no")
    assert talk.question == "leptomeningeal_disease"
    return talk


def test_the_second_of_two_at_once_does_not_answer_the_next_question(answered: Talk) -> None:
    answered.say("no", seconds_later=1)
    assert answered.codes == ["sent_twice"]
    assert answered.question == "leptomeningeal_disease"
    assert "leptomeningeal_disease" not in answered.answers()


def test_saying_it_once_more_answers(answered: Talk) -> None:
    answered.say("no", seconds_later=1)
    answered.say("no", seconds_later=3)
    assert answered.answers()["leptomeningeal_disease"][0] is False


def test_other_words_answer_at_once(answered: Talk) -> None:
    answered.say("no it is not", seconds_later=1)
    assert answered.codes != ["sent_twice"]
    assert answered.question != "leptomeningeal_disease"


def test_the_same_words_later_answer(answered: Talk) -> None:
    answered.say("no", seconds_later=11)
    assert answered.answers()["leptomeningeal_disease"][0] is False


def test_the_first_words_of_all_are_no_consent_when_they_come_twice(talk: Talk) -> None:
    talk.say("yes")
    talk.say("yes", seconds_later=1)
    assert talk.question == "consent"
    assert talk.answers() == {}


def test_asking_twice_for_erasure_erases_nothing_yet(talk: Talk) -> None:
    talk.until("age", FITS)
    talk.say("erase my answers")
    assert not talk.say("erase my answers", seconds_later=1).erased
    assert talk.codes == ["sent_twice", "confirm_erase"]


def test_a_question_asked_twice_is_handed_over_twice(talk: Talk) -> None:
    talk.until("fluid_buildup", FITS)
    assert talk.say("which phase is it?", intent="ask_phase").handed_over
    assert talk.say("which phase is it?", intent="ask_phase", seconds_later=1).handed_over


def test_a_number_twice_is_no_answer_to_another_question(talk: Talk) -> None:
    talk.until("age", FITS)
    talk.say("64")
    open_question = talk.question
    talk.say("64", seconds_later=1)
    assert talk.question == open_question
