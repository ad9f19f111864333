"""Stories, facts beside an answer, somebody else's illness and words sent twice, through the real engine."""

from __future__ import annotations

from tests.dialogue.conversation import Conversation
from tests.people import people
from tests.product import Product

FITS = people("NCT06141070")[0].answers
STORY = "I have non-small cell lung cancer and I never had chemo"


def test_a_story_told_first_waits_for_consent_and_is_repeated_back(product: Product) -> None:
    conversation = Conversation(product)
    conversation.say(STORY)
    assert "volunteered" in conversation.codes
    assert conversation.question == "consent"
    conversation.say("yes")
    assert "understood" in conversation.codes
    conversation.say(conversation.payload_of("Yes, that is right"))
    conversation.finish(FITS)
    assert not {"condition", "prior_systemic_therapy"} & set(conversation.asked)
    assert conversation.result is not None
    assert conversation.result["verdict"] == "likely"


def test_a_story_with_a_question_is_answered_and_heard(product: Product) -> None:
    conversation = Conversation(product)
    conversation.say(f"{STORY}. Where does the trial take place?")
    assert conversation.question == "consent"
    assert "volunteered" in conversation.codes


def test_a_question_alone_tells_nothing(product: Product) -> None:
    conversation = Conversation(product)
    conversation.say("where does the trial take place?")
    assert "fact" in conversation.types
    assert "volunteered" not in conversation.codes


def test_a_fact_beside_an_answer_is_not_asked_again(product: Product) -> None:
    conversation = Conversation(product)
    conversation.until("prior_radiotherapy", FITS)
    conversation.say("no, and I never had chemo")
    conversation.finish(FITS)
    assert "prior_systemic_therapy" not in conversation.asked
    assert conversation.result is not None


def test_somebody_elses_illness_is_asked_about_as_theirs(product: Product) -> None:
    conversation = Conversation(product)
    conversation.say("my mum has lung cancer")
    assert "about" in conversation.codes
    assert "your mother's health" in conversation.text


def test_the_same_words_twice_at_once_are_one_answer(product: Product) -> None:
    conversation = Conversation(product)
    conversation.until("fluid_buildup", FITS)
    while conversation.question == "fluid_buildup":
        conversation.say("no, no fluid")
    open_question = conversation.question
    conversation.say("no, no fluid")
    assert conversation.question == open_question
