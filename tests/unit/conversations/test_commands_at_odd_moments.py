"""Commands where they are not expected: before the yes, after the end, twice, and while something else is being settled."""

from __future__ import annotations

import pytest

from bot.screening.readings import Command, Heard, ReadAnswer, ReadCommand
from tests.conversing import Talk, told
from tests.people import people
from tests.unit.conversations.test_endings import finish

FITS = people("NCT06141070")[0].answers


def command(which: Command, attribute: str | None = None) -> Heard:
    return Heard(ReadCommand(which, attribute))


def test_stop_after_the_end_says_goodbye(talk: Talk) -> None:
    finish(talk, FITS)
    talk.say("stop")
    assert "done" in talk.codes


def test_stop_where_one_trial_does_not_fit_says_goodbye_with_whom_to_call(talk: Talk) -> None:
    talk.until("prior_radiotherapy", FITS)
    talk.say_all("yes", "stop")
    assert talk.codes[-1] == "done"


@pytest.mark.parametrize("which", [Command.RESTART, Command.GO_ON])
def test_to_start_over_or_to_go_on_after_a_no_asks_for_the_yes_again(talk: Talk, which: Command) -> None:
    talk.say_all("hi", "no")
    talk.tell("let's go on", command(which))
    assert talk.question == "consent"


def test_to_start_over_before_anything_was_asked_needs_no_second_yes(talk: Talk) -> None:
    talk.say_all("hi", "start over")
    assert talk.question == "consent"


def test_to_start_over_said_twice_is_a_yes_to_it(talk: Talk) -> None:
    talk.until("sex", FITS)
    talk.say_all("start over", "start over")
    assert talk.question == "condition"


def test_to_erase_said_twice_is_a_yes_to_it(talk: Talk) -> None:
    talk.until("sex", FITS)
    talk.say_all("delete my data", "delete my data")
    assert "erased" in talk.codes


def test_to_change_an_answer_said_twice_still_leads_back_to_the_open_question(talk: Talk) -> None:
    talk.until("sex", FITS)
    talk.say_all("change an answer", "change an answer")
    assert "choose_change" in talk.codes
    talk.say("no")
    assert talk.question == "sex"


def test_a_new_value_where_an_answer_to_change_is_to_be_named_is_taken(talk: Talk) -> None:
    talk.until("sex", FITS)
    talk.say("change an answer")
    talk.tell("54", Heard(ReadAnswer("age", 54, "54")))
    assert talk.answers()["age"][0] == 54


def test_to_change_what_was_not_told_while_facts_are_read_back_asks_which_is_wrong(talk: Talk) -> None:
    talk.say_all("hi, I am 54 and my cancer is stage 4", "yes")
    assert "understood" in talk.codes
    talk.tell("change my weight", command(Command.CHANGE, "weight"))
    assert talk.codes == ["unclear", "choose_change"]


def test_an_answer_to_another_question_before_the_yes_waits_for_it(talk: Talk) -> None:
    talk.say("hi")
    talk.tell("54", Heard(ReadAnswer("age", 54, "54")))
    assert talk.answers() == {}
    talk.say("yes")
    assert "54" in talk.texts


def test_what_nobody_is_asked_is_taken_back_without_a_question(talk: Talk) -> None:
    talk.say("hi")
    talk.tell("I have dark thoughts, I am 54", told(suicidal_thoughts=True))
    talk.say("yes")
    talk.say("no, that is wrong")
    assert talk.question not in ("suicidal_thoughts", "consent")
    assert "suicidal_thoughts" not in talk.answers()
