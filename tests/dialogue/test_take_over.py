"""A coordinator takes a conversation over on the real server: from then on the bot is silent, until it is handed back."""

from __future__ import annotations

import json
import sqlite3
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.store import Conversation as Stored
from bot.store import Message, Store
from bot.web.sessions import token_hash
from tests.dialogue.conversation import Conversation
from tests.dialogue.coordinator import Coordinator
from tests.dialogue.test_surviving import wait_until_well
from tests.people import people
from tests.product import Product, running_product
from tests.surviving.killing import kill

FITS = people("NCT06141070")[0].answers
# What may be an emergency is answered whoever has the conversation: nobody waits for a person to look.
DANGER = ("I can't breathe and my chest hurts badly right now", "I want to die")
# What the bot always answers: a question about the trial, a command, small talk, an answer to the open question, danger.
ALWAYS_ANSWERED = (
    "What are the risks of this trial?",
    "how much is left?",
    "hello",
    "no, never",
    *DANGER,
    "start over",
    "/restart",
)


@pytest.fixture(scope="module")
def product(engine_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product of this module's own: its engine is killed."""
    with running_product(tmp_path_factory.mktemp("taken-over")) as product:
        yield product


@pytest.fixture(scope="module")
def coordinator(product: Product) -> Coordinator:
    return Coordinator(product)


@pytest.fixture(scope="module")
def store(product: Product) -> Iterator[Store]:
    store = Store(f"sqlite:///{product.home / 'trialchat.db'}")
    yield store
    store.dispose()


def found(store: Store, talk: Conversation) -> Stored:
    with store.reading() as unit:
        stored = unit.conversation_by_sender("rest", talk.sender)
    assert stored is not None
    return stored


def found_widget(store: Store, token: str) -> str:
    """The id of a widget's conversation."""
    with store.reading() as unit:
        conversation = unit.conversation_by_token(token_hash(token))
    assert conversation is not None
    return conversation.id


def lines(store: Store, conversation: str) -> list[Message]:
    with store.reading() as unit:
        return unit.messages(conversation)


def answers(store: Store, conversation: str) -> list[tuple[str, Any]]:
    with store.reading() as unit:
        screening = unit.current_screening(conversation)
        assert screening is not None
        return [(answer.attribute, answer.value) for answer in unit.answers(screening.id)]


def tracker(product: Product, conversation: str) -> list[str]:
    """The kinds of events that Rasa itself keeps of a conversation, in order: where its next turn begins."""
    with closing(sqlite3.connect(product.home / "tracker.db")) as events:
        rows = events.execute("SELECT type_name FROM events WHERE sender_id = ? ORDER BY id", [conversation])
        return [str(kind) for (kind,) in rows]


def widget(product: Product, session: dict[str, str], text: str) -> list[dict[str, Any]]:
    """One message of a widget; what comes back."""
    status, answer = product.post("/chat/messages", {"id": str(uuid.uuid4()), "text": text}, session)
    assert status == 200, answer
    messages: list[dict[str, Any]] = answer["messages"]
    return messages


def transcript(product: Product, session: dict[str, str]) -> list[dict[str, Any]]:
    request = urllib.request.Request(product.base_url + "/chat/messages", headers=session)  # noqa: S310 - our own
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        messages: list[dict[str, Any]] = json.load(answer)["messages"]
    return messages


def test_the_bot_is_silent_until_it_is_handed_back(product: Product, coordinator: Coordinator, store: Store) -> None:
    talk = Conversation(product)
    talk.until("prior_radiotherapy", FITS)
    conversation = found(store, talk).id
    before, known = tracker(product, conversation), answers(store, conversation)
    coordinator.take_over(conversation)
    coordinator.write(conversation, "Hello, this is Ann. I read what you wrote.")
    heard = []
    for text in ALWAYS_ANSWERED:
        talk.say(text)
        heard.append(talk.codes)
        assert {custom["type"] for custom in talk.customs} == ({"notice", "safety"} if text in DANGER else {"notice"})
    # The person's lines came once, with the first answer, and nothing of the bot's did but where to get help in an emergency.
    assert heard == [["joined", "coordinator", "paused"], *[["paused"]] * (len(ALWAYS_ANSWERED) - 1)]
    # Rasa's own pause, and nothing else has changed for it.
    assert tracker(product, conversation) == [*before, "pause"]
    assert answers(store, conversation) == known
    # Whoever looks after it sees everything at once, and what was danger.
    said = [line for line in lines(store, conversation) if line.who == "patient"][-len(ALWAYS_ANSWERED) :]
    assert [line.text for line in said] == list(ALWAYS_ANSWERED)
    assert [line.intent for line in said if str(line.intent).startswith("safety")] == ["safety_emergency", "safety_crisis"]
    assert found(store, talk).waiting_since is not None

    coordinator.hand_back(conversation)
    assert found(store, talk).taken_over_by is None
    assert found(store, talk).waiting_since is None
    talk.say("thank you, goodbye")
    assert talk.codes[0] == "handed_back"
    assert talk.question == "prior_radiotherapy"
    assert answers(store, conversation) == known
    assert tracker(product, conversation) == before
    talk.finish(FITS)
    assert talk.result is not None
    assert talk.result["verdict"] == "likely"


def test_only_the_wish_to_be_erased_does_not_wait(product: Product, coordinator: Coordinator, store: Store) -> None:
    talk = Conversation(product)
    talk.until("prior_radiotherapy", FITS)
    conversation = found(store, talk).id
    coordinator.take_over(conversation)
    talk.say("erase my answers")
    assert talk.codes == ["confirm_erase"]
    heard = [line for line in lines(store, conversation) if line.who == "patient"][-1]
    assert (heard.text, heard.intent) == ("erase my answers", None), "the app asks; the engine does not hear of it"
    talk.say("Yes, erase everything")
    assert talk.codes == ["erased", "receipt"]
    with store.reading() as unit:
        assert unit.conversation(conversation) is None


def test_danger_is_answered_by_the_bot_as_soon_as_it_is_back(product: Product, coordinator: Coordinator, store: Store) -> None:
    talk = Conversation(product)
    talk.until("prior_radiotherapy", FITS)
    conversation = found(store, talk).id
    coordinator.take_over(conversation)
    coordinator.hand_back(conversation)
    talk.say("I can't breathe and my chest hurts badly right now")
    assert talk.codes[:2] == ["joined", "handed_back"]
    assert "safety" in talk.types


def test_in_the_widget_the_open_question_comes_back_once(product: Product, coordinator: Coordinator, store: Store) -> None:
    status, opened = product.post("/chat/session", {"trial_id": "NCT06141070", "locale": "en"})
    assert status == 201
    session = {"Authorization": f"Bearer {opened['token']}"}
    asked = widget(product, session, "yes")[-1]["custom"]["attribute"]
    asked = widget(product, session, FITS[asked])[-1]["custom"]["attribute"]
    conversation = found_widget(store, opened["token"])
    coordinator.take_over(conversation)
    coordinator.write(conversation, "Hello.")
    assert widget(product, session, "What are the risks of this trial?") == []
    assert widget(product, session, FITS[asked]) == []
    coordinator.hand_back(conversation)
    told = transcript(product, session)
    start = next(place for place, line in enumerate(told) if line.get("custom", {}).get("code") == "joined")
    assert [line["from"] for line in told[start:]] == ["bot", "coordinator", "patient", "patient", "bot", "bot"]
    left, question = told[-2:]
    assert left["custom"]["code"] == "handed_back"
    assert question["custom"]["attribute"] == asked
    # Its buttons count, though the engine has never seen them.
    following = widget(product, session, question["buttons"][0]["payload"])
    assert following[-1]["custom"]["attribute"] != asked
    assert transcript(product, session)[-len(following) - 1]["text"] == question["buttons"][0]["title"]


def test_an_engine_that_was_killed_is_silent_when_it_is_back(product: Product, coordinator: Coordinator, store: Store) -> None:
    talk = Conversation(product)
    talk.until("prior_radiotherapy", FITS)
    conversation = found(store, talk).id
    coordinator.take_over(conversation)
    talk.say("hello?")
    assert kill(product, product.engine_port)
    wait_until_well(product)
    talk.say("What are the risks of this trial?")
    assert talk.codes == ["paused"]
    # Handed back while the engine is away, the bot speaks with the next message.
    assert kill(product, product.engine_port)
    coordinator.hand_back(conversation)
    wait_until_well(product)
    talk.say("hello again")
    assert talk.question == "prior_radiotherapy"


def test_taken_over_while_the_engine_is_away_the_bot_never_speaks(product: Product, coordinator: Coordinator, store: Store) -> None:
    talk = Conversation(product)
    talk.until("prior_radiotherapy", FITS)
    conversation = found(store, talk).id
    assert kill(product, product.engine_port)
    coordinator.take_over(conversation)
    wait_until_well(product)
    talk.say("What are the risks of this trial?")
    assert talk.codes == ["joined", "paused"]
    assert tracker(product, conversation)[-1] == "pause"
