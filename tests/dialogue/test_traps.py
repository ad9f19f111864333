"""The traps measured in Rasa 3.6.21, each walked into on the real server."""

from __future__ import annotations

import socket

import psutil
import pytest

from tests.dialogue.conversation import Conversation
from tests.people import people
from tests.product import Product, post

FITS = people("NCT06141070")[0].answers


@pytest.mark.parametrize(
    "message", ["/restart", "/session_start", "/open_chat", "/affirm", '/nosuch{"value":"8"}', "/back", "\u200b/restart", " /restart"]
)
def test_a_typed_command_has_no_power(product: Product, message: str) -> None:
    conversation = Conversation(product)
    conversation.until("age", FITS)
    conversation.say(message)
    assert conversation.question == "age"
    assert conversation.codes == ["unclear"]
    conversation.say("54")
    assert conversation.question not in (None, "age", "consent")


def test_back_pain_is_not_the_way_back(product: Product) -> None:
    conversation = Conversation(product)
    conversation.until("prior_radiotherapy", FITS)
    conversation.say("back pain")
    assert conversation.question == "prior_radiotherapy"
    assert conversation.codes == ["unclear"]


def test_nonsense_does_not_rewind_the_screening(product: Product) -> None:
    conversation = Conversation(product)
    conversation.until("prior_radiotherapy", FITS)
    conversation.say("blah blah")
    assert conversation.question == "prior_radiotherapy"


def test_a_trials_number_is_not_an_age(product: Product) -> None:
    conversation = Conversation(product)
    conversation.until("age", FITS)
    conversation.say("am I eligible for NCT001")
    assert conversation.question == "age"


@pytest.mark.parametrize("message", ["", " ", "\n\n", "?", "....", "🙂", "a" * 4000, "\x07\x08", "<b>hi</b>"])
def test_no_turn_is_without_an_answer(product: Product, message: str) -> None:
    conversation = Conversation(product)
    conversation.until("age", FITS)
    assert conversation.say(message)
    # A lone question mark is someone who does not know; everything else leaves the question open.
    assert conversation.question is not None


def test_the_rest_channel_asks_for_the_key(product: Product) -> None:
    body = {"sender": "someone", "message": "hi"}
    assert product.post("/webhooks/rest/webhook", body)[0] == 401
    assert product.post("/webhooks/rest/webhook", body, {"Authorization": "Bearer wrong"})[0] in (401, 403)


def test_the_engines_own_doors_are_shut(product: Product) -> None:
    engine = f"http://127.0.0.1:{product.engine_port}"
    body = {"conversation": "x", "sender": "x", "message": "hi", "text": "hi"}
    assert post(f"{engine}/webhooks/trialchat/webhook", body)[0] == 401
    assert post(f"{engine}/webhooks/rest/webhook", body)[0] == 404
    assert post(f"{engine}/model/parse", body)[0] == 404
    assert post(f"{engine}/conversations/x/messages", body)[0] == 404
    actions = f"http://127.0.0.1:{product.actions_port}"
    assert post(f"{actions}/webhook", {"next_action": "action_screening"})[0] == 401


def test_engine_and_actions_listen_on_loopback_only(product: Product) -> None:
    ports = {product.port, product.engine_port, product.actions_port}
    listening = {
        connection.laddr.port: connection.laddr.ip
        for process in [psutil.Process(product.process.pid), *psutil.Process(product.process.pid).children(recursive=True)]
        for connection in process.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    }
    assert ports <= listening.keys()
    assert {listening[port] for port in ports} == {"127.0.0.1"}
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", product.engine_port)) == 0


def test_a_long_conversation_goes_on(product: Product) -> None:
    conversation = Conversation(product)
    conversation.until("prior_radiotherapy", FITS)
    for _ in range(30):
        conversation.say("why?")
        assert conversation.question == "prior_radiotherapy"
    conversation.finish(FITS)
    assert conversation.result is not None
