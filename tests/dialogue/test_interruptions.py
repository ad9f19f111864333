"""Everything beside an answer, in the middle of a screening on the real engine: the open question comes back."""

from __future__ import annotations

import pytest

from bot.store import Store
from tests.dialogue.conversation import Conversation
from tests.people import people
from tests.product import Product

FITS = people("NCT06141070")[0].answers


@pytest.fixture
def conversation(product: Product) -> Conversation:
    """With the question about radiotherapy open."""
    conversation = Conversation(product)
    conversation.until("prior_radiotherapy", FITS)
    return conversation


@pytest.mark.parametrize(
    ("message", "topic"),
    [
        ("what phase is this trial?", "phase"),
        ("where does it take place?", "locations"),
        ("who is running this study?", "sponsor"),
        ("what will it cost me?", "cost"),
        ("is my information kept private?", "privacy"),
    ],
)
def test_a_question_about_the_trial_is_answered_from_the_record(conversation: Conversation, message: str, topic: str) -> None:
    conversation.say(message)
    facts = [custom for custom in conversation.customs if custom["type"] == "fact"]
    assert [fact["topic"] for fact in facts] == [topic]
    assert conversation.question == "prior_radiotherapy"


@pytest.mark.parametrize(
    "message", ["thank you", "hello", "#why", "help", "I want to speak to a human", "how many more questions?", "repeat that please"]
)
def test_the_open_question_returns(conversation: Conversation, message: str) -> None:
    conversation.say(message)
    assert conversation.question == "prior_radiotherapy"
    assert len(conversation.messages) >= 1


@pytest.mark.parametrize(("message", "category"), [("I can't breathe", "emergency"), ("I want to kill myself", "crisis")])
def test_danger_comes_first_and_the_screening_pauses(conversation: Conversation, message: str, category: str) -> None:
    conversation.say(message)
    assert [custom["category"] for custom in conversation.customs if custom["type"] == "safety"] == [category]
    assert conversation.question is None
    conversation.say("continue")
    assert conversation.question == "prior_radiotherapy"


def test_whoever_asks_for_a_person_or_is_in_danger_waits_for_the_study_team(product: Product) -> None:
    store = Store(f"sqlite:///{product.home / 'trialchat.db'}")
    try:
        for message, waits in (("which phase is it?", False), ("I want to speak to a human", True), ("I can't breathe", True)):
            talk = Conversation(product)
            talk.until("prior_radiotherapy", FITS)
            talk.say(message)
            with store.reading() as unit:
                stored = unit.conversation_by_sender("rest", talk.sender)
            assert stored is not None
            assert (stored.waiting_since is not None) is waits, message
    finally:
        store.dispose()


def test_history_is_no_emergency(conversation: Conversation) -> None:
    conversation.say("I had chest pain in 2015")
    assert "safety" not in conversation.types


def test_an_answer_is_never_lost_to_an_intent(conversation: Conversation) -> None:
    conversation.say("no")
    conversation.until("fluid_buildup", FITS)
    conversation.say("mild")  # near "hi" for a classifier: once lost as a greeting
    assert conversation.question == "fluid_buildup"
    assert conversation.codes == ["unclear"]


def test_danger_before_anything_else_is_answered_alone(product: Product) -> None:
    conversation = Conversation(product)
    conversation.say("I want to kill myself")
    assert conversation.types == ["safety"]
    conversation.say("hello")
    assert conversation.question == "consent"


@pytest.mark.parametrize(
    "message", ["what is this trial about?", "help", "thanks", "erase everything", "asdf qwer", "no", "stop", "", "#age=5"]
)
def test_whatever_comes_first_is_answered_and_consent_is_asked(product: Product, message: str) -> None:
    conversation = Conversation(product)
    conversation.say(message)
    assert conversation.question == "consent"


def test_erasing_ends_it_and_the_next_message_starts_anew(conversation: Conversation) -> None:
    conversation.say_all("erase my answers", "Yes, erase everything")
    assert conversation.codes == ["erased", "receipt"]
    conversation.say("hello")
    assert conversation.question == "consent"


@pytest.mark.parametrize(("locale", "number"), [("sv-SE", "1177"), ("en-US", "911"), ("en_SE", "112"), ("en", "112")])
def test_an_emergency_names_the_numbers_of_the_persons_country(product: Product, locale: str, number: str) -> None:
    conversation = Conversation(product, metadata={"trial_id": "NCT06141070", "locale": locale})
    conversation.say("I can't breathe")
    assert number in conversation.text
