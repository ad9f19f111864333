"""What the store hands out to programs that ask by the API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.event_names import Event
from bot.store.records import ContactRequest, Conversation


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A program that may ask. `id` None: the installation's own key. `trials` None: all."""

    id: int | None
    name: str
    prefix: str
    scopes: frozenset[str]
    trials: frozenset[str] | None
    created_at: datetime | None = None
    expires_at: datetime | None = None
    used_at: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def actor(self) -> str:
        """As the audit names it."""
        return "key:installation" if self.id is None else f"key:{self.id}"

    def sees_trial(self, trial_id: str | None) -> bool:
        """Whether a trial, or a conversation about it, is for this key. A search among all trials (None) is for who sees all."""
        return self.trials is None or (trial_id is not None and trial_id in self.trials)

    def is_good(self, now: datetime) -> bool:
        """Whether it may still be used."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class EventRecord:
    """Something that happened. `number` orders; `receipt` is that of an erasure, whose conversation the audit names."""

    number: int
    event: Event
    conversation_id: str | None
    trial_id: str | None
    receipt: str | None
    at: datetime


@dataclass(frozen=True, slots=True, order=True)
class HandoffKey:
    """A place in the list of contact requests, which is in the order in which they were left or changed last."""

    at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class AskedToCall:
    """A contact request with the conversation it was left in."""

    request: ContactRequest
    conversation: Conversation
