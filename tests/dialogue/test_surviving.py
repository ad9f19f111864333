"""Processes killed in the middle of a screening: nothing answered is lost or counted twice, and the talk goes on."""

from __future__ import annotations

import time
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store import Store
from tests.dialogue.conversation import Conversation
from tests.people import people
from tests.product import Product, running_product
from tests.surviving.killing import kill

FITS = people("NCT06141070")[0].answers


@pytest.fixture(scope="module")
def product(engine_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product of this module's own: its processes are killed."""
    with running_product(tmp_path_factory.mktemp("killed")) as product:
        yield product


def wait_until_well(product: Product) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{product.base_url}/health", timeout=5) as answer:  # noqa: S310 - our own
                if b'"ok"' in answer.read():
                    return
        except OSError:
            pass
        time.sleep(0.3)
    raise AssertionError("not well again after 90 seconds")


@pytest.mark.parametrize("who", ["engine", "app"])
def test_a_killed_process_comes_back_and_the_same_question_stands(product: Product, who: str) -> None:
    conversation = Conversation(product)
    conversation.until("prior_radiotherapy", FITS)
    assert kill(product, product.engine_port if who == "engine" else product.port)
    time.sleep(1)
    wait_until_well(product)
    conversation.say("say that again")
    assert conversation.question == "prior_radiotherapy"
    conversation.finish(FITS)
    assert conversation.result is not None
    assert conversation.result["verdict"] == "likely"


def test_while_the_engine_is_away_the_app_says_so_and_the_message_can_be_sent_again(product: Product) -> None:
    conversation = Conversation(product)
    conversation.until("prior_radiotherapy", FITS)
    assert kill(product, product.engine_port)
    body = {"sender": conversation.sender, "message": "no", "message_id": str(uuid.uuid4())}
    key = {"Authorization": f"Bearer {product.api_key}"}
    status, answer = product.post("/webhooks/rest/webhook", body, key)
    assert status == 503
    assert answer["error"]["code"]
    wait_until_well(product)
    first = product.post("/webhooks/rest/webhook", body, key)
    again = product.post("/webhooks/rest/webhook", body, key)
    assert first == again
    store = Store(f"sqlite:///{product.home / 'trialchat.db'}")
    with store.reading() as unit:
        found = unit.conversation_by_sender("rest", conversation.sender)
        assert found is not None
        screening = unit.current_screening(found.id)
        assert screening is not None
        given = [answer for answer in unit.answers(screening.id) if answer.attribute == "prior_radiotherapy"]
    store.dispose()
    assert len(given) == 1
