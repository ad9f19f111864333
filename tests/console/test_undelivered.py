"""What was to be said on a channel and did not arrive is seen by coordinators, without a word of it, until one has looked after it."""

from __future__ import annotations

import pytest

from bot.accounts.roles import Role
from bot.conversations.erasing import PATIENT, Erasures
from tests.console.conftest import SignIn
from tests.console.house import OTHER_TRIAL, House
from tests.console.test_conversation import at, plain
from tests.rights.everywhere import in_tables

LIST = "/console/inbox?undelivered=yes"


def give_up(house: House, conversation: str, why: str = "answered 403", channel: str = "telegram") -> None:
    """A piece that was to be sent on a channel is given up."""
    with house.store.unit() as unit:
        unit.send_later(channel, conversation, ["sealed words"], conversation_id=conversation, at=house.clock())
        (reply,) = unit.claim_replies(house.clock(), house.clock(), 1)
        unit.give_up_reply(reply, why, house.clock())


async def test_the_page_of_the_conversation_says_what_did_not_arrive_and_why(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation("yes", channel="telegram")
    guest = await sign_in()
    assert "did not arrive" not in (await guest.get(at(conversation)))[1]
    give_up(house, conversation)
    said = f"What was said on 2 Nov 2026, {house.clock():%H:%M} UTC did not arrive on Telegram: answered 403."
    for path in (at(conversation), at(conversation, "/live")):
        assert said in plain((await guest.get(path))[1])


async def test_it_is_on_a_list_of_its_own_which_says_how_many_there_are(house: House, sign_in: SignIn) -> None:
    one, other, fine = (house.conversation("yes", channel="telegram") for _ in range(3))
    guest = await sign_in()
    _, page = await guest.get("/console/inbox")
    assert "Not delivered</a>" in page
    for conversation in (one, one, other):
        give_up(house, conversation)
    _, page = await guest.get("/console/inbox")
    assert "Not delivered (2)</a>" in page
    assert page.count('<span class="chip bad">Not delivered</span>') == 2
    _, page = await guest.get(LIST)
    assert [name in page for name in (one, other, fine)] == [True, True, False]


async def test_those_of_others_trials_are_neither_listed_nor_counted(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation("yes", channel="telegram")
    give_up(house, conversation)
    guest = await sign_in(trials=(OTHER_TRIAL,))
    _, page = await guest.get(LIST)
    assert conversation not in page
    assert "Not delivered</a>" in page


async def test_somebody_says_that_they_have_looked_after_it(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation("yes", channel="telegram")
    give_up(house, conversation)
    give_up(house, conversation, "cannot be reached (ClientConnectorError)")
    guest = await sign_in()
    await guest.get(at(conversation))
    status, page = await guest.post(at(conversation, "/undelivered/settle"))
    assert status == 200
    assert "It is no longer on the list of what was not delivered." in page
    assert "did not arrive" not in page
    assert conversation not in (await guest.get(LIST))[1]
    await guest.post(at(conversation, "/undelivered/settle"))
    with house.store.reading() as unit:
        (entry,) = unit.audit_entries(action="settled_not_delivered")
    assert (entry.object_id, entry.detail) == (conversation, {"pieces": 2})
    # What fails after that is on the list again.
    give_up(house, conversation)
    assert conversation in (await guest.get(LIST))[1]


async def test_who_may_only_read_sees_it_and_has_no_button(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation("yes", channel="telegram")
    give_up(house, conversation)
    guest = await sign_in(Role.AUDITOR)
    _, page = await guest.get(at(conversation))
    assert "did not arrive on Telegram" in page
    assert "/undelivered/settle" not in page


async def test_only_the_latest_are_shown(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation("yes", channel="telegram")
    for number in range(7):
        give_up(house, conversation, f"answered {500 + number}")
        house.clock.move(minutes=1)
    _, page = await (await sign_in()).get(at(conversation))
    assert [f"answered {500 + number}" in page for number in range(7)] == [False, False, *[True] * 5]
    assert "There are others before these." in page


@pytest.mark.parametrize("erased_first", [True, False])
async def test_nothing_of_it_outlives_the_conversation(house: House, erased_first: bool) -> None:
    conversation = house.conversation("yes", channel="telegram")
    erasures = Erasures(house.store, lambda _: None, house.clock)
    with house.store.unit() as unit:
        unit.send_later("telegram", conversation, ["sealed words"], conversation_id=conversation, at=house.clock())
        (reply,) = unit.claim_replies(house.clock(), house.clock(), 1)
    if erased_first:
        erasures.erase(conversation, by=PATIENT)
    with house.store.unit() as unit:
        unit.give_up_reply(reply, "answered quokka", house.clock())
    assert bool(in_tables(house.store, ["quokka"])) is not erased_first
    erasures.erase(conversation, by=PATIENT)
    assert in_tables(house.store, ["quokka"]) == []
