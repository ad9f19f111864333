"""What is told, and to whom: put into the outbox in the transaction of what happened."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from bot.store import DeliveryTarget, JsonObject, Unit


class Event(StrEnum):
    """What can be told of."""

    CREATED = "handoff.created"
    """Somebody asked to be contacted."""
    CHANGED = "handoff.changed"
    """They changed how to reach them."""
    WITHDRAWN = "handoff.withdrawn"
    """They no longer want to be contacted."""
    TEST = "test"
    """Nothing happened; a target is tried out."""


def tell(unit: Unit, event: Event, *, trial_id: str, conversation_id: str, site: JsonObject | None, site_url: str, at: datetime) -> int:
    """Tell everybody who is to be told of a trial; how many that are. `site` is facility and place, `site_url` where people find us."""
    targets = unit.targets_to_tell(trial_id)
    body = {
        "event": event.value,
        "trial_id": trial_id,
        "site": site,
        "conversation_url": f"{site_url.rstrip('/')}/console/conversations/{conversation_id}",
        "at": at.isoformat(timespec="seconds"),
    }
    for target in targets:
        unit.enqueue(event.value, target.id, body, at=at, conversation_id=conversation_id)
    return len(targets)


def tell_as_test(unit: Unit, target: DeliveryTarget, *, site_url: str, at: datetime) -> None:
    """Send something to one target, to see that it arrives."""
    body = {
        "event": Event.TEST.value,
        "trial_id": target.trial_id,
        "site": None,
        "conversation_url": f"{site_url.rstrip('/')}/console/deliveries",
        "at": at.isoformat(timespec="seconds"),
    }
    unit.enqueue(Event.TEST.value, target.id, body, at=at)
