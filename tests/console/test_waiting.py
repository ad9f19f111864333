"""Patients who asked for a person, or may be in danger: the study team sees them, is told of them, and says when it is done."""

from __future__ import annotations

from typing import Any

import pytest

from bot.accounts.roles import Role
from bot.conversations.waiting import PersonCalls
from bot.deliveries.events import teller_of_waiting
from bot.store import Conversation
from tests.console.conftest import SignIn
from tests.console.house import OTHER_TRIAL, TRIAL, House

WAITING = "/console/inbox?waiting=yes"


def at(conversation: str, what: str = "") -> str:
    return f"/console/conversations/{conversation}" + (f"/{what}" if what else "")


def stored(house: House, conversation: str) -> Conversation:
    with house.store.reading() as unit:
        found = unit.conversation(conversation)
    assert found is not None
    return found


def told(house: House) -> list[dict[str, Any]]:
    with house.store.reading() as unit:
        return [
            {"event": one.event, "to": target.address, **one.body}
            for one, target in unit.deliveries(None, limit=50)
            if one.event == "conversation.waiting"
        ]


def add_receiver(house: House, address: str, trial: str | None) -> None:
    with house.store.unit() as unit:
        unit.add_delivery_target(trial_id=trial, kind="mail", address=address, secret=None, at=house.clock())


@pytest.mark.parametrize("asked", ["I want to talk to a person", "#human", "can someone call me?"])
async def test_whoever_asks_for_a_person_is_in_the_list_of_those_who_wait(house: House, sign_in: SignIn, asked: str) -> None:
    conversation = house.conversation("yes")
    guest = await sign_in()
    assert conversation not in (await guest.get(WAITING))[1]
    replies = house.say(conversation, asked)
    assert replies[0]["custom"]["code"] == "human"
    assert "I have let the study team know" in replies[0]["text"]
    assert replies[-1]["custom"]["attribute"] == "condition" or replies[-1]["custom"]["type"] == "question"
    assert conversation in (await guest.get(WAITING))[1]
    assert "waited for a person since" in (await guest.get(at(conversation)))[1]


async def test_receivers_of_the_trial_are_told_once_while_somebody_waits(house: House) -> None:
    add_receiver(house, "trial@example.org", TRIAL)
    add_receiver(house, "all@example.org", None)
    add_receiver(house, "other@example.org", OTHER_TRIAL)
    conversation = house.conversation("yes", "talk to a person")
    house.say(conversation, "a human please")
    sent = told(house)
    assert sorted(one["to"] for one in sent) == ["all@example.org", "trial@example.org"]
    assert {one["conversation_url"] for one in sent} == {f"http://127.0.0.1/console/conversations/{conversation}"}
    assert set(sent[0]) == {"event", "to", "conversation_id", "trial_id", "site", "conversation_url", "at"}


async def test_in_a_search_those_are_told_who_are_told_of_every_trial(house: House) -> None:
    add_receiver(house, "trial@example.org", TRIAL)
    add_receiver(house, "all@example.org", None)
    conversation = house.conversation("yes", trial=None)
    with house.store.unit() as unit:
        about_none = unit.turn_conversation(conversation, None)
        PersonCalls(teller_of_waiting("http://127.0.0.1")).call(unit, about_none, house.clock())
    assert [one["to"] for one in told(house)] == ["all@example.org"]


async def test_somebody_says_that_they_no_longer_wait(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation("yes", "talk to a person")
    guest = await sign_in()
    await guest.get(at(conversation))
    _, html = await guest.post(at(conversation, "waits-no-longer"))
    assert "no longer in the list of those who wait" in html
    assert stored(house, conversation).waiting_since is None
    _, html = await guest.post(at(conversation, "waits-no-longer"))
    assert "Nobody was waiting here any more." in html
    with house.store.reading() as unit:
        assert [one.action for one in unit.audit_entries(limit=20) if one.object_id == conversation].count("ended_waiting") == 1


@pytest.mark.parametrize(("status", "waits"), [("new", True), ("to_call", True), ("called", False), ("closed", False)])
async def test_whoever_was_called_no_longer_waits(house: House, sign_in: SignIn, status: str, waits: bool) -> None:
    conversation = house.conversation("yes", "talk to a person")
    guest = await sign_in()
    await guest.get("/console/inbox")
    await guest.post("/console/inbox/work", do="status", status=status, because="They called us.", pick=conversation)
    assert stored(house, conversation).status == status
    assert (stored(house, conversation).waiting_since is not None) is waits


@pytest.mark.parametrize(("status", "waits"), [("to_call", True), ("called", False), ("prescreening", False), ("closed", False)])
async def test_the_status_on_the_conversations_own_page_says_so_too(house: House, sign_in: SignIn, status: str, waits: bool) -> None:
    conversation = house.conversation("yes", "talk to a person")
    guest = await sign_in()
    await guest.get(at(conversation))
    await guest.post(at(conversation, "status"), status=status, because="not_reached")
    assert stored(house, conversation).status == status
    assert (stored(house, conversation).waiting_since is not None) is waits


async def test_taking_over_and_writing_answers_them(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation("yes", "talk to a person")
    guest = await sign_in()
    await guest.get(at(conversation))
    await guest.post(at(conversation, "take-over"), shown_as="Ann")
    assert stored(house, conversation).waiting_since is not None
    await guest.post(at(conversation, "write"), id="1", text="Hello, this is Ann.")
    assert stored(house, conversation).waiting_since is None


async def test_asking_again_after_that_is_told_again(house: House, sign_in: SignIn) -> None:
    add_receiver(house, "trial@example.org", TRIAL)
    conversation = house.conversation("yes", "talk to a person")
    guest = await sign_in()
    await guest.get(at(conversation))
    await guest.post(at(conversation, "waits-no-longer"))
    house.say(conversation, "a human please")
    assert len(told(house)) == 2


@pytest.mark.parametrize(("path", "fields"), [("notes", {"text": "call\0back"}), ("tags", {"tag": "du\0tch"})])
async def test_what_is_pasted_with_a_nul_is_kept_without_it(house: House, sign_in: SignIn, path: str, fields: dict[str, str]) -> None:
    conversation = house.conversation("yes")
    guest = await sign_in()
    await guest.get(at(conversation))
    status, page = await guest.post(at(conversation, path), **fields)
    assert status == 200
    assert "\0" not in page


async def test_an_auditor_sees_who_waits_and_ends_nothing(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation("yes", "talk to a person")
    guest = await sign_in(Role.AUDITOR)
    _, html = await guest.get(at(conversation))
    assert "waited for a person since" in html
    assert "They no longer wait" not in html
