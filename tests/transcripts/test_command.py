"""`trialchat transcript` prints a conversation whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.conversations.commands import transcript
from bot.store import Conversation, Store

from .broker import START, Broker


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"TRIALCHAT_HOME": str(tmp_path), "TRIALCHAT_DATABASE_URL": f"sqlite:///{tmp_path}/store.db"}


def test_it_prints_who_said_what_with_the_quick_replies(broker: Broker, conversation: Conversation, environment: dict[str, str]) -> None:
    broker.bot(conversation.id, "May I ask?\nYou can stop at any time.", [{"title": "Yes", "payload": "#consent=true"}])
    broker.user(conversation.id, "#consent=true", "m1")
    done = CliRunner().invoke(transcript, [conversation.id], env=environment)
    assert done.exit_code == 0
    assert "12:00:00  Bot     May I ask?" in done.output
    assert "[Yes]" in done.output
    assert "Patient Yes" in done.output
    assert "#consent" not in done.output


def test_it_finds_a_conversation_by_its_sender_and_prints_json(
    broker: Broker, conversation: Conversation, environment: dict[str, str]
) -> None:
    broker.turn(conversation.id, "hello", "m1", "Hi.")
    done = CliRunner().invoke(transcript, ["ann", "--json"], env=environment)
    found = json.loads(done.output)
    assert found["conversation"] == conversation.id
    assert [(line["from"], line["text"]) for line in found["messages"]] == [("patient", "hello"), ("bot", "Hi.")]


def test_an_unknown_conversation_is_said_in_one_line(store: Store, environment: dict[str, str]) -> None:
    assert store.backend == "sqlite"
    done = CliRunner().invoke(transcript, ["nobody"], env=environment)
    assert done.exit_code == 1
    assert "no conversation nobody" in done.output


def test_a_store_that_was_never_set_up_says_what_to_do(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        transcript, ["ann"], env={"TRIALCHAT_HOME": str(tmp_path), "TRIALCHAT_DATABASE_URL": f"sqlite:///{tmp_path}/new.db"}
    )
    assert done.exit_code == 1
    assert "trialchat run" in done.output


def test_the_moments_are_those_of_the_engine(broker: Broker, conversation: Conversation, environment: dict[str, str]) -> None:
    broker.turn(conversation.id, "hello", "m1", "Hi.")
    done = CliRunner().invoke(transcript, ["ann", "--json"], env=environment)
    assert json.loads(done.output)["messages"][0]["at"] == START.isoformat()
