"""A patient waits for a person: they asked for one, or what they wrote may be an emergency. The study team sees it, and is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.store import Conversation, Store, Unit

DANGER = frozenset({"safety_emergency", "safety_crisis"})
"""The intents of messages that may be an emergency."""


@dataclass(frozen=True, slots=True)
class PersonCalls:
    """Notes that somebody waits; `tell` tells the study team, in the same transaction."""

    tell: Callable[[Unit, Conversation, datetime], object] = lambda _unit, _conversation, _at: None

    def call(self, unit: Unit, conversation: Conversation, at: datetime, *, once_more: bool = False) -> None:
        """They wait from now on. Those who are told of the trial are told once for as long as somebody waits, or `once_more`."""
        if unit.note_waiting(conversation.id, at) or once_more:
            self.tell(unit, conversation, at)


NOBODY_TOLD = PersonCalls()
"""It is noted, and seen in the console."""


def end_waiting(store: Store, conversation_id: str, actor: str, now: datetime) -> bool:
    """Somebody has looked after them, here or elsewhere; False where nobody waited."""
    with store.unit() as unit:
        conversation = unit.conversation(conversation_id)
        if conversation is None or conversation.waiting_since is None:
            return False
        unit.note_answered(conversation_id, now)
        unit.audit(actor, "ended_waiting", "conversation", conversation_id, at=now, trial_id=conversation.trial_id)
    return True
