"""The custom actions translate between the engine and the desk, and do nothing else."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import yaml
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection

import actions
from actions import all_actions
from bot.conversations.desk import Desk
from bot.settings import PROJECT
from bot.store import Store
from bot.words import Library
from tests.conversing import NOW, Talk
from tests.people import people

FITS = people("NCT06141070")[0].answers


@pytest.fixture
def by_name(store: Store, library: Library) -> dict[str, Action]:
    return {action.name(): action for action in all_actions(Desk(store, library, lambda: NOW, "https://example.org"))}


def tracker(
    conversation_id: str, text: str, intent: str = "nlu_fallback", confidence: float = 0.3, after: str = "action_listen"
) -> Tracker:
    """The engine's view of a conversation in which a person just said `text`."""
    latest = {"text": text, "intent": {"name": intent, "confidence": confidence}, "entities": [], "message_id": f"id-{text}"}
    return Tracker(conversation_id, {}, latest, [], False, None, {}, after)


async def run(action: Action, given: Tracker) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    dispatcher = CollectingDispatcher()
    result = action.run(dispatcher, given, {})
    events = await result if inspect.isawaitable(result) else result
    return events, dispatcher.messages


def test_the_domain_names_exactly_these_actions(by_name: dict[str, Action]) -> None:
    domain = yaml.safe_load((PROJECT / "domain.yml").read_text())
    assert set(domain["actions"]) == set(by_name)


def test_there_is_a_file_for_the_screening_and_one_for_what_interrupts_it() -> None:
    assert actions.ActionScreening.__module__ == "actions.screening"


async def test_the_screening_makes_itself_the_active_loop(by_name: dict[str, Action], talk: Talk) -> None:
    events, messages = await run(by_name["action_screening"], tracker(talk.conversation_id, "hello"))
    assert events == [{"event": "active_loop", "timestamp": None, "name": "action_screening"}]
    assert messages[-1]["custom"]["attribute"] == "consent"


async def test_text_buttons_and_data_of_a_message_stay_together(by_name: dict[str, Action], talk: Talk) -> None:
    _, messages = await run(by_name["action_screening"], tracker(talk.conversation_id, "hello"))
    question = messages[-1]
    assert question["text"]
    assert question["buttons"]
    assert question["custom"]["type"] == "question"


async def test_what_the_screening_does_not_take_is_rejected_for_the_rules(by_name: dict[str, Action], talk: Talk) -> None:
    talk.until("prior_radiotherapy", FITS)
    with pytest.raises(ActionExecutionRejection):
        await run(by_name["action_screening"], tracker(talk.conversation_id, "which phase", "ask_phase", 0.9))


async def test_after_an_interruption_the_screening_only_asks_again(by_name: dict[str, Action], talk: Talk) -> None:
    talk.until("prior_radiotherapy", FITS)
    again = tracker(talk.conversation_id, "no", after="action_answer_question")
    _, messages = await run(by_name["action_screening"], again)
    assert [message["custom"]["attribute"] for message in messages] == ["prior_radiotherapy"]


async def test_after_danger_the_screening_is_silent_and_pauses(by_name: dict[str, Action], talk: Talk) -> None:
    talk.until("prior_radiotherapy", FITS)
    events, messages = await run(
        by_name["action_screening"], tracker(talk.conversation_id, "help me", "safety_emergency", 1.0, after="action_safety")
    )
    assert messages == []
    assert events
    talk.say("hello again")
    assert talk.codes[0] == "resumed"


async def test_erasing_ends_the_loop_and_the_turn(by_name: dict[str, Action], talk: Talk) -> None:
    talk.until("prior_radiotherapy", FITS)
    talk.say("erase my answers")
    events, messages = await run(by_name["action_screening"], tracker(talk.conversation_id, "#erase=confirm", "erase", 1.0))
    assert [(event["event"], event["name"]) for event in events] == [("active_loop", None), ("followup", "action_listen")]
    assert [message["custom"]["code"] for message in messages] == ["erased", "receipt"]


@pytest.mark.parametrize(
    ("name", "intent", "kind"),
    [
        ("action_answer_question", "ask_phase", "fact"),
        ("action_offer_human", "human", "notice"),
        ("action_help", "help", "notice"),
        ("action_small_talk", "thanks", "notice"),
        ("action_safety", "safety_emergency", "safety"),
        ("action_safety", "medical_advice", "safety"),
        ("action_erase", "erase", "notice"),
        ("action_default_fallback", "out_of_scope", "notice"),
    ],
)
async def test_each_interruption_says_something_and_changes_no_answer(
    by_name: dict[str, Action], talk: Talk, name: str, intent: str, kind: str
) -> None:
    events, messages = await run(by_name[name], tracker(talk.conversation_id, "anything", intent, 0.9))
    assert events == []
    assert [message["custom"]["type"] for message in messages] == [kind]
    assert all(message["text"] for message in messages)


@pytest.mark.parametrize(
    ("name", "intent", "waits"),
    [
        ("action_offer_human", "human", True),
        ("action_safety", "safety_emergency", True),
        ("action_safety", "safety_crisis", True),
        ("action_safety", "medical_advice", False),
        ("action_help", "help", False),
    ],
)
async def test_the_study_team_sees_who_asks_for_a_person_or_may_be_in_danger(
    by_name: dict[str, Action], talk: Talk, name: str, intent: str, waits: bool
) -> None:
    await run(by_name[name], tracker(talk.conversation_id, "anything", intent, 0.9))
    with talk.store.reading() as unit:
        conversation = unit.conversation(talk.conversation_id)
    assert conversation is not None
    assert (conversation.waiting_since is not None) is waits


async def test_an_interruption_of_an_unknown_conversation_still_gets_words(by_name: dict[str, Action]) -> None:
    _, messages = await run(by_name["action_answer_question"], tracker("nobody", "which phase", "ask_phase", 0.9))
    assert messages[0]["text"]
