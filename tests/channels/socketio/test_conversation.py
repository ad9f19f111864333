"""A conversation over Rasa's Socket.IO protocol: begun, gone on with, taken over, erased."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.accounts.roles import Role
from bot.conversations.taking_over import Coordinator
from bot.conversations.waiting import DANGER
from bot.store import Conversation
from bot.web.take_overs import TAKE_OVERS
from tests.channels.socketio.served import CONSENT, ILLNESS, WELCOME, Visitor, conversations, transcript
from tests.console.desk_engine import DeskEngine
from tests.console.house import House

Come = Callable[[], Visitor]


async def begun(visitor: Visitor) -> Visitor:
    """Greeted and agreed."""
    await visitor.arrive()
    await visitor.write("/get_started")
    await visitor.see(CONSENT)
    await visitor.choose("Yes, go ahead")
    await visitor.see(ILLNESS)
    return visitor


def coordinator(house: House) -> Coordinator:
    account = house.account(Role.COORDINATOR)
    return Coordinator(account.id, f"account:{account.id}")


def only(house: House) -> Conversation:
    (found,) = conversations(house)
    return found


async def test_the_id_of_the_session_is_confirmed_as_a_text_that_nobody_can_guess(house: House, visitor: Come) -> None:
    ann, ben = await visitor().arrive(), await visitor().arrive()
    assert ann.confirmed == [ann.session]
    assert isinstance(ann.session, str)
    assert len(ann.session) >= 32
    assert ann.session != ben.session
    assert conversations(house) == [], "a page that was only looked at leaves nothing behind"


@pytest.mark.parametrize("opening", ["/session_start", "/get_started", "/greet", '/begin_trial{"language": "en"}', None, ""])
async def test_whoever_only_comes_is_greeted_and_nothing_was_said_by_them(house: House, visitor: Come, opening: str | None) -> None:
    one = await visitor().arrive()
    assert await one.write(opening) == {"ok": True}
    assert WELCOME in one.messages[0]["text"]
    assert CONSENT in one.messages[-1]["text"]
    assert all(line.who != "patient" for line in transcript(house, only(house).id))


async def test_whoever_says_something_first_is_greeted_and_it_is_heard(house: House, visitor: Come) -> None:
    one = await visitor().arrive()
    await one.write("hello")
    assert WELCOME in one.messages[0]["text"]
    assert [line.text for line in transcript(house, only(house).id) if line.who == "patient"] == ["hello"]


async def test_a_message_has_the_fields_by_which_widgets_know_it_and_no_others(visitor: Come) -> None:
    one = await visitor().arrive()
    await one.write("/greet")
    *texts, last = one.messages
    assert all(set(message) == {"text"} for message in texts)
    assert set(last) == {"text", "quick_replies"}
    assert all(set(reply) == {"content_type", "title", "payload"} and reply["content_type"] == "text" for reply in last["quick_replies"])
    assert not any("\n\n" in message["text"] for message in one.messages), "a bubble for each paragraph"


async def test_messages_are_answered_one_after_another_however_fast_they_come(house: House, visitor: Come) -> None:
    one = await begun(visitor())
    await asyncio.gather(*(one.write(text) for text in ("non small cell lung cancer", "58", "no")))
    said = [line.text for line in transcript(house, only(house).id) if line.who == "patient"]
    assert said[-3:] == ["non small cell lung cancer", "58", "no"]
    assert one.texts.index("How old are you?") < one.texts.index("Have you had radiation treatment")


async def test_a_payload_of_rasa_s_is_any_text_once_the_conversation_has_begun(house: House, visitor: Come) -> None:
    one = await begun(visitor())
    await one.write('/inform{"age": 12}')
    assert [line.text for line in transcript(house, only(house).id) if line.who == "patient"][-1] == '/inform{"age": 12}'


async def test_after_a_cut_the_conversation_goes_on_and_nobody_is_greeted_again(house: House, visitor: Come) -> None:
    before = await begun(visitor())
    await before.leave()
    after = await visitor().arrive(before.session)
    assert after.session == before.session
    assert after.messages == []
    # A widget that does not know that it was here already asks once more.
    await after.write("/get_started")
    assert WELCOME not in after.texts
    assert ILLNESS in after.messages[-1]["text"]
    await after.write("non small cell lung cancer")
    await after.see("How old are you?")
    assert only(house)


async def test_what_was_written_while_the_connection_was_cut_is_heard_before_the_session_is_asked_for(visitor: Come) -> None:
    before = await begun(visitor())
    await before.leave()
    after = visitor()
    await after.connect()
    after.session = before.session
    assert await after.write("non small cell lung cancer") == {"ok": True}
    await after.see("How old are you?")


async def test_an_answer_that_nobody_was_there_for_comes_when_they_are_back(
    house: House, visitor: Come, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await begun(visitor())
    let_go, say = asyncio.Event(), house.engine.say

    async def slow(*args: object, **kwargs: object) -> object:
        await let_go.wait()
        return await say(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(house.engine, "say", slow)
    await before.client.emit("user_uttered", {"message": "non small cell lung cancer", "session_id": before.session})
    await asyncio.sleep(0.1)
    await before.leave()
    await asyncio.sleep(0.1)
    let_go.set()
    while not any(line.text.startswith("How old") or "How old" in line.text for line in transcript(house, only(house).id)):
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.2)
    after = await visitor().arrive(before.session)
    await after.see("How old are you?")
    await after.leave()
    again = await visitor().arrive(before.session)
    await asyncio.sleep(0.1)
    assert again.messages == []


async def test_a_message_with_an_id_is_heard_once(house: House, visitor: Come) -> None:
    one = await begun(visitor())
    for _ in range(2):
        await one.write("non small cell lung cancer", message_id="m-1")
    assert [line.text for line in transcript(house, only(house).id)].count("non small cell lung cancer") == 1


async def test_two_people_do_not_see_each_other_s_messages(visitor: Come) -> None:
    ann, ben = await begun(visitor()), await begun(visitor())
    seen = len(ben.messages)
    await ann.write("non small cell lung cancer")
    await ann.see("How old are you?")
    assert len(ben.messages) == seen


async def test_two_tabs_of_one_person_see_the_same_answers(visitor: Come) -> None:
    tab = await begun(visitor())
    other = await visitor().arrive(tab.session)
    await tab.write("non small cell lung cancer")
    await other.see("How old are you?")


async def test_the_lines_of_a_person_come_by_themselves_and_the_bot_is_silent(house: House, visitor: Come) -> None:
    one = await begun(visitor())
    ann, take_overs = coordinator(house), house.app[TAKE_OVERS]
    await take_overs.take_over(only(house), ann, instead_of=None, shown_as="Ann")
    await one.see("Ann from the study team is now in this chat.")
    seen = len(one.messages)
    assert await one.write("are you there?") == {"ok": True}
    assert len(one.messages) == seen
    await take_overs.write(only(house), ann, "Yes, this is Ann.", "form")
    await one.see("Yes, this is Ann.")
    await take_overs.hand_back(only(house), ann)
    await one.see("You are talking to me, the computer program, again.")


async def test_the_lines_of_a_person_wait_for_whoever_is_away_and_come_once(house: House, visitor: Come) -> None:
    one = await begun(visitor())
    await one.leave()
    ann, take_overs = coordinator(house), house.app[TAKE_OVERS]
    await take_overs.take_over(only(house), ann, instead_of=None, shown_as="Ann")
    await take_overs.write(only(house), ann, "Please call us.", "form")
    back = await visitor().arrive(one.session)
    await back.see("Please call us.")
    assert "Ann from the study team" in back.texts
    await back.leave()
    again = await visitor().arrive(one.session)
    await asyncio.sleep(0.1)
    assert again.messages == []


async def test_lines_that_another_process_took_are_brought_as_well(house: House, visitor: Come, monkeypatch: pytest.MonkeyPatch) -> None:
    one = await begun(visitor())
    ann, take_overs = coordinator(house), house.app[TAKE_OVERS]
    monkeypatch.setattr(take_overs, "_deliver", _nothing)
    await asyncio.sleep(1.2)
    await take_overs.take_over(only(house), ann, instead_of=None, shown_as="Ann")
    await one.see("Ann from the study team is now in this chat.")


async def test_what_may_be_an_emergency_is_answered_though_a_person_has_the_chat(
    house: House, visitor: Come, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await begun(visitor())
    await house.app[TAKE_OVERS].take_over(only(house), coordinator(house), instead_of=None, shown_as="Ann")
    await one.see("Ann from the study team")
    line = DeskEngine._line
    monkeypatch.setattr(DeskEngine, "_line", lambda *args: replace(line(*args), intent=min(DANGER)))
    seen = len(one.messages)
    await one.write("I want to kill myself")
    (answer,) = one.messages[seen:]
    assert "emergency" in answer["text"].lower() or "call" in answer["text"].lower()


async def test_a_conversation_is_erased_from_the_chat_and_its_session_with_it(house: House, visitor: Come) -> None:
    one = await begun(visitor())
    await one.write("non small cell lung cancer")
    await one.write("erase my answers")
    await one.choose("Yes, erase everything")
    await one.see("receipt")
    assert conversations(house) == []
    # The same page may begin anew; whoever comes back with the old id gets a new session.
    await one.write("hello")
    assert WELCOME in one.messages[-1]["text"] or CONSENT in one.messages[-1]["text"]
    (new,) = conversations(house)
    assert [line.text for line in transcript(house, new.id) if line.who == "patient"] == ["hello"]


async def test_whoever_comes_back_to_an_erased_conversation_begins_anew(house: House, visitor: Come) -> None:
    one = await begun(visitor())
    await one.write("erase my answers")
    await one.choose("Yes, erase everything")
    await one.leave()
    back = await visitor().arrive(one.session)
    assert back.session != one.session
    assert back.messages == []


async def test_the_page_may_name_the_trial_and_the_language(house: House, visitor: Come) -> None:
    one = await visitor().arrive()
    await one.write("/greet", customData={"trial_id": "nct00000001", "language": "en-GB"})
    found = only(house)
    assert (found.trial_id, found.locale, found.channel) == ("NCT00000001", "en-GB", "socketio")


@pytest.mark.parametrize("transport", ["polling", "websocket"])
async def test_either_transport_will_do(visitor: Come, transport: str) -> None:
    one = await visitor().arrive(transports=[transport])
    await one.write("/greet")
    await one.see(CONSENT)


async def _nothing(_conversation: object) -> None:
    return None
