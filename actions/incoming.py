"""Between the engine's shapes and ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.conversations.desk import Incoming
from bot.screening.reading import Intent


def incoming(tracker: Tracker) -> Incoming:
    """The person's latest message with what the classifier made of it."""
    latest: dict[str, Any] = tracker.latest_message or {}
    return Incoming(
        conversation_id=tracker.sender_id,
        text=str(latest.get("text") or ""),
        message_id=latest.get("message_id"),
        intent=Intent.of(latest),
    )


def intent_name(tracker: Tracker) -> str | None:
    return incoming(tracker).intent.name


def utter(dispatcher: CollectingDispatcher, messages: Iterable[dict[str, Any]]) -> None:
    """Say these messages; text, buttons and custom data of one stay together."""
    for message in messages:
        dispatcher.utter_message(text=message["text"], buttons=message.get("buttons"), json_message=message.get("custom"))
