"""Why, help, repeat, pausing, questions for others: the open question always comes back."""

from __future__ import annotations

import pytest

from tests.conversing import Talk
from tests.people import people

FITS = people("NCT06141070")[0].answers


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("why do you ask?", "why"),
        ("#why", "why"),
        ("how do I find out?", "help"),
        ("how many more?", "progress"),
        ("talk to a person", "human"),
        ("can we do this in another language", "language"),
        ("", "empty"),
        ("\x00\x07\u200b", "empty"),
    ],
)
def test_an_interruption_is_answered_and_the_question_returns(talk: Talk, message: str, code: str) -> None:
    talk.until("prior_radiotherapy", FITS)
    talk.say(message)
    assert talk.codes == [code]
    assert talk.question == "prior_radiotherapy"


def test_why_names_the_criteria_that_depend_on_the_answer(talk: Talk) -> None:
    talk.until("prior_radiotherapy", FITS)
    talk.say("why?")
    assert "no medicine treatment or radiation for this cancer" in talk.texts


def test_repeat_puts_the_same_question(talk: Talk) -> None:
    talk.until("prior_radiotherapy", FITS)
    talk.say("say that again")
    assert talk.question == "prior_radiotherapy"


@pytest.mark.parametrize("intent", ["ask_phase", "ask_locations", "greet", "thanks", "medical_advice"])
def test_what_is_not_for_the_screening_is_handed_to_the_rest_of_the_dialogue(talk: Talk, intent: str) -> None:
    talk.until("prior_radiotherapy", FITS)
    assert talk.say("what about mumble?", intent=intent).handed_over


def test_an_intent_never_outranks_an_answer(talk: Talk) -> None:
    talk.until("prior_radiotherapy", FITS)
    reply = talk.say("no", intent="ask_phase", confidence=0.99)
    assert not reply.handed_over
    assert talk.question != "prior_radiotherapy"


@pytest.mark.parametrize("intent", ["go_back", "skip", "stop", "start_over", "erase", "change_answer", "unsure", "affirm"])
def test_an_intent_that_is_not_sure_never_moves_the_screening(talk: Talk, intent: str) -> None:
    talk.until("prior_radiotherapy", FITS)
    talk.say("back pain since march", intent=intent, confidence=0.4)
    assert talk.codes == ["unclear"]
    assert talk.question == "prior_radiotherapy"


@pytest.mark.parametrize("intent", ["affirm", "deny", "statement"])
def test_an_intent_alone_is_never_an_answer(talk: Talk, intent: str) -> None:
    talk.until("prior_radiotherapy", FITS)
    talk.say("back pain since march", intent=intent, confidence=0.99)
    assert talk.codes == ["unclear"]
    assert talk.question == "prior_radiotherapy"


@pytest.mark.parametrize("intent", ["stop", "start_over", "erase"])
def test_a_sure_intent_in_unknown_words_is_obeyed_and_loses_nothing(talk: Talk, intent: str) -> None:
    talk.until("prior_radiotherapy", FITS)
    talk.say("me be done with the whole shebang", intent=intent, confidence=0.9)
    talk.say("no, continue")
    assert talk.question == "prior_radiotherapy"


@pytest.mark.parametrize("intent", ["safety_emergency", "safety_crisis"])
def test_danger_outranks_even_an_answer(talk: Talk, intent: str) -> None:
    talk.until("prior_radiotherapy", FITS)
    assert talk.say("no", intent=intent, confidence=1.0).handed_over


def test_an_unclear_answer_is_asked_again_in_other_words_twice_and_then_left_open(talk: Talk) -> None:
    talk.until("prior_radiotherapy", FITS)
    asked = [talk.texts]
    for _ in range(2):
        talk.say("bananas")
        assert talk.question == "prior_radiotherapy"
        asked.append(talk.texts)
    assert len(set(asked)) == 3
    talk.say("bananas")
    assert talk.question not in (None, "prior_radiotherapy")


def test_an_illness_that_has_many_kinds_is_said_back_and_its_kind_asked(talk: Talk) -> None:
    talk.until("condition", FITS)
    talk.say("a cancer of some sort")
    assert talk.codes == ["unclear"]
    assert "I understood that you are looking for trials about cancer, but not which kind" in talk.texts
    assert talk.question == "condition"


def test_stop_pauses_and_coming_back_asks_the_same_question(talk: Talk) -> None:
    talk.until("prior_radiotherapy", FITS)
    talk.say("stop for now")
    assert talk.codes == ["paused"]
    assert talk.question is None
    talk.say("I'm back")
    assert talk.codes == ["resumed"]
    assert talk.question == "prior_radiotherapy"


def test_an_answer_given_while_paused_is_not_lost(talk: Talk) -> None:
    talk.until("age", FITS)
    talk.say_all("stop for now", "64")
    assert talk.codes[0] == "resumed"
    assert talk.question not in (None, "age")


@pytest.mark.parametrize("text", ["yes", "no", "ok"])
def test_a_yes_or_no_after_a_pause_is_to_the_pause_and_never_to_the_question_behind_it(talk: Talk, text: str) -> None:
    talk.until("prior_radiotherapy", FITS)
    talk.say_all("stop for now", text)
    assert talk.codes[0] == "resumed"
    assert talk.question == "prior_radiotherapy"


def test_a_feeling_gets_a_kind_word_and_the_question_waits(talk: Talk) -> None:
    talk.until("prior_radiotherapy", FITS)
    for _ in range(4):
        talk.say("im scared")
        assert talk.codes == ["comfort"]
        assert talk.question == "prior_radiotherapy"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("my daughter can drive me", "statement"),
        ("im as active as i was before", "statement"),
        ("less than a month ago more or less", "thanks"),
    ],
)
def test_a_statement_is_no_question_whatever_the_classifier_makes_of_it(talk: Talk, text: str, intent: str) -> None:
    talk.until("prior_radiotherapy", FITS)
    assert not talk.say(text, intent=intent, confidence=0.95).handed_over


def test_skip_leaves_the_question_open_and_goes_on(talk: Talk) -> None:
    talk.until("prior_radiotherapy", FITS)
    talk.say("skip")
    assert talk.question not in (None, "prior_radiotherapy")


@pytest.mark.parametrize("message", ["/restart", '/intent{"value": "8"}', "/deny", "  /restart", "/8"])
def test_a_command_to_the_machine_is_ordinary_text(talk: Talk, message: str) -> None:
    talk.until("age", FITS)
    talk.say(message)
    assert talk.codes == ["unclear"]
    assert talk.question == "age"


@pytest.mark.parametrize(
    "message", ["<script>alert(1)</script>", "x" * 4000, "\ud800", "🙂" * 300, "'; DROP TABLE answers; --", "{placeholder}"]
)
def test_odd_input_gets_words_and_loses_nothing(talk: Talk, message: str) -> None:
    talk.until("prior_radiotherapy", FITS)
    talk.say(message)
    assert talk.question == "prior_radiotherapy"


@pytest.mark.parametrize("number", ["112", "1000000", "-5", "0"])
def test_an_unlikely_number_is_never_simply_taken(talk: Talk, number: str) -> None:
    talk.until("age", FITS)
    talk.say(number)
    assert talk.question == "age" or talk.codes == ["confirm"]


def test_an_unusual_number_counts_once_it_is_confirmed(talk: Talk) -> None:
    talk.until("age", FITS)
    talk.say("112")
    assert "112 years" in talk.texts
    talk.say("Yes, that is right")
    assert talk.question not in (None, "age")


def test_an_unusual_number_can_be_taken_back(talk: Talk) -> None:
    talk.until("age", FITS)
    talk.say_all("112", "no")
    assert talk.question == "age"
    talk.say("64")
    assert talk.question not in (None, "age")
