"""The names of what can happen: the one list, for the feed of the API, webhooks, mail and the console."""

from __future__ import annotations

from enum import StrEnum


class Event(StrEnum):
    """What can be told of."""

    SCREENING_FINISHED = "screening.finished"
    """A screening came to its end with a result; once more where an answer was changed and it came to its end again."""
    HANDOFF_CREATED = "handoff.created"
    """Somebody asked to be contacted."""
    HANDOFF_CHANGED = "handoff.changed"
    """They changed how to reach them."""
    HANDOFF_WITHDRAWN = "handoff.withdrawn"
    """They no longer want to be contacted."""
    CONVERSATION_WAITING = "conversation.waiting"
    """A patient waits for a person: they asked for one, or what they wrote may be urgent. Which of the two is not told."""
    CONVERSATION_FLAGGED = "conversation.flagged"
    """A coordinator said that a message was misread."""
    CONVERSATION_ERASED = "conversation.erased"
    """Everything about a conversation is gone; whoever keeps a copy erases theirs."""
    TEST = "test"
    """Nothing happened; a receiver is tried out."""


FED = (Event.SCREENING_FINISHED, Event.HANDOFF_CREATED, Event.CONVERSATION_FLAGGED, Event.CONVERSATION_ERASED)
"""What the feed has: what stays true, and each once."""
FOR_PEOPLE = (Event.HANDOFF_CREATED, Event.HANDOFF_CHANGED, Event.HANDOFF_WITHDRAWN, Event.CONVERSATION_WAITING)
"""What somebody is to look after: mail has words for these, and receivers that never chose are told of these."""
CHOICES = (*FOR_PEOPLE, *(event for event in Event if event not in FOR_PEOPLE and event is not Event.TEST))
"""What a receiver may choose, as lists of it have it."""
