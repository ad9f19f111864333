"""Every message that is no answer to the question that is open counts as one that was not understood, also the last of them."""

from __future__ import annotations

from bot.figures.counting import Selection
from bot.figures.weeks import week_of
from bot.screening.readings import Heard, ReadAnswer
from tests.conversing import NOW, Talk

NONSENSE = "bananas"


def unread(talk: Talk) -> dict[str, int]:
    with talk.store.reading() as unit:
        return dict(unit.unread_counts(Selection(None, week_of(NOW), week_of(NOW))))


def test_each_try_counts_and_so_does_the_one_after_which_the_question_is_left(talk: Talk) -> None:
    talk.say_all("hi", "yes")
    assert talk.question == "condition"
    for number in (1, 2, 3):
        talk.say(NONSENSE)
        assert unread(talk) == {"condition": number}
    assert talk.question != "condition"
    assert talk.answers()["condition"] == (None, "")


def test_at_the_question_for_consent_the_one_that_is_taken_as_a_no_counts_too(talk: Talk) -> None:
    talk.say_all("hi", NONSENSE, NONSENSE, NONSENSE)
    assert talk.codes == ["consent_declined"]
    assert unread(talk) == {"consent": 3}


def test_whoever_says_no_was_understood(talk: Talk) -> None:
    talk.say_all("hi", "no")
    assert unread(talk) == {}


def test_what_is_neither_a_yes_nor_a_no_to_what_is_read_back_counts(talk: Talk) -> None:
    talk.say_all("hi", "yes")
    guessed = ReadAnswer("condition", ("breast_cancer",), "their words", guessed=True)
    talk.tell("their words", Heard(guessed))
    assert talk.codes == ["confirm"]
    talk.say(NONSENSE)
    assert talk.codes == ["unclear", "confirm"]
    assert unread(talk) == {"condition": 1}
