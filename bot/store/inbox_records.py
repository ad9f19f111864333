"""What the inbox is asked for, and what it shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.store.records import Conversation, Stage, WorkStatus

Trials = frozenset[str] | None
"""The trials that somebody sees; None: all, and conversations about no one trial as well."""
ShownStage = Literal["in_progress", "finished", "handed_off", "withdrawn", "taken_over"]
Alarm = Literal["emergency", "crisis"]


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """Which conversations a list shows; what is left out does not matter."""

    # About one of these trials, or about no one trial (a search among all), or either.
    trials: tuple[str, ...] = ()
    without_trial: bool = False
    channel: str | None = None
    locale: str | None = None
    stage: ShownStage | None = None
    verdict: str | None = None
    status: WorkStatus | None = None
    assigned_to: int | Literal["nobody"] | None = None
    tag: str | None = None
    # A person waits for a human's answer.
    waiting: bool = False
    # Something that was to be said did not arrive, and nobody has looked after it.
    undelivered: bool = False
    # Of the last message: from then on, and before that.
    since: datetime | None = None
    until: datetime | None = None
    # As `terms_of` gives them: all have to be there, and the last may be the beginning of a word.
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class InboxKey:
    """A place in the list, which is in order of the last message, latest first."""

    last_at: datetime
    id: str


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One conversation of the list."""

    conversation: Conversation
    stage: ShownStage
    assigned_to: str | None
    taken_over_by: str | None
    tags: tuple[str, ...]
    # Of the worst kind that the person's messages of the last days raised.
    alarm: Alarm | None
    undelivered: bool

    @property
    def key(self) -> InboxKey:
        return InboxKey(self.conversation.last_at, self.conversation.id)


@dataclass(frozen=True, slots=True)
class InboxPage:
    """A page of the list. `newer` and `older` are where to go on; None: there is nothing."""

    rows: tuple[InboxRow, ...]
    newer: InboxKey | None
    older: InboxKey | None
    # How many there are in all, on the first page only; one more than `COUNTED` stands for more than that.
    found: int | None


def shown_stage(conversation: Conversation) -> ShownStage:
    """How a list names where a conversation is: taken over comes first."""
    stage: Stage = conversation.stage
    return "taken_over" if conversation.taken_over_by is not None else stage
