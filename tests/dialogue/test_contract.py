"""The messages of a whole conversation have the shapes of the contract (section 2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.conversations import messages as shapes
from tests.dialogue.conversation import Conversation
from tests.people import people
from tests.product import Product

FITS = people("NCT06141070")[0].answers
SHAPES = {
    "question": shapes.QuestionCustom,
    "result": shapes.ResultCustom,
    "handoff": shapes.HandoffCustom,
    "fact": shapes.FactCustom,
    "safety": shapes.SafetyCustom,
    "notice": shapes.NoticeCustom,
}


def whole_conversation(product: Product) -> Iterator[list[dict[str, Any]]]:
    conversation = Conversation(product)
    yield conversation.say("hi there")
    yield conversation.say("why?")
    while conversation.question is not None:
        yield conversation.say(FITS[conversation.question])


def test_every_message_of_a_conversation_has_its_shape(product: Product) -> None:
    seen = set()
    for turn in whole_conversation(product):
        assert turn
        for message in turn:
            assert set(message) <= {"recipient_id", "text", "buttons", "custom"}
            assert message["text"].strip()
            for button in message.get("buttons", []):
                assert set(button) == {"title", "payload"}
                assert not button["payload"].startswith("/")
            if "custom" in message:
                seen.add(message["custom"]["type"])
                SHAPES[message["custom"]["type"]].model_validate(message["custom"])
    assert {"question", "result", "handoff", "notice"} <= seen


def test_every_answer_names_its_recipient(product: Product) -> None:
    conversation = Conversation(product)
    assert {message["recipient_id"] for message in conversation.say("hi")} == {conversation.sender}


def test_the_text_of_a_choice_names_the_choices_for_channels_without_buttons(product: Product) -> None:
    conversation = Conversation(product)
    conversation.until("performance_status", FITS)
    question = next(message for message in conversation.messages if message.get("custom", {}).get("type") == "question")
    for option in question["custom"]["options"]:
        assert option["title"] in question["text"]


def test_progress_is_honest(product: Product) -> None:
    conversation = Conversation(product)
    conversation.say("hi")
    estimates = []
    while conversation.question is not None:
        progress = next(custom["progress"] for custom in conversation.customs if custom["type"] == "question")
        estimates.append(progress["answered"] + progress["remaining"])
        conversation.say(FITS[conversation.question])
    assert estimates == sorted(estimates, reverse=True), "the whole only shrinks"
    assert len(conversation.asked) - 1 <= estimates[0], "there were never more questions than said at first"


def test_without_metadata_the_only_trial_there_is_is_meant(product: Product) -> None:
    conversation = Conversation(product, metadata={})
    conversation.say("hello")
    assert conversation.question == "consent"


def test_a_trial_that_is_not_stored_is_said_so_and_a_search_offered(product: Product) -> None:
    conversation = Conversation(product, metadata={"trial_id": "NCT00000001"})
    conversation.say("hello")
    assert "trial_unknown" in conversation.codes
    assert "NCT00000001" in conversation.text
    assert conversation.question == "consent"


def test_what_was_asked_for_at_the_start_stays(product: Product) -> None:
    conversation = Conversation(product)
    conversation.until("age", FITS)
    conversation.metadata = {"trial_id": "NCT00000001", "locale": "xx"}
    conversation.say("54")
    assert conversation.question is not None
