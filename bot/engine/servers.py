"""The servers that the engine works with beside this machine's files, as the environment names them. Read before Rasa is imported."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Final

TRACKER, LOCKS, EVENTS = "TRIALCHAT_TRACKER_URL", "TRIALCHAT_LOCKS_URL", "TRIALCHAT_EVENTS_URL"
#: The store has a table `events` as Rasa has: in a schema of its own, both fit into one database, and into one backup of it.
SCHEMA = "trialchat_engine"
#: Rasa keeps a lock of an engine that was killed for a minute. Turns of one conversation also wait for each other at the app, so
#: that a lock which ends early lets nobody in.
LOCK_SECONDS = 5

# The queue by which several engines hand their events to the apps, as both sides declare it.
QUEUE: Final = "trialchat.events"
ARGUMENTS: Final[dict[str, Any]] = {
    # On several machines of RabbitMQ, where there are several.
    "x-queue-type": "quorum",
    # One app at a time reads, so that what was said stays in its order; another takes over where that one goes away.
    "x-single-active-consumer": True,
    # What an app could not read yet is not thrown away for having been handed out often.
    "x-delivery-limit": 1_000_000,
}


def prepare_servers(environment: Mapping[str, str]) -> None:
    """Tell Rasa what it reads from the environment when it is imported."""
    if environment.get(LOCKS):
        os.environ["TICKET_LOCK_LIFETIME"] = str(LOCK_SECONDS)
    if environment.get(TRACKER):
        os.environ["POSTGRESQL_SCHEMA"] = SCHEMA
