"""In the engine's environment: what our tracker store keeps, and makes of what Rasa's own had kept."""

import asyncio
import json
import sys
import time
from pathlib import Path

from bot.engine import preparation

home = Path(sys.argv[1])
preparation.import_rasa(home)

from rasa.core.brokers.sql import SQLEventBroker  # noqa: E402
from rasa.core.tracker_store import SQLTrackerStore  # noqa: E402
from rasa.shared.core.domain import Domain  # noqa: E402
from rasa.shared.core.events import (  # noqa: E402
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    ConversationPaused,
    FollowupAction,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from sqlalchemy import event  # noqa: E402
from sqlalchemy.engine import Engine  # noqa: E402

from bot.engine.sqlite import share_sqlite_well  # noqa: E402
from bot.engine.tracker_store import ShortTrackerStore  # noqa: E402

share_sqlite_well()
opened = []
event.listen(Engine, "connect", lambda *_: opened.append(1))
DOMAIN = Domain.from_dict({"slots": {"a": {"type": "any", "mappings": [{"type": "custom"}]}}, "actions": ["action_screening"]})
LISTEN = ActionExecuted("action_listen")


def turn(number, *more):
    said = f"answer {number}"
    return [
        UserUttered(said, {"name": "statement"}),
        ActionExecuted("action_screening"),
        BotUttered("next?"),
        ActiveLoop("action_screening"),
        *more,
        LISTEN,
    ]


def store(kind, name):
    return kind(DOMAIN, db=str(home / f"{name}.db"), event_broker=SQLEventBroker(db=str(home / f"{name}-events.db")))


def published(name):
    with SQLEventBroker(db=str(home / f"{name}-events.db")).session_scope() as session:
        bodies = [json.loads(data) for (data,) in session.execute("SELECT data FROM events ORDER BY id")]
    return [body["text"] for body in bodies if body["event"] == "user"]


def kinds(tracker):
    return [event.type_name for event in tracker.events]


def state(tracker):
    return {
        "loop": tracker.active_loop_name,
        "paused": tracker.is_paused(),
        "slot": tracker.get_slot("a"),
        "last": tracker.latest_action_name,
        "followup": tracker.followup_action,
    }


async def say(kept, sender, *events):
    tracker = await kept.get_or_create_tracker(sender, append_action_listen=False)
    if not tracker.events:
        tracker.update_with_events([ActionExecuted("action_session_start"), SessionStarted(), LISTEN], DOMAIN)
    tracker.update_with_events(list(events), DOMAIN)
    before = state(tracker)
    await kept.save(tracker)
    again = await kept.retrieve(sender)
    return {"before": before, "after": state(again), "kinds": kinds(again)}


async def main():
    found = {}
    for name, events in {
        "screening": turn(1),
        "paused": [*turn(1), ConversationPaused()],
        "said_while_paused": [*turn(1), ConversationPaused(), UserUttered("hello?", {"name": "greet"})],
        "erased": [*turn(1), UserUttered("yes"), ActionExecuted("action_screening"), ActiveLoop(None), LISTEN],
        "slot": [*turn(1, SlotSet("a", 1))],
        "not_over": turn(1)[:-1],
        "handed_on": [*turn(1), UserUttered("help"), ActionExecutionRejected("action_screening"), LISTEN],
        "to_follow": [*turn(1), FollowupAction("action_screening")],
    }.items():
        found[name] = await say(store(ShortTrackerStore, name), "c", *events)

    # A conversation of the release before: Rasa's own store, two sessions, and a clock that was set back between them.
    old = store(SQLTrackerStore, "old")
    for number in range(20):
        await say(old, "c", *turn(number))
    true_time = time.time
    time.time = lambda: true_time() - 3600
    await say(old, "c", ActionExecuted("action_session_start"), SessionStarted(), ActiveLoop("action_screening"), LISTEN)
    new = store(ShortTrackerStore, "old")
    found["old_seen"] = kinds(await new.retrieve("c"))
    found["old"] = await say(new, "c", *turn(20))
    time.time = true_time
    found["old"]["published"] = published("old")
    # And back again: Rasa's own store goes on with what ours keeps.
    found["back"] = {"same": kinds(await store(SQLTrackerStore, "old").retrieve("c")) == kinds(await new.retrieve("c"))}
    found["back"] |= await say(store(SQLTrackerStore, "old"), "c", *turn(21))

    # One tracker saved several times, and one that did not come from the store.
    twice = store(ShortTrackerStore, "twice")
    tracker = await twice.get_or_create_tracker("c", append_action_listen=False)
    tracker.update_with_events([SessionStarted(), LISTEN], DOMAIN)
    for number in range(3):
        tracker.update_with_events(turn(number), DOMAIN)
        await twice.save(tracker)
        await twice.save(tracker)
    copy = (await twice.retrieve("c")).copy()
    copy.update_with_events(turn(3), DOMAIN)
    await twice.save(copy)
    found["twice"] = published("twice")

    opened.clear()
    for kind, name in ((SQLTrackerStore, "rasa"), (ShortTrackerStore, "ours")):
        made = store(kind, name)
        before = len(opened)
        for number in range(3):
            await say(made, "c", *turn(number))
        found.setdefault("opened", {})[name] = len(opened) - before
    print(json.dumps(found))


asyncio.run(main())
