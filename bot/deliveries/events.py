"""What happened, told on: to programs that follow the feed, and by way of the outbox to receivers, in the transaction of what happened.

`note_event` is the one place that writes the feed, and what it writes goes on to receivers from there. What only calls for somebody
(`tell`) is no part of the feed. Ids alone, a place, a time: nothing about health, no contact data, no word that anybody said.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.store import Conversation, DeliveryTarget, Event, EventRecord, JsonObject, Unit


def note_event(
    unit: Unit,
    event: Event,
    *,
    thing: str | int,
    conversation_id: str | None,
    trial_id: str | None,
    at: datetime,
    receipt: str | None = None,
    more: JsonObject | None = None,
) -> EventRecord | None:
    """Note that something of `FED` happened, and tell receivers; None where it was noted before. The audit comes after it, last.

    `thing` is the id of what it happened to, by which the same is known again. It must never become another thing's. Of an erasure
    it is the receipt, and no conversation is named: `Unit.prove_event` says afterwards which entry of the audit names it. `more` is
    for receivers alone.
    """
    noted = unit.add_event(event, str(thing), conversation_id=conversation_id, trial_id=trial_id, at=at, receipt=receipt)
    if noted is not None:
        _send(unit, event, {**as_fed(noted), **(more or {})}, at=at, number=noted.number)
    return noted


def tell(
    unit: Unit, event: Event, *, trial_id: str | None, conversation_id: str, site: JsonObject | None, site_url: str, at: datetime
) -> int:
    """Tell of something that is not in the feed; to how many. `site` is facility and place, `site_url` where people find us."""
    body = {
        "event": event.value,
        "conversation_id": conversation_id,
        "trial_id": trial_id,
        "at": moment(at),
        **in_the_console(conversation_id, site, site_url),
    }
    return _send(unit, event, body, at=at)


def as_fed(event: EventRecord) -> JsonObject:
    """An event as the feed has it."""
    return {
        "cursor": event.number,
        "event": event.event.value,
        "conversation_id": event.conversation_id,
        "trial_id": event.trial_id,
        "receipt": event.receipt,
        "at": moment(event.at),
    }


def in_the_console(conversation_id: str, site: JsonObject | None, site_url: str) -> JsonObject:
    """What whoever is to look after somebody is told besides: which place, and where to read it."""
    return {"site": site, "conversation_url": f"{site_url.rstrip('/')}/console/conversations/{conversation_id}"}


def moment(at: datetime) -> str:
    """A moment as the API writes it."""
    return at.isoformat().replace("+00:00", "Z")


def teller_of_waiting(site_url: str) -> Callable[[Unit, Conversation, datetime], int]:
    """What tells that a patient waits for a person. `site_url` is where the console is found."""

    def tell_of(unit: Unit, conversation: Conversation, at: datetime) -> int:
        return tell(
            unit,
            Event.CONVERSATION_WAITING,
            trial_id=conversation.trial_id,
            conversation_id=conversation.id,
            site=None,
            site_url=site_url,
            at=at,
        )

    return tell_of


def tell_as_test(unit: Unit, target: DeliveryTarget, *, site_url: str, at: datetime) -> None:
    """Send something to one target, to see that it arrives."""
    body = {
        "event": Event.TEST.value,
        "conversation_id": None,
        "trial_id": target.trial_id,
        "at": moment(at),
        "site": None,
        "conversation_url": f"{site_url.rstrip('/')}/console/deliveries",
    }
    unit.enqueue(Event.TEST.value, target.id, body, at=at)


def _send(unit: Unit, event: Event, body: JsonObject, *, at: datetime, number: int | None = None) -> int:
    targets = unit.targets_to_tell(body["trial_id"], event)
    for target in targets:
        unit.enqueue(event.value, target.id, body, at=at, conversation_id=body["conversation_id"], event_number=number)
    return len(targets)
