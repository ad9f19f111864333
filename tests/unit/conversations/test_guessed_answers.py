"""An answer that no word gave, and only examples taught: taken where it does no harm, read back first where it would."""

from __future__ import annotations

from bot.screening.reading.intent import Guess, Intent
from tests.conversing import Talk
from tests.people import people
from tests.unit.conversations.test_corrections import history

FITS = people("NCT06141070")[0].answers
UNHEARD_OF = "blorp wibble flonk"


def guessed(attribute: str, means: str) -> Intent:
    return Intent("statement", 0.9, {attribute: Guess(means, 0.95)})


def test_a_guess_that_rules_nobody_out_is_taken_and_said_back(talk: Talk) -> None:
    talk.until("diagnosis_confirmed", FITS)
    talk.say(UNHEARD_OF, guessed("diagnosis_confirmed", "yes"))
    assert history(talk, "diagnosis_confirmed") == [True]
    assert "noted" in talk.codes


def test_a_guess_that_would_rule_somebody_out_is_read_back_and_counts_after_a_yes(talk: Talk) -> None:
    talk.until("diagnosis_confirmed", FITS)
    talk.say(UNHEARD_OF, guessed("diagnosis_confirmed", "no"))
    assert talk.codes == ["confirm"]
    assert "Is that right?" in talk.texts
    assert history(talk, "diagnosis_confirmed") == []
    talk.say("yes")
    assert history(talk, "diagnosis_confirmed") == [False]


def test_a_guess_that_was_wrong_is_asked_again_and_never_kept(talk: Talk) -> None:
    talk.until("diagnosis_confirmed", FITS)
    talk.say(UNHEARD_OF, guessed("diagnosis_confirmed", "no"))
    talk.say("no")
    assert talk.question == "diagnosis_confirmed"
    assert history(talk, "diagnosis_confirmed") == []


def test_consent_is_never_only_guessed(talk: Talk) -> None:
    talk.say("hi")
    assert talk.question == "consent"
    talk.say(UNHEARD_OF, guessed("consent", "yes"))
    assert talk.codes == ["confirm"]
    talk.say("yes")
    assert talk.question not in (None, "consent")


def test_a_consent_that_was_guessed_as_refused_is_a_refusal_after_a_yes(talk: Talk) -> None:
    talk.say("hi")
    talk.say(UNHEARD_OF, guessed("consent", "no"))
    assert talk.codes == ["confirm"]
    talk.say("yes")
    assert "consent_declined" in talk.codes


def test_a_guess_at_a_story_is_read_back_alone_as_well_and_counts_after_a_yes(talk: Talk) -> None:
    talk.say("They blorp me in a wibble all day.", guessed("performance_status", "3"))
    assert talk.codes[-1] == "volunteered"
    talk.say("yes")
    assert "Is that right?" in talk.texts
    assert talk.answers().keys() <= {"consent"}
    talk.say("yes")
    assert talk.answers()["performance_status"][0] == "3"


def test_a_no_in_words_to_what_was_read_back_keeps_nothing(talk: Talk) -> None:
    talk.say("They blorp me in a wibble all day.", guessed("performance_status", "3"))
    talk.say("yes")
    talk.say("no, I gloop about the flam most of the day and wibble myself every morning, as I always did")
    assert "performance_status" not in talk.answers()
    assert talk.question == "performance_status", "what was misunderstood is asked"
