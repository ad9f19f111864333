"""What the rules answer beside the screening. After each of these the open question comes back."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.incoming import intent_name, utter
from bot.conversations import interruptions
from bot.conversations.desk import Desk, Setting
from bot.conversations.messages import Message


class _Interruption(Action):
    """Says something about the conversation's trial, in its language, and changes no answer."""

    action_name: str

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def name(self) -> str:
        return self.action_name

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        setting = await asyncio.to_thread(self._desk.setting, tracker.sender_id)
        intent = intent_name(tracker)
        if self.calls_a_person(intent):
            await asyncio.to_thread(self._desk.call_a_person, tracker.sender_id)
        utter(dispatcher, [message.as_json() for message in self.messages(intent, setting)])
        return []

    def calls_a_person(self, intent: str | None) -> bool:
        """Whether the study team is to look at the conversation."""
        return False

    @abstractmethod
    def messages(self, intent: str | None, setting: Setting) -> Sequence[Message]:
        """What to say."""


class ActionAnswerQuestion(_Interruption):
    action_name = "action_answer_question"

    def messages(self, intent: str | None, setting: Setting) -> Sequence[Message]:
        return interruptions.answer_question(intent, setting.record, setting.words)


class ActionOfferHuman(_Interruption):
    action_name = "action_offer_human"

    def calls_a_person(self, intent: str | None) -> bool:
        return True

    def messages(self, intent: str | None, setting: Setting) -> Sequence[Message]:
        return interruptions.offer_human(setting.record, setting.words)


class ActionHelp(_Interruption):
    action_name = "action_help"

    def messages(self, intent: str | None, setting: Setting) -> Sequence[Message]:
        return interruptions.general_help(setting.words)


class ActionSmallTalk(_Interruption):
    action_name = "action_small_talk"

    def messages(self, intent: str | None, setting: Setting) -> Sequence[Message]:
        return interruptions.small_talk(intent, setting.words)


class ActionSafety(_Interruption):
    action_name = "action_safety"

    def calls_a_person(self, intent: str | None) -> bool:
        return interruptions.pauses(intent)

    def messages(self, intent: str | None, setting: Setting) -> Sequence[Message]:
        return interruptions.safety(intent, setting.words, setting.locale)


class ActionErase(_Interruption):
    """Only reached where nothing was said yet; within a screening the screening asks first."""

    action_name = "action_erase"

    def messages(self, intent: str | None, setting: Setting) -> Sequence[Message]:
        return interruptions.nothing_to_erase(setting.words)


class ActionDefaultFallback(_Interruption):
    action_name = "action_default_fallback"

    def messages(self, intent: str | None, setting: Setting) -> Sequence[Message]:
        return interruptions.not_understood(intent, setting.words)
