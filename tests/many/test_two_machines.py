"""Two machines act as one: a conversation goes on at either, and what happens at one is seen at the other."""

from __future__ import annotations

import itertools
import json
import time
import urllib.request
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import psycopg
import pytest

from bot.engine.servers import SCHEMA
from bot.store import Message, Store
from bot.web.sessions import token_hash
from tests.dialogue.coordinator import Coordinator
from tests.many.layout import Machines
from tests.people import people
from tests.product import Product
from tests.surviving.patient import Patient, Turn, expect_all_kept_once, kept

FITS = people("NCT06141070")[0].answers


@pytest.fixture
def one(machines: Machines) -> Product:
    return machines.machines[0]


@pytest.fixture
def other(machines: Machines) -> Product:
    return machines.machines[1]


def until(patient: Patient, attribute: str, doors: Iterator[Product]) -> None:
    """Answer, each time at the next door, until this attribute's question is open."""
    turn = patient.say("hello", door=next(doors))
    while turn.question != attribute:
        turn = patient.say(FITS[turn.question or ""], door=next(doors))


def test_a_conversation_goes_on_at_whichever_machine_its_next_message_reaches(machines: Machines, store: Store) -> None:
    patient, doors = Patient(machines.door), itertools.cycle(machines.machines)
    until(patient, "prior_radiotherapy", doors)
    # An interruption at one machine, its way back at the other; and a correction of what the other one heard.
    assert patient.say("What are the risks of this trial?", door=next(doors)).question == "prior_radiotherapy"
    corrected = patient.say("sorry, I am 63 years old", door=next(doors))
    assert corrected.question == "prior_radiotherapy"
    assert patient.finish(FITS).verdict == "likely"
    ages = [answer.value for answer in kept(store, patient).answers if answer.attribute == "age"]
    assert ages[-1] == 63


def test_the_door_takes_a_conversation_to_both(machines: Machines, store: Store) -> None:
    patient = Patient(machines.door)
    assert patient.finish(FITS).verdict == "likely"
    expect_all_kept_once(store, patient, FITS)


def test_a_message_sent_twice_at_once_is_handled_once(machines: Machines, store: Store, one: Product, other: Product) -> None:
    patient, doors = Patient(machines.door), itertools.cycle(machines.machines)
    until(patient, "prior_radiotherapy", doors)
    for _ in range(5):
        asked = patient.turns[-1].question or ""
        message_id = uuid.uuid4().hex
        with ThreadPoolExecutor(4) as pool:
            sent = [pool.submit(patient.send, FITS[asked], message_id, door=door) for door in (one, other, one, other)]
            turns = [each.result() for each in sent]
        assert all(turn.replies == turns[0].replies for turn in turns)
        patient.turns.append(turns[0])
    patient.finish(FITS)
    expect_all_kept_once(store, patient, FITS)


def test_two_tabs_that_write_at_once_are_both_answered(machines: Machines, store: Store, one: Product, other: Product) -> None:
    patient, doors = Patient(machines.door), itertools.cycle(machines.machines)
    until(patient, "prior_radiotherapy", doors)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(patient.send, "no", uuid.uuid4().hex, door=one)
        second = pool.submit(patient.send, "What are the risks of this trial?", uuid.uuid4().hex, door=other)
        turns = [first.result(), second.result()]
    assert all(turn.replies for turn in turns)
    given = [answer for answer in kept(store, patient).answers if answer.attribute == "prior_radiotherapy"]
    assert [answer.value for answer in given] == [False]
    # Each message is followed by its own answers, not by those of the other.
    deadline = time.monotonic() + 60
    while (apart := [turn.text for turn in turns if not followed_by_its_answers(turn, kept(store, patient).lines)]) and (
        time.monotonic() < deadline
    ):
        time.sleep(0.2)
    assert apart == []


def followed_by_its_answers(turn: Turn, lines: Sequence[Message]) -> bool:
    place = next((number for number, line in enumerate(lines) if line.text == turn.text), len(lines))
    replies = [reply.get("text", "") for reply in turn.replies]
    return [line.text for line in lines[place + 1 : place + 1 + len(replies)]] == replies


def test_what_a_coordinator_writes_at_one_machine_comes_by_a_stream_at_the_other(
    machines: Machines, store: Store, one: Product, other: Product
) -> None:
    status, opened = one.post("/chat/session", {"trial_id": "NCT06141070"})
    assert status == 201, opened
    session = {"Authorization": f"Bearer {opened['token']}"}
    with store.reading() as unit:
        conversation = unit.conversation_by_token(token_hash(opened["token"]))
    assert conversation is not None
    coordinator = Coordinator(other, machines.admin_password)
    request = urllib.request.Request(one.base_url + "/chat/events", headers=session)  # noqa: S310 - our own
    with closing(urllib.request.urlopen(request, timeout=20)) as stream:  # noqa: S310
        assert stream.readline() == b": listening\n"
        coordinator.take_over(conversation.id)
        coordinator.write(conversation.id, "Hello, this is Ann.")
        texts: list[str] = []
        while "Hello, this is Ann." not in texts:
            line = stream.readline()
            assert line, "the stream ended"
            if line.startswith(b"data: "):
                texts.append(str(json.loads(line[6:])["text"]))
    # And the bot is silent, at both.
    for machine in (one, other):
        assert say(machine, session, "What are the risks?") == []
    coordinator.hand_back(conversation.id)
    assert say(one, session, "What are the risks?")


def test_whoever_is_signed_in_at_one_machine_is_at_the_other(machines: Machines) -> None:
    coordinator = Coordinator(machines.door, machines.admin_password)
    for _ in range(4):
        assert coordinator.get("/console/inbox") == 200


def test_an_erased_conversation_is_gone_from_all_servers(machines: Machines, store: Store, one: Product, other: Product) -> None:
    patient = Patient(machines.door)
    patient.say("hello", door=one)
    patient.say("yes", door=other)
    patient.say("a very unusual illness of mine", door=one)
    with store.reading() as unit:
        conversation = unit.conversation_by_sender("rest", patient.sender)
    assert conversation is not None
    assert tracked(machines, conversation.id)
    patient.say("erase my data", door=other)
    patient.say("yes", door=one)
    deadline = time.monotonic() + 15
    while tracked(machines, conversation.id) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not tracked(machines, conversation.id)
    with store.reading() as unit:
        assert unit.conversation(conversation.id) is None


def say(machine: Product, session: dict[str, str], text: str) -> list[dict[str, Any]]:
    """One message of a widget; what comes back."""
    status, answer = machine.post("/chat/messages", {"id": str(uuid.uuid4()), "text": text}, session)
    assert status == 200, answer
    messages: list[dict[str, Any]] = answer["messages"]
    return messages


def tracked(machines: Machines, conversation: str) -> int:
    """How many events the engines remember of a conversation."""
    with psycopg.connect(machines.postgres.url) as connection:
        found = connection.execute(f"SELECT count(*) FROM {SCHEMA}.events WHERE sender_id = %s", [conversation]).fetchone()  # noqa: S608
    assert found is not None
    return int(found[0])
