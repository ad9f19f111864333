"""The work on a conversation: status, who has it, tags and notes."""

from __future__ import annotations

import re

import pytest

from bot.accounts.roles import Role
from bot.store import Conversation
from tests.console.conftest import SignIn
from tests.console.house import OTHER_TRIAL, House
from tests.console.test_conversation import at, audited, plain, revealed


@pytest.fixture
def conversation(house: House) -> str:
    return house.conversation("hello", "yes")


def stored(house: House, conversation: str) -> Conversation:
    with house.store.reading() as unit:
        found = unit.conversation(conversation)
    assert found is not None
    return found


async def test_the_status_is_set_and_audited(house: House, sign_in: SignIn, conversation: str) -> None:
    guest = await sign_in()
    await guest.get(at(conversation))
    status, page = await guest.post(at(conversation, "/status"), status="to_call")
    assert status == 200
    assert "The status is saved." in page
    assert stored(house, conversation).status == "to_call"
    assert [detail for _, detail in audited(house, conversation, "status_set")] == [{"status": "to_call", "before": "new"}]


async def test_what_changes_nothing_is_not_audited(house: House, sign_in: SignIn, conversation: str) -> None:
    account = house.account()
    guest = await sign_in()
    await guest.get(at(conversation))
    steps: tuple[tuple[str, dict[str, str], str, int], ...] = (
        ("/status", {"status": "new"}, "status_set", 0),
        ("/status", {"status": "called"}, "status_set", 1),
        ("/assign", {"account": ""}, "unassigned", 0),
        ("/assign", {"account": str(account.id)}, "assigned", 1),
        ("/tags/remove", {"tag": "call back"}, "tag_removed", 0),
        ("/tags", {"tag": "call back"}, "tag_added", 1),
    )
    for path, form, action, times in steps:
        for _ in range(2):
            status, page = await guest.post(at(conversation, path), form)
            assert status == 200
            assert 'role="alert"' not in page
        assert len(audited(house, conversation, action)) == times, action


async def test_what_is_closed_has_a_reason_and_may_have_words(house: House, sign_in: SignIn, conversation: str) -> None:
    guest = await sign_in()
    await guest.get(at(conversation))
    assert "Closing needs a reason." in (await guest.post(at(conversation, "/status"), status="closed"))[1]
    assert "Closing needs a reason." in (await guest.post(at(conversation, "/status"), status="closed", because="no such"))[1]
    assert stored(house, conversation).status == "new"
    await guest.post(at(conversation, "/status"), status="closed", because="not_reached", words="  three   times ")
    assert (stored(house, conversation).status, stored(house, conversation).closed_because) == ("closed", "not_reached: three times")
    # What somebody added in words is no part of the audit.
    assert audited(house, conversation, "status_set")[0][1] == {"status": "closed", "before": "new"}
    await guest.post(at(conversation, "/status"), status="called", because="not_reached")
    assert stored(house, conversation).closed_because is None


async def test_a_reason_that_was_written_freely_is_hidden_until_it_is_revealed(house: House, sign_in: SignIn, conversation: str) -> None:
    with house.store.unit() as unit:
        unit.set_status(conversation, "closed", house.clock(), "her tumor grew: no more trials")
    guest = await sign_in()
    assert "her tumor grew" not in (await guest.get(at(conversation)))[1]
    # Whoever does not see the words does not lose them.
    await guest.post(at(conversation, "/status"), status="closed", because="other")
    assert stored(house, conversation).closed_because == "other: her tumor grew: no more trials"
    assert "her tumor grew: no more trials" in await revealed(guest, conversation)


async def test_a_status_that_there_is_not_changes_nothing(house: House, sign_in: SignIn, conversation: str) -> None:
    guest = await sign_in()
    await guest.get(at(conversation))
    assert "That is no status." in (await guest.post(at(conversation, "/status"), status="paid"))[1]
    assert stored(house, conversation).status == "new"


async def test_it_is_given_to_who_sees_the_trial_and_works(house: House, sign_in: SignIn, conversation: str) -> None:
    guest = await sign_in()
    one, elsewhere = house.account(), house.account(trials=(OTHER_TRIAL,))
    reads, all_of_them = house.account(Role.AUDITOR), house.account(Role.ADMINISTRATOR)
    page = (await guest.get(at(conversation)))[1]
    offered = re.findall(r'<option value="(\d+)"', page)
    assert {str(one.id), str(all_of_them.id)} <= set(offered)
    assert not {str(elsewhere.id), str(reads.id)} & set(offered)
    assert "It is assigned." in (await guest.post(at(conversation, "/assign"), account=str(one.id)))[1]
    assert stored(house, conversation).assigned_to == one.id
    for wrong in (elsewhere.id, reads.id, "x"):
        assert "does not see this trial" in (await guest.post(at(conversation, "/assign"), account=str(wrong)))[1]
    assert stored(house, conversation).assigned_to == one.id
    assert "Nobody has it now." in (await guest.post(at(conversation, "/assign"), account=""))[1]
    assert stored(house, conversation).assigned_to is None
    assert [detail for _, detail in audited(house, conversation, "assigned")] == [{"to": one.id, "before": None}]
    assert [detail for _, detail in audited(house, conversation, "unassigned")] == [{"before": one.id}]


async def test_a_tag_comes_and_goes(house: House, sign_in: SignIn, conversation: str) -> None:
    guest = await sign_in()
    await guest.get(at(conversation))
    assert "The tag is there." in (await guest.post(at(conversation, "/tags"), tag="Call Monday"))[1]
    assert "call monday ×" in plain((await guest.get(at(conversation)))[1])
    assert "1 to 40 letters" in (await guest.post(at(conversation, "/tags"), tag="x" * 41))[1]
    assert "1 to 40 letters" in (await guest.post(at(conversation, "/tags"), tag=" "))[1]
    assert "1 to 40 letters" in (await guest.post(at(conversation, "/tags/remove"), tag=" "))[1]
    assert "The tag is gone." in (await guest.post(at(conversation, "/tags/remove"), tag="call monday"))[1]
    with house.store.reading() as unit:
        assert unit.tags(conversation) == ()


async def test_a_note_has_its_author_and_its_time_and_the_patient_never_sees_it(house: House, sign_in: SignIn, conversation: str) -> None:
    guest = await sign_in()
    await revealed(guest, conversation)
    assert "The note is there." in (await guest.post(at(conversation, "/notes"), text="Call after five.\r\nSpeaks Dutch."))[1]
    page = plain((await guest.get(at(conversation)))[1])
    assert re.search(r"Somebody \(coordinator-\w+\) 2 Nov 2026, 09:00 Call after five\. Speaks Dutch\.", page)
    assert [detail for _, detail in audited(house, conversation, "noted")] == [{"note": 1}]
    assert not [reply for reply in house.say(conversation, "hello") if "after five" in str(reply)]
    with house.store.reading() as unit:
        assert not [message for message in unit.messages(conversation) if "after five" in message.text]


@pytest.mark.parametrize("text", ["", "  \r\n ", "x" * 4_001])
async def test_an_empty_note_and_one_without_end_are_not_kept(house: House, sign_in: SignIn, conversation: str, text: str) -> None:
    guest = await sign_in()
    await guest.get(at(conversation))
    assert "A note has 1 to 4,000 letters." in (await guest.post(at(conversation, "/notes"), text=text))[1]
    with house.store.reading() as unit:
        assert unit.notes(conversation) == []


async def test_its_author_deletes_a_note_within_an_hour_and_nobody_else_does(house: House, sign_in: SignIn, conversation: str) -> None:
    author, other = await sign_in(), await sign_in()
    await author.get(at(conversation))
    await author.post(at(conversation, "/notes"), text="one")
    await author.post(at(conversation, "/notes"), text="two")
    await other.get(at(conversation))
    assert "Only its author can delete a note" in (await other.post(at(conversation, "/notes/1/delete")))[1]
    assert "The note is deleted." in (await author.post(at(conversation, "/notes/1/delete")))[1]
    assert "Only its author can delete a note" in (await author.post(at(conversation, "/notes/1/delete")))[1]
    for _ in range(2):
        house.clock.move(minutes=31)
        await author.get(at(conversation))
    assert "/notes/2/delete" not in (await author.get(at(conversation)))[1]
    assert "Only its author can delete a note" in (await author.post(at(conversation, "/notes/2/delete")))[1]
    with house.store.reading() as unit:
        assert [note.text for note in unit.notes(conversation)] == ["two"]
    assert [detail for _, detail in audited(house, conversation, "deleted_note")] == [{"note": 1}]


async def test_a_note_of_another_conversation_is_not_deleted(house: House, sign_in: SignIn, conversation: str) -> None:
    other = house.conversation("hello")
    guest = await sign_in()
    await guest.get(at(conversation))
    await guest.post(at(conversation, "/notes"), text="one")
    assert "Only its author can delete a note" in (await guest.post(at(other, "/notes/1/delete")))[1]
    with house.store.reading() as unit:
        assert len(unit.notes(conversation)) == 1


async def test_work_is_news_for_whoever_looks_on(house: House, sign_in: SignIn, conversation: str) -> None:
    guest = await sign_in()
    await guest.get(at(conversation))
    for path, fields in (("/status", {"status": "called"}), ("/tags", {"tag": "x"}), ("/notes", {"text": "x"}), ("/notes/1/delete", {})):
        before = stored(house, conversation).changed_at
        await guest.post(at(conversation, path), fields)
        after = stored(house, conversation).changed_at
        assert before is not None
        assert after is not None
        assert after > before
