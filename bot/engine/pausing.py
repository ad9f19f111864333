"""The bot falls silent when a person takes over, and speaks again when they hand back: Rasa's own pause.

The app's store says which of the two it is, and says so with every turn: a pause that the engine missed while it was away is
made up for by the next message, before anything is answered.
"""

from __future__ import annotations

from typing import Any

from rasa.core.processor import MessageProcessor
from rasa.shared.core.events import ConversationPaused, ConversationResumed
from rasa.shared.core.trackers import DialogueStateTracker


async def set_paused(agent: Any, conversation: str, paused: bool) -> bool:
    """Pause or resume; says whether that changed anything. While paused, messages are read and kept, and no action runs."""
    async with agent.lock_store.lock(conversation):
        tracker = await agent.processor.get_tracker(conversation)
        changed = _bring(tracker, paused)
        if changed:
            await agent.processor.save_tracker(tracker)
        return changed


def let_each_turn_say_whether_it_is_paused() -> None:
    """Before a turn is handled, its conversation is paused or resumed as its output channel says (`Replies.paused`).

    Within the processor, because there the conversation is loaded anyway: to load a long one twice would cost as much as the turn.
    """
    fetch = MessageProcessor.fetch_tracker_and_update_session

    async def fetch_and_bring(self: MessageProcessor, sender_id: str, output_channel: Any = None, metadata: Any = None) -> Any:
        tracker = await fetch(self, sender_id, output_channel, metadata)
        paused = getattr(output_channel, "paused", None)
        if paused is not None:
            _bring(tracker, paused)
        return tracker

    MessageProcessor.fetch_tracker_and_update_session = fetch_and_bring


def _bring(tracker: DialogueStateTracker, paused: bool) -> bool:
    if tracker.is_paused() == paused:
        return False
    tracker.update(ConversationPaused() if paused else ConversationResumed())
    return True
