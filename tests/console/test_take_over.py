"""Coordinators take conversations over in the console, write in them and hand them back."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from bot.accounts.roles import Role
from bot.store.console_tables import AccountRow
from tests.console.conftest import SignIn
from tests.console.house import OTHER_TRIAL, Guest, House
from tests.console.parts_page import give_parts_a_page


@pytest.fixture(autouse=True)
def a_page_for_the_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The house is built with it."""
    give_parts_a_page(monkeypatch)


@pytest.fixture
def conversation(house: House) -> str:
    return house.conversation("yes")


def at(conversation: str, what: str = "") -> str:
    return f"/console/conversations/{conversation}" + (f"/{what}" if what else "")


def field(html: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', html)
    assert found is not None, f"there is no field {name}"
    return found[1]


async def take(guest: Guest, conversation: str, **form: Any) -> tuple[int, str]:
    await guest.get(at(conversation))
    return await guest.post(at(conversation, "take-over"), form or {"shown_as": "Ann"})


def said(house: House, conversation: str) -> list[tuple[str, str]]:
    with house.store.reading() as unit:
        return [(line.who, line.text) for line in unit.messages(conversation)]


def holder(house: House, conversation: str) -> int | None:
    with house.store.reading() as unit:
        found = unit.conversation(conversation)
    assert found is not None
    return found.taken_over_by


async def send(house: House, conversation: str, text: str) -> None:
    """The patient writes, as the engine hears it while the bot is silent."""
    with house.store.unit() as unit:
        unit.note_waiting(conversation, house.clock())
    house.engine.turn(conversation, text, text, paused=True)


async def test_taking_over_writing_and_handing_back(house: House, sign_in: SignIn, conversation: str) -> None:
    guest = await sign_in()
    status, html = await take(guest, conversation)
    assert status == 200
    assert "You have taken over. The bot is silent." in html
    assert conversation in house.engine.paused
    status, html = await guest.post(at(conversation, "write"), id=field(html, "id"), text="Hello,\r\nthis is Ann.")
    assert (status, "Your message is sent." in html) == (200, True)
    status, html = await guest.post(at(conversation, "hand-back"))
    assert (status, "The bot goes on from here." in html) == (200, True)
    assert conversation not in house.engine.paused
    before, *_, joined, wrote, left, question = said(house, conversation)
    assert joined[1].startswith("Ann from the study team is now in this chat.")
    assert wrote == ("coordinator", "Hello,\nthis is Ann.")
    assert left == ("bot", "The person has left this chat. You are talking to me, the computer program, again.")
    assert question[0] == before[0] == "bot"
    assert [text for _, text in said(house, conversation)].count(question[1]) == 2
    assert house.say(conversation, "lung cancer")[0]["custom"]["code"] == "noted"


async def test_a_form_sent_twice_writes_once(house: House, sign_in: SignIn, conversation: str) -> None:
    guest = await sign_in()
    _, html = await take(guest, conversation)
    form = {"id": field(html, "id"), "text": "Only once."}
    for _ in range(2):
        status, _ = await guest.post(at(conversation, "write"), form)
        assert status == 200
    assert said(house, conversation).count(("coordinator", "Only once.")) == 1


async def test_a_second_coordinator_sees_who_has_it_and_takes_it_on_purpose(house: House, sign_in: SignIn, conversation: str) -> None:
    first, second = await sign_in(), await sign_in()
    await take(first, conversation)
    name = _name(house, conversation)
    _, html = await second.get(at(conversation))
    assert f"{name} has this conversation" in html
    assert f'action="{at(conversation, "write")}"' not in html
    assert "hand-back" not in html
    _, refused = await second.post(at(conversation, "take-over"), shown_as="Ben")
    assert "Somebody else has this conversation" in refused
    _, taken = await second.post(at(conversation, "take-over"), shown_as="Ben", holder=field(html, "holder"))
    assert "You have this conversation" in taken
    assert said(house, conversation)[-1][1] == "Ben from the study team is now in this chat and goes on from here."
    # The first one is told, and gets back what they wrote meanwhile.
    status, html = await first.post(at(conversation, "write"), id="x", text="A long <answer>")
    assert status == 409
    assert "A long &lt;answer&gt;" in html
    assert "Somebody else has taken this conversation over" in html
    _, html = await first.post(at(conversation, "hand-back"))
    assert "Somebody else has this conversation" in html


def _name(house: House, conversation: str) -> str:
    with house.store.reading() as unit:
        account = unit.account(holder(house, conversation) or 0)
    assert account is not None
    return account.name


async def test_an_administrator_hands_back_what_somebody_else_has(house: House, sign_in: SignIn, conversation: str) -> None:
    await take(await sign_in(), conversation)
    chief = await sign_in(Role.ADMINISTRATOR)
    _, html = await chief.get(at(conversation))
    assert "Hand back to the bot" in html
    await chief.post(at(conversation, "hand-back"))
    assert holder(house, conversation) is None


async def test_an_auditor_sees_who_has_it_and_can_do_nothing(house: House, sign_in: SignIn, conversation: str) -> None:
    auditor = await sign_in(Role.AUDITOR)
    _, html = await auditor.get(at(conversation))
    assert "The bot has this conversation." in html
    for what in ("take-over", "write", "hand-back"):
        assert at(conversation, what) not in html
        assert (await auditor.post(at(conversation, what), text="x"))[0] == 403
    assert holder(house, conversation) is None


@pytest.mark.parametrize("what", ["take-over", "write", "hand-back"])
async def test_what_belongs_to_another_trial_is_not_there(house: House, sign_in: SignIn, what: str) -> None:
    other = house.conversation(trial=OTHER_TRIAL)
    guest = await sign_in()
    assert (await guest.post(at(other, what), text="x"))[0] == 404
    assert holder(house, other) is None


@pytest.mark.parametrize("what", ["take-over", "write", "hand-back"])
async def test_a_form_from_elsewhere_does_nothing(house: House, sign_in: SignIn, what: str, conversation: str) -> None:
    guest = await sign_in()
    assert (await guest.post(at(conversation, what), csrf="made up", text="x"))[0] == 403
    assert holder(house, conversation) is None


async def test_nobody_writes_where_the_bot_has_it(house: House, sign_in: SignIn, conversation: str) -> None:
    guest = await sign_in()
    status, html = await guest.post(at(conversation, "write"), id="x", text="Too early")
    assert (status, "Take it over first" in html, "Too early" in html) == (409, True, True)


async def test_an_empty_message_is_not_sent(house: House, sign_in: SignIn, conversation: str) -> None:
    guest = await sign_in()
    await take(guest, conversation)
    _, html = await guest.post(at(conversation, "write"), id="x", text=" \r\n\x07 ")
    assert "The message was empty" in html
    assert not [who for who, _ in said(house, conversation) if who == "coordinator"]


async def test_as_many_characters_as_a_patient_may_write_and_no_more(house: House, sign_in: SignIn, conversation: str) -> None:
    guest = await sign_in()
    await take(guest, conversation)
    assert (await guest.post(at(conversation, "write"), id="x", text="ä\r\n" * 2_000))[0] == 200
    status, html = await guest.post(at(conversation, "write"), id="y", text="x" * 4_001)
    assert (status, "longer than 4,000 characters" in html) == (409, True)
    assert len([who for who, _ in said(house, conversation) if who == "coordinator"]) == 1


@pytest.mark.parametrize(
    ("given", "shown"),
    [("", "Someone from the study team"), ("  Ann\u0000 \n Lee ", "Ann Lee from the study team"), ("x" * 60, "x" * 40 + " from")],
)
async def test_the_patient_sees_the_name_that_was_chosen(house: House, sign_in: SignIn, conversation: str, given: str, shown: str) -> None:
    await take(await sign_in(), conversation, shown_as=given)
    assert said(house, conversation)[-1][1].startswith(shown)


async def test_the_first_name_is_suggested(sign_in: SignIn, conversation: str) -> None:
    _, html = await (await sign_in()).get(at(conversation))
    assert field(html, "shown_as") == "Somebody"


async def test_where_no_line_can_be_brought_to_the_patient_it_is_said(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation("hello", channel="rest")
    guest = await sign_in()
    _, html = await take(guest, conversation)
    assert "will be delivered with their next message" in html
    _, html = await guest.post(at(conversation, "write"), id="x", text="Hello")
    assert "2 lines have not reached the patient yet." in html


async def test_handing_back_there_makes_the_next_message_no_answer(house: House, sign_in: SignIn) -> None:
    """The patient learns of it only with the answer to that message: a yes may be for the person who has left."""
    conversation = house.conversation("hello", "yes", "lung cancer", channel="rest")
    guest = await sign_in()
    await take(guest, conversation)
    await guest.post(at(conversation, "hand-back"))
    open_before = _answers(house, conversation)
    replies = house.say(conversation, "yes")
    assert replies[0]["text"].startswith("Welcome back.")
    assert replies[-1]["custom"]["type"] == "question"
    assert _answers(house, conversation) == open_before


def _answers(house: House, conversation: str) -> list[tuple[str, Any]]:
    with house.store.reading() as unit:
        screening = unit.current_screening(conversation)
        assert screening is not None
        return [(answer.attribute, answer.value) for answer in unit.answers(screening.id)]


async def test_an_emergency_is_shown_above_everything(house: House, sign_in: SignIn, conversation: str, monkeypatch: Any) -> None:
    guest = await sign_in()
    await take(guest, conversation)
    line = house.engine._line
    monkeypatch.setattr(house.engine, "_line", lambda *given: _as_danger(line(*given)))
    await send(house, conversation, "I cannot breathe")
    _, html = await guest.get(at(conversation))
    assert "This may be an emergency." in html
    assert "The patient has waited for an answer" in html
    assert "I cannot breathe" not in html
    await guest.post(at(conversation, "write"), id="x", text="Call 112 now.")
    _, html = await guest.get(at(conversation))
    assert "This may be an emergency." not in html
    assert "has waited" not in html


def _as_danger(line: Any) -> Any:
    return replace(line, intent="safety_emergency")


async def test_a_patient_whom_nobody_answers_for_hours_is_shown_and_the_bot_stays_silent(
    house: House, sign_in: SignIn, conversation: str
) -> None:
    guest = await sign_in()
    await take(guest, conversation)
    await send(house, conversation, "anybody?")
    house.clock.move(minutes=59)
    assert "Nobody has written here for a long time." not in (await guest.get(at(conversation)))[1]
    house.clock.move(hours=11, minutes=1)
    other = await sign_in()
    _, html = await other.get(at(conversation))
    assert "Nobody has written here for a long time." in html
    assert "They may not see your message soon." in html
    assert holder(house, conversation) is not None


async def test_a_disabled_account_keeps_it_until_somebody_else_takes_it(house: House, sign_in: SignIn, conversation: str) -> None:
    await take(await sign_in(), conversation)
    first = holder(house, conversation)
    assert first is not None
    with house.store.unit() as unit:
        unit._session.get_one(AccountRow, first).state = "disabled"
    assert holder(house, conversation) == first
    second = await sign_in()
    _, html = await second.get(at(conversation))
    await second.post(at(conversation, "take-over"), holder=field(html, "holder"))
    assert holder(house, conversation) != first


async def test_everything_done_is_audited_without_a_word_of_what_was_said(house: House, sign_in: SignIn, conversation: str) -> None:
    guest = await sign_in()
    await take(guest, conversation, shown_as="Ann")
    await guest.post(at(conversation, "write"), id="x", text="A secret word")
    await guest.post(at(conversation, "hand-back"))
    with house.store.reading() as unit:
        entries = list(unit.audit_entries(object_kind="conversation", object_id=conversation))
    assert [entry.action for entry in entries if entry.action in {"took_over", "wrote", "handed_back"}] == [
        "handed_back",
        "wrote",
        "took_over",
    ]
    assert "secret" not in repr(entries)
    assert "Ann" not in repr(entries)
