"""The screening: an action that is its own active loop.

It sees every message first, with the open question, and reads the answer before anybody
believes an intent. What is not for it goes to the rules, and then the open question returns.
"""

from __future__ import annotations

import asyncio
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection

from actions.incoming import incoming, utter
from bot.conversations.desk import Desk
from bot.conversations.interruptions import pauses

NAME = "action_screening"


class ActionScreening(Action):
    """One turn of the screening."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def name(self) -> str:
        return NAME

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        message = incoming(tracker)
        fresh = tracker.latest_action_name == "action_listen"
        if fresh:
            reply = await asyncio.to_thread(self._desk.respond, message)
        elif pauses(message.intent.name):
            reply = await asyncio.to_thread(self._desk.pause, message)
        else:
            reply = await asyncio.to_thread(self._desk.ask_again, message)
        if reply.handed_over:
            raise ActionExecutionRejection(NAME)
        utter(dispatcher, reply.messages)
        if reply.erased:
            # Without the follow-up the rules would look for something more to say.
            return [ActiveLoop(None), FollowupAction("action_listen")]
        return [ActiveLoop(NAME)]
