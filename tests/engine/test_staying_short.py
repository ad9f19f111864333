"""However long a conversation gets, a turn has no more to do; and what clock there is does not matter."""

from __future__ import annotations

import json
import signal
import sqlite3
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from tests.engine.conftest import Inside
from tests.engine.serving import Engine, start_engine
from tests.engine.standin_actions import SCREENING, StandInActions
from tests.product import environment

CLOCK = Path(__file__).parent / "inside" / "another_clock"
HOUR, DAY = 3600, 86400
TURNS = 40
#: A turn with an interruption makes a dozen events; what goes before it are three.
BOUND = 20


@dataclass
class Timed:
    """An engine whose clock can be set."""

    engine: Engine
    ahead: Path

    def set_clock(self, seconds: float) -> None:
        self.ahead.write_text(str(seconds))


@pytest.fixture(scope="module")
def served(trained_model: Path, engine_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Timed]:
    home = tmp_path_factory.mktemp("engine")
    settings = Settings.from_environment(environment(home))
    actions = StandInActions(settings.engine_secret)
    ahead = home / "seconds-ahead"
    ahead.write_text("0")
    with actions.serving(settings.actions_port):
        process = start_engine(trained_model, engine_python, settings, home / "engine.log", CLOCK, SECONDS_AHEAD=str(ahead))
        yield Timed(Engine(settings, actions, process, home / "engine.log"), ahead)
        process.send_signal(signal.SIGTERM)
        process.wait(20)


@pytest.fixture
def timed(served: Timed) -> Timed:
    """The engine at the true time, with a conversation of this test's own whose screening has begun."""
    served.set_clock(0)
    served.engine.conversation = str(uuid.uuid4())
    assert served.engine.texts("hello") == ["[begin]"]
    return served


@pytest.fixture
def engine(timed: Timed) -> Engine:
    return timed.engine


def rows(engine: Engine, database: Path) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(database)) as connection:
        found = connection.execute("SELECT data FROM events WHERE sender_id = ? ORDER BY id", [engine.conversation]).fetchall()
    return [json.loads(data) for (data,) in found]


def said(engine: Engine) -> list[str]:
    """What a transcript is made from."""
    return [event["text"] for event in rows(engine, engine.settings.events_database) if event["event"] in ("user", "bot")]


def talk(engine: Engine, turns: int) -> None:
    for number in range(turns):
        if number % 3:
            assert engine.texts(f"{number + 20}") == [f"[took {number + 20}]"]
        else:
            assert engine.texts("what phase is this trial") == ["[action_answer_question]", "[open question]"]


def test_what_the_actions_are_handed_does_not_grow(engine: Engine) -> None:
    engine.actions.events.clear()
    talk(engine, TURNS)
    assert max(engine.actions.events) < BOUND
    assert max(engine.actions.events[-6:]) == max(engine.actions.events[:6]), "the last turns are as the first"


def test_what_the_engine_keeps_does_not_grow_and_holds_nothing_that_was_said(engine: Engine) -> None:
    talk(engine, TURNS)
    kept = rows(engine, engine.settings.tracker_database)
    assert [event["event"] for event in kept] == ["session_started", "active_loop", "action"]
    engine.turn("a word like Petronella")
    assert b"Petronella" not in engine.settings.tracker_database.read_bytes()


def test_the_actions_are_called_over_one_connection(engine: Engine) -> None:
    engine.actions.connections.clear()
    talk(engine, 6)
    assert len(engine.actions.connections) == 1


def test_every_line_of_a_long_conversation_is_published_once_and_in_order(engine: Engine) -> None:
    expected = ["hello", "[begin]"]
    for number in range(TURNS):
        expected += [f"{number + 20}", f"[took {number + 20}]"]
        engine.turn(f"{number + 20}")
    assert said(engine) == expected


def test_after_many_turns_an_interruption_returns_to_the_open_question(engine: Engine) -> None:
    talk(engine, TURNS)
    before = len(engine.actions.calls)
    assert engine.texts("can I talk to a human") == ["[action_offer_human]", "[open question]"]
    assert engine.called(before) == [SCREENING, "action_offer_human", SCREENING]
    assert engine.texts("42") == ["[took 42]"]


def test_after_many_turns_a_person_takes_over_and_hands_back(engine: Engine) -> None:
    talk(engine, TURNS)
    engine.pause(True)
    before = len(engine.actions.calls)
    for text in ("42", "hello", "I have crushing chest pain right now", "what phase is this trial", "143"):
        assert engine.turn(text, paused=True) == (200, {"messages": []})
    assert engine.called(before) == []
    assert rows(engine, engine.settings.tracker_database)[-1]["event"] == "pause"
    assert engine.pause(False) == (200, {"paused": False, "changed": True})
    assert engine.texts("44") == ["[took 44]"]
    assert Counter(said(engine))["143"] == 1, "what was said meanwhile is published"


@pytest.mark.parametrize("jump", [-HOUR, DAY, -DAY, HOUR], ids=["an-hour-back", "a-day-on", "a-day-back", "an-hour-on"])
def test_a_clock_that_jumps_between_turns_loses_and_doubles_nothing(timed: Timed, jump: float) -> None:
    engine = timed.engine
    engine.turn("41")
    timed.set_clock(jump)
    assert engine.texts("42") == ["[took 42]"]
    assert engine.texts("what phase is this trial") == ["[action_answer_question]", "[open question]"]
    timed.set_clock(0)
    assert engine.texts("43") == ["[took 43]"]
    assert said(engine) == [
        "hello", "[begin]", "41", "[took 41]", "42", "[took 42]",
        "what phase is this trial", "[action_answer_question]", "[open question]", "43", "[took 43]",
    ]  # fmt: skip


def test_a_pause_outlives_a_clock_that_jumps(timed: Timed) -> None:
    engine = timed.engine
    engine.pause(True)
    timed.set_clock(-HOUR)
    assert engine.turn("42", paused=True) == (200, {"messages": []})
    assert engine.pause(True) == (200, {"paused": True, "changed": False})
    timed.set_clock(DAY)
    assert engine.pause(False) == (200, {"paused": False, "changed": True})
    assert engine.texts("43") == ["[took 43]"]


@pytest.fixture(scope="module")
def kept(inside: Inside, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return inside("kept_conversations.py", str(tmp_path_factory.mktemp("home")))


@pytest.mark.parametrize("state", ["screening", "paused", "said_while_paused", "erased", "slot"])
def test_a_conversation_at_rest_is_kept_as_a_new_session_in_the_same_state(kept: dict[str, Any], state: str) -> None:
    assert kept[state]["after"] == kept[state]["before"]
    assert kept[state]["kinds"][0] == "session_started"
    assert "user" not in kept[state]["kinds"]


@pytest.mark.parametrize("state", ["not_over", "handed_on", "to_follow"])
def test_while_something_is_left_to_be_done_every_event_is_kept(kept: dict[str, Any], state: str) -> None:
    assert kept[state]["after"] == kept[state]["before"]
    assert "user" in kept[state]["kinds"]


def test_a_conversation_of_the_release_before_goes_on_whatever_its_clock_was(kept: dict[str, Any]) -> None:
    assert kept["old_seen"] == ["session_started", "active_loop", "action"], "the latest session, though its clock is behind"
    assert kept["old"]["after"] == kept["old"]["before"]
    assert kept["old"]["after"]["loop"] == SCREENING
    assert kept["old"]["published"] == [f"answer {number}" for number in range(21)]


def test_the_release_before_can_go_on_with_what_is_kept_now(kept: dict[str, Any]) -> None:
    assert kept["back"]["same"]
    assert kept["back"]["after"]["loop"] == SCREENING


def test_a_tracker_that_is_saved_again_is_published_once(kept: dict[str, Any]) -> None:
    assert kept["twice"] == ["answer 0", "answer 1", "answer 2", "answer 3"]


def test_a_file_is_opened_once_and_not_for_each_thing_that_is_written(kept: dict[str, Any]) -> None:
    assert kept["opened"]["rasa"] >= 20
    assert kept["opened"]["ours"] == 2, "the tracker's and the events'"
