"""How the real engine handles turns, watched from both sides: its channel, and a stand-in for the actions."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from bot.settings import PROJECT, Settings
from tests.engine.serving import Engine, start_engine
from tests.engine.standin_actions import SCREENING, StandInActions
from tests.product import environment, post

SECRET_WORDS = "my-sister-Petronella-has-it-too"


@pytest.fixture(scope="module")
def served(trained_model: Path, engine_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    home = tmp_path_factory.mktemp("engine")
    settings = Settings.from_environment(environment(home))
    actions = StandInActions(settings.engine_secret)
    with actions.serving(settings.actions_port):
        process = start_engine(trained_model, engine_python, settings, home / "engine.log")
        yield Engine(settings, actions, process, home / "engine.log")
        process.send_signal(signal.SIGTERM)
        process.wait(20)


@pytest.fixture
def engine(served: Engine) -> Engine:
    """The engine, with a conversation of this test's own."""
    served.conversation = str(uuid.uuid4())
    served.actions.broken.clear()
    return served


@pytest.fixture
def screening(engine: Engine) -> Engine:
    """The same, with the screening begun."""
    assert engine.texts("hello") == ["[begin]"]
    return engine


def test_the_first_message_of_any_kind_begins_the_screening(engine: Engine) -> None:
    assert engine.texts("qwertz uiop")[-1] == "[begin]"


def test_opening_the_widget_begins_the_screening(engine: Engine) -> None:
    assert engine.turn("", event="open") == (200, {"messages": [{"text": "[begin]"}]})
    assert engine.actions.calls[-1] == (SCREENING, "", "open_chat")


def test_the_screening_sees_every_message_first_whatever_its_intent(screening: Engine) -> None:
    for text in ("hello", "can I talk to a human", "what phase is this trial", "42", "yes", "thank you", "goodbye"):
        before = len(screening.actions.calls)
        screening.turn(text)
        assert screening.actions.calls[before][:2] == (SCREENING, text)


def test_what_the_screening_takes_ends_the_turn(screening: Engine) -> None:
    before = len(screening.actions.calls)
    assert screening.texts("42") == ["[took 42]"]
    assert screening.called(before) == [SCREENING]


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("can I talk to a human", "action_offer_human"),
        ("what phase is this trial", "action_answer_question"),
        ("I have crushing chest pain right now", "action_safety"),
        ("I want to kill myself", "action_safety"),
        ("#help", "action_help"),
        ("#human", "action_offer_human"),
    ],
)
def test_after_an_interruption_the_open_question_comes_back(screening: Engine, text: str, action: str) -> None:
    before = len(screening.actions.calls)
    assert screening.texts(text) == [f"[{action}]", "[open question]"]
    assert screening.called(before) == [SCREENING, action, SCREENING]
    assert screening.texts("42") == ["[took 42]"], "and the next answer is taken again"


def test_danger_overrules_any_intent_and_history_is_not_danger(screening: Engine) -> None:
    screening.turn("yes, no, hello, which phase, I can't breathe")
    assert screening.actions.calls[-1][2] == "safety_emergency"
    for history in ("I had chest pain in 2015", "no chest pain", "i'm 62"):
        assert screening.texts(history)[-1] != "[open question]", "the screening takes it"
        assert not screening.actions.calls[-1][2].startswith("safety_")


@pytest.mark.parametrize(
    "text",
    [
        "/restart",
        "/session_start",
        "/back",
        '/intent{"value": "8"}',
        "  /restart",
        "\u200b/restart",
        "\ufeff \u2060/restart",
        '/affirm{"a": 1}',
        "/",
    ],
)
def test_a_message_that_begins_with_a_slash_is_ordinary_text(screening: Engine, text: str) -> None:
    before = len(screening.actions.calls)
    status, answer = screening.turn(text)
    assert status == 200
    assert answer["messages"]
    name, seen, _ = screening.actions.calls[before]
    assert (name, seen) == (SCREENING, "\u2060" + text), "as it was typed, behind a mark that nobody sees"
    assert screening.texts("42") == ["[took 42]"], "the screening goes on"


@pytest.mark.parametrize(
    "text", ["", " ", "\x00\x07", "<script>alert(1)</script>", "x" * 4000, "\ud800", "é" * 500, "🙂", "#", "##a=b", "#a=b=c"]
)
def test_odd_text_is_taken_as_text(screening: Engine, text: str) -> None:
    status, answer = screening.turn(text)
    assert status == 200
    assert answer["messages"]


SAID_WHILE_PAUSED = (
    "42",
    "can I talk to a human",
    "what phase is this trial",
    "hello",
    "#help",
    "I have crushing chest pain right now",
    "/restart",
)


def test_while_a_person_has_the_conversation_nothing_is_answered(screening: Engine) -> None:
    assert screening.pause(True) == (200, {"paused": True, "changed": True})
    before = len(screening.actions.calls)
    for text in SAID_WHILE_PAUSED:
        assert screening.turn(text, paused=True) == (200, {"messages": []}), text
    assert screening.called(before) == [], "and no action is even asked"


def test_handed_back_the_screening_goes_on_where_it_was(screening: Engine) -> None:
    screening.pause(True)
    screening.turn("are you there?", paused=True)
    assert screening.pause(False) == (200, {"paused": False, "changed": True})
    assert screening.texts("42") == ["[took 42]"]
    assert screening.texts("what phase is this trial") == ["[action_answer_question]", "[open question]"]


def test_what_is_said_while_paused_is_kept_with_its_intent(screening: Engine) -> None:
    screening.pause(True)
    screening.turn("I have crushing chest pain right now", paused=True)
    with closing(sqlite3.connect(screening.settings.events_database)) as events:
        rows = events.execute("SELECT data FROM events WHERE sender_id = ? ORDER BY id", [screening.conversation]).fetchall()
    kinds = [json.loads(data) for (data,) in rows]
    assert [event["event"] for event in kinds[-2:]] == ["pause", "user"]
    assert kinds[-1]["parse_data"]["intent"]["name"] == "safety_emergency"


def test_a_pause_that_the_engine_missed_comes_with_the_next_message(screening: Engine) -> None:
    before = len(screening.actions.calls)
    assert screening.turn("42", paused=True) == (200, {"messages": []})
    assert screening.called(before) == []
    assert screening.texts("42") == ["[took 42]"], "and so does its end"


def test_pausing_twice_is_pausing_once(screening: Engine) -> None:
    screening.pause(True)
    assert screening.pause(True) == (200, {"paused": True, "changed": False})
    assert screening.pause(False) == (200, {"paused": False, "changed": True})


@pytest.mark.parametrize(
    ("body", "named"), [({"paused": True}, "conversation"), ({"conversation": "c", "paused": "yes"}, "paused"), ([], "conversation")]
)
def test_a_pause_that_cannot_be_read_says_which_field_is_wrong(engine: Engine, body: object, named: str) -> None:
    status, answer = engine.post("pause", body)
    assert status == 400
    assert named in answer["error"]


def test_strangers_pause_nothing(engine: Engine) -> None:
    assert engine.post("pause", {"conversation": "c", "paused": True}, secret="wrong")[0] == 401


def test_text_buttons_and_custom_of_one_message_stay_together(screening: Engine) -> None:
    _, answer = screening.turn("42")
    assert answer["messages"] == [{"text": "[took 42]", "buttons": [{"title": "Yes", "payload": "#a=yes"}], "custom": {"type": "question"}}]


def test_strangers_are_turned_away(engine: Engine) -> None:
    assert engine.turn("hello", secret="wrong")[0] == 401
    assert engine.turn("hello", secret="")[0] == 401


@pytest.mark.parametrize(
    ("body", "word"),
    [(b"{", "JSON"), (b"[]", "object"), (b'{"text": "a"}', "conversation"), (b'{"conversation": "a", "text": 1}', "text"),
     (b'{"conversation": "a", "event": "restart"}', "event")],
)  # fmt: skip
def test_a_malformed_turn_is_refused_with_the_field(engine: Engine, body: bytes, word: str) -> None:
    status, answer = post(
        f"{engine.settings.engine_url}/webhooks/trialchat/webhook", body, {"X-Trialchat-Secret": engine.settings.engine_secret}
    )
    assert status == 400
    assert word in answer["error"]


def test_rasas_own_api_is_closed(engine: Engine) -> None:
    for path in ("/model/parse", "/webhooks/rest/webhook", f"/conversations/{engine.conversation}/trigger_intent"):
        assert post(engine.settings.engine_url + path, {"text": "hello", "sender": "a", "message": "hello"})[0] == 404


def test_the_actions_are_called_with_the_secret(screening: Engine) -> None:
    assert screening.actions.secrets_seen == {screening.settings.engine_secret}


def test_the_engine_listens_on_loopback_only(engine: Engine) -> None:
    listening = {each.laddr for each in psutil.Process(engine.process.pid).net_connections() if each.status == psutil.CONN_LISTEN}
    assert listening == {("127.0.0.1", engine.settings.engine_port)}


def stored_events(engine: Engine, database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute("select count(*) from events where sender_id = ?", (engine.conversation,)).fetchone()[0])


def test_a_turn_whose_action_fails_is_refused_and_nothing_of_it_is_kept(screening: Engine) -> None:
    databases = (screening.settings.tracker_database, screening.settings.events_database)
    before = [stored_events(screening, database) for database in databases]
    screening.actions.broken = {"action_offer_human"}
    status, answer = screening.turn("can I talk to a human")
    assert status == 503
    assert "error" in answer
    assert [stored_events(screening, database) for database in databases] == before
    screening.actions.broken = set()
    assert screening.texts("can I talk to a human") == ["[action_offer_human]", "[open question]"]


def test_the_log_holds_no_word_of_what_people_say(screening: Engine) -> None:
    screening.actions.broken = {SCREENING, "action_help"}
    assert screening.turn(SECRET_WORDS)[0] == 503
    screening.actions.broken = {"action_offer_human"}
    assert screening.turn(f"can I talk to a human {SECRET_WORDS}")[0] in (200, 503)
    screening.actions.broken = set()
    screening.turn(f"/{SECRET_WORDS}")
    screening.turn(f"what phase {SECRET_WORDS}")
    log = screening.log.read_text("utf-8")
    assert "Turn given up" in log, "the failures themselves are told"
    assert "Petronella" not in log
    assert screening.conversation not in log


def test_every_event_is_published_in_order_with_the_turns_id(screening: Engine) -> None:
    screening.turn("42")
    with closing(sqlite3.connect(screening.settings.events_database)) as connection:
        rows = connection.execute("select data from events where sender_id = ? order by id", (screening.conversation,)).fetchall()
    events = [json.loads(data) for (data,) in rows]
    said = [event for event in events if event["event"] in ("user", "bot")]
    assert [(event["event"], event["text"]) for event in said] == [
        ("user", "hello"), ("bot", "[begin]"), ("user", "42"), ("bot", "[took 42]")
    ]  # fmt: skip
    assert all(uuid.UUID(event["message_id"]) for event in said if event["event"] == "user")


def test_nothing_is_written_to_the_users_home_directory(screening: Engine) -> None:
    assert not (screening.settings.home / "nobodys-home").exists()


def test_an_engine_without_its_settings_says_which_one_is_missing(engine_python: Path, tmp_path: Path) -> None:
    launch: Callable[..., subprocess.CompletedProcess[str]] = subprocess.run
    done = launch(
        [str(engine_python), "-m", "bot.engine.launch", "--model", str(tmp_path / "none"), "--port", "1"],
        cwd=PROJECT, env={"TRIALCHAT_HOME": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "TRIALCHAT_ENGINE_SECRET" in done.stderr


def test_when_the_actions_are_away_the_turn_is_refused(trained_model: Path, engine_python: Path, tmp_path: Path) -> None:
    settings = Settings.from_environment(environment(tmp_path))
    process = start_engine(trained_model, engine_python, settings, tmp_path / "engine.log")
    try:
        engine = Engine(settings, StandInActions(""), process, tmp_path / "engine.log", conversation="c")
        assert engine.turn("hello")[0] == 503
        with engine.actions.serving(settings.actions_port):
            assert engine.texts("hello") == ["[begin]"], "as if the first try had never been"
    finally:
        process.terminate()
        process.wait(20)
