"""Where the engine keeps its things: files of its machine, or servers that it shares with other engines."""

from __future__ import annotations

import json

from bot.settings import PROJECT
from tests.engine.conftest import Inside

HERE = {"TRIALCHAT_ACTIONS_PORT": "1", "TRIALCHAT_ENGINE_SECRET": "secret", "TRIALCHAT_TRACKER_DB": "t.db", "TRIALCHAT_EVENTS_DB": "e.db"}


def test_without_servers_everything_is_in_files_of_the_machine(inside: Inside) -> None:
    found = inside("servers.py", environment=HERE)
    assert found["tracker"]["db"] == "t.db"
    assert found["events"] == {"url": None, "type": "SQL", "db": "e.db", "dialect": "sqlite"}
    assert found["locks"] is None
    assert (found["lock_seconds"], found["schema"]) == (60, None)


def test_servers_take_the_place_of_files(inside: Inside) -> None:
    found = inside(
        "servers.py",
        environment={
            **HERE,
            "TRIALCHAT_TRACKER_URL": "postgresql://me:secret@db.example/trialchat",
            "TRIALCHAT_LOCKS_URL": "rediss://me:p%40ss@redis.example:6380/3",
            "TRIALCHAT_EVENTS_URL": "amqps://me:secret@rabbit.example/",
        },
    )
    assert found["tracker"]["url"] == "postgresql://me:secret@db.example/trialchat"
    assert found["events"] == {"url": "amqps://me:secret@rabbit.example/", "type": "bot.engine.events.ConfirmedEvents"}
    assert found["locks"] == {
        "url": "redis.example",
        "type": "redis",
        "port": 6380,
        "db": 3,
        "username": "me",
        "password": "p@ss",
        "use_ssl": True,
        "key_prefix": "trialchat",
        "socket_timeout": 5.0,
    }
    # A killed engine's lock holds a conversation up for seconds, not for a minute.
    assert found["lock_seconds"] == 5
    assert found["schema"] == "trialchat_engine"


def test_what_an_address_leaves_out_is_as_redis_has_it(inside: Inside) -> None:
    found = inside("servers.py", environment={**HERE, "TRIALCHAT_LOCKS_URL": "redis://redis.example"})
    locks = found["locks"]
    assert (locks["port"], locks["db"], locks["username"], locks["password"], locks["use_ssl"]) == (6379, 0, None, None, False)


def test_endpoints_by_which_what_is_said_would_be_lost_are_refused(inside: Inside) -> None:
    shipped = (PROJECT / "endpoints.yml").read_text(encoding="utf-8")
    ours = "bot.engine.tracker_store.ShortTrackerStore"
    before_events = shipped[: shipped.index("event_broker:")]
    files = {
        "as shipped": shipped,
        "Rasa's own": shipped.replace(ours, "SQL"),
        "no such class": shipped.replace(ours, "bot.engine.tracker_store.ShortTrackerStor"),
        "no such module": shipped.replace(ours, "bot.engine.tracker.ShortTrackerStore"),
        "no class at all": shipped.replace(ours, "bot.engine.tracker_store.is_at_rest"),
        "only in memory": shipped.replace(ours, "InMemory"),
        "no type": shipped.replace(f"  type: {ours}\n", ""),
        "no events": before_events,
        "an unknown broker": before_events + "event_broker:\n  type: SQLite\n",
    }
    said = inside("endpoints_that_forget.py", json.dumps(files), environment=HERE)
    assert {name for name, refused in said.items() if refused is None} == {"as shipped", "Rasa's own"}
    assert said["no such class"].startswith("endpoints.yml, `tracker_store`: there is no type 'bot.engine.tracker_store.ShortTrackerStor'")
    assert said["no type"].startswith("endpoints.yml has no `tracker_store` with a `type`")
    assert said["no events"].startswith("endpoints.yml has no `event_broker`")
    assert said["an unknown broker"].startswith("endpoints.yml, `event_broker`: there is no type 'SQLite'")
