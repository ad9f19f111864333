"""One conversation, the same on every channel: whatever the channel can show, it is heard once, in order, and nothing is lost."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from bot.store.channels import Channels
from bot.web.take_overs import TAKE_OVERS
from tests.channels.conftest import Line
from tests.console.asking import FILLED, shown_in, told
from tests.console.house import TRIAL, Guest
from tests.fakes.providers.base import Trouble
from tests.fakes.providers.mattermost import FakeMattermost
from tests.fakes.providers.twilio import FakeTwilioSms
from tests.people import people
from tests.rights.everywhere import in_tables

FITS = {**people(TRIAL)[0].answers}
LINK = re.compile(r"https?://[\w./:-]+")


async def begun(line: Line) -> None:
    """Greeted and agreed."""
    await line.provider.write("hello")
    await line.provider.see("Is it okay if I ask you some questions about your health?")
    await line.provider.choose("Yes, go ahead")
    await line.provider.see("What illness are you looking for a trial about?")


def answers(line: Line) -> dict[str, object]:
    with line.house.store.reading() as unit:
        screening = unit.current_screening(line.conversation)
        assert screening is not None
        return {answer.attribute: answer.value for answer in unit.answers(screening.id)}


def asks(line: Line) -> str | None:
    """The attribute whose question is open."""
    with line.house.store.reading() as unit:
        screening = unit.current_screening(line.conversation)
    assert screening is not None
    prompt = screening.snapshot["prompt"]
    return str(prompt["attribute"]) if prompt["waiting"] in ("question", "confirm") else None


async def settled(line: Line) -> None:
    """Everything was heard and shown."""
    async with asyncio.timeout(15):
        while True:
            with line.house.store.reading() as unit:
                if unit.next_message_at() is None and unit.next_reply_at() is None:
                    return
            await asyncio.sleep(0.02)


async def interrupted(line: Line) -> None:
    """Asks something else in the middle; the answer comes, and the question again."""
    phone, asked = line.provider, asks(line)
    assert asked is not None
    seen, question = len(phone.shown), phone.shown[-1].text
    # What the button "How to take part" says: words are understood by the engine, which is not here (tests/dialogue/test_channels.py).
    await phone.write("#contacts")
    await settled(line)
    told = [one.text for one in phone.shown[seen:]]
    assert "https://clinicaltrials.gov/study/NCT06141070" in " ".join(told)
    assert told[-1] == question, "the open question is asked again"
    assert asks(line) == asked


async def asks_to_be_contacted(line: Line) -> None:
    """Follows the link that came with the result, and leaves a name and how to be reached."""
    found = next(link for one in line.provider.shown for link in LINK.findall(one.text) if "/contact/" in link)
    guest = Guest(line.house)
    try:
        status, page = await guest.get(urlsplit(found).path)
        assert status == 200
        status, page = await guest.post(urlsplit(found).path, {**FILLED, "shown": shown_in(page)})
        assert status == 200, page
    finally:
        await guest.close()
    with line.house.store.reading() as unit:
        assert unit.contact_request(line.conversation, TRIAL) is not None


async def test_a_whole_conversation(line: Line) -> None:
    phone = line.provider
    told(line.house)
    await begun(line)
    # Typed answers, and one that is tapped or chosen from a list.
    await phone.write("non small cell lung cancer")
    await phone.see("How old are you?")
    await phone.write("58")
    await phone.see("Have you had radiation treatment for this cancer?")
    await settled(line)
    await interrupted(line)
    await phone.choose("No")
    await settled(line)
    # A correction in the middle.
    await phone.write("actually I am 57")
    await settled(line)
    assert answers(line)["age"] == 57
    assert answers(line)["prior_radiotherapy"] is False
    # To the end: the result, and the way to take part.
    while (asked := asks(line)) is not None:
        # The same words twice within seconds answer one question; a choice names its own.
        await settled(line)
        title = {"yes": "Yes", "no": "No"}.get(FITS[asked], "")
        if title in phone.offered:
            await phone.choose(title)
        else:
            await phone.write(FITS[asked])
        await settled(line)
        assert asks(line) != asked, (FITS[asked], [one.text for one in phone.shown[-3:]])
    await phone.see("If you would like to take part")
    assert "https://clinicaltrials.gov/study/NCT06141070" in " ".join(shown.text for shown in phone.shown)
    await settled(line)
    await asks_to_be_contacted(line)
    # A person takes over, writes, and hands back.
    ann, conversation = line.coordinator(), line.stored()
    take_overs = line.house.app[TAKE_OVERS]
    await take_overs.take_over(conversation, ann, instead_of=None, shown_as="Ann")
    await phone.see("Ann from the study team is now in this chat.")
    seen = len(phone.shown)
    await phone.write("1")
    await settled(line)
    assert len(phone.shown) == seen, "the bot is silent"
    await take_overs.write(conversation, ann, "Hello, this is <Ann> & I am here.", "form")
    await phone.see("Hello, this is <Ann> & I am here.")
    await take_overs.hand_back(conversation, ann)
    await phone.see("You are talking to me, the computer program, again.")
    # Erased, from the chat.
    await phone.write("erase my answers")
    await settled(line)
    await phone.choose("Yes, erase everything")
    last = await phone.see("receipt")
    await settled(line)
    assert re.search(r"[0-9A-Z]{4}", last.text)
    with line.house.store.reading() as unit:
        assert unit.conversation(conversation.id) is None
        assert unit.contact_request(conversation.id, TRIAL) is None
        assert unit.next_reply_at() is None


async def test_what_is_not_signed_is_refused_and_changes_nothing(line: Line) -> None:
    phone = line.provider
    sent = phone.text("hello")
    assert await phone.deliver(phone.forged(sent)) == 401
    stale = phone.stale(sent)
    if stale is not None:
        assert await phone.deliver(stale) == 401
    assert await phone.deliver(type(sent)(b"\xff" + sent.body, sent.headers)) in (400, 401)
    await asyncio.sleep(0.3)
    assert not phone.shown


async def test_a_message_that_is_delivered_again_is_answered_once(line: Line) -> None:
    phone = line.provider
    sent = phone.text("hello")
    statuses = await asyncio.gather(*(phone.deliver(sent) for _ in range(3)))
    await phone.see("Is it okay if I ask you some questions about your health?")
    statuses.append(await phone.deliver(sent))
    await asyncio.sleep(0.5)
    assert set(statuses) <= {200, 202}
    assert sum("Hello, and welcome" in one.text for one in phone.shown) == 1


async def test_messages_are_heard_in_the_order_in_which_they_were_written(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = line.provider
    await begun(line)
    await settled(line)
    early, late = (phone.text(text, order=order) for text, order in (("non small cell lung cancer", 501), ("58", 502)))
    # Both have arrived before one is heard, the later one first where the provider tells which that is.
    claim, waits = Channels.claim_messages, [True]
    monkeypatch.setattr(Channels, "claim_messages", lambda self, *args: [] if waits[0] else claim(self, *args))
    for sent in (early, late) if isinstance(phone, FakeTwilioSms | FakeMattermost) else (late, early):
        await phone.deliver(sent)
    waits[0] = False
    await phone.see("Have you had radiation treatment")
    with line.house.store.reading() as unit:
        said = [one.text for one in unit.messages(line.conversation) if one.who == "patient"]
    assert said[-2:] == ["non small cell lung cancer", "58"]
    assert answers(line)["age"] == 58


@pytest.mark.parametrize("trouble", [Trouble(503), Trouble(429, {"Retry-After": "1"}), Trouble(500)])
async def test_an_answer_that_did_not_arrive_is_sent_again_in_its_place(
    line: Line, trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.channels.sending.SHORTEST", timedelta(milliseconds=50))
    phone = line.provider
    phone.trouble = [trouble, trouble]
    await phone.write("hello")
    await phone.see("Is it okay if I ask you some questions about your health?")
    order = [one.text[:5] for one in phone.shown]
    assert order[0] == "Hello"
    assert len(order) == len({one.text for one in phone.shown})


async def test_links_stay_whole_and_no_message_is_longer_than_the_channel_takes(line: Line) -> None:
    phone = line.provider
    await begun(line)
    await phone.write("#contacts")
    await phone.see("https://clinicaltrials.gov/study/NCT06141070")
    await settled(line)
    # The fake has refused whatever was too long; what came has its links whole.
    links = [link for one in phone.shown for link in re.findall(r"https?://\S+", one.text)]
    assert links
    for link in links:
        assert re.fullmatch(r"https?://[\w./:-]+", link.rstrip(".,)")), link


async def test_a_picture_without_words_is_answered_with_a_request_for_words(line: Line) -> None:
    phone = line.provider
    picture = phone.picture()
    if picture is None:
        assert isinstance(phone, FakeMattermost), "a slash command brings words alone"
        return
    await begun(line)
    assert await phone.deliver(picture) in (200, 202)
    await phone.see("That message was empty. Please write an answer or choose a button.")
    # The question is still open, and is answered.
    await phone.write("non small cell lung cancer")
    await phone.see("How old are you?")
    await phone.write("58")
    await settled(line)
    assert answers(line)["age"] == 58


async def test_nothing_that_was_said_is_readable_on_its_way_and_who_said_it_nowhere(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = line.provider
    await begun(line)
    await settled(line)
    # What they wrote and pressed waits, and so does an answer.
    claim_messages, claim_replies, waits = Channels.claim_messages, Channels.claim_replies, [True]
    monkeypatch.setattr(Channels, "claim_messages", lambda self, *args: [] if waits[0] else claim_messages(self, *args))
    monkeypatch.setattr(Channels, "claim_replies", lambda self, *args: [] if waits[0] else claim_replies(self, *args))
    await phone.write("my very own words")
    if phone.shown[-1].buttons:
        await phone.deliver(phone.press(*phone.shown[-1].buttons[-1]))
    assert in_tables(line.house.store, ["very own words", phone.sender]) == []
    waits[0] = False
    await settled(line)
    assert {found.split(":")[0] for found in in_tables(line.house.store, ["very own words"])} <= {
        "messages",
        "search_words",
        "unread_messages",
    }
    assert in_tables(line.house.store, [phone.sender]) == []


async def test_a_line_of_a_person_that_was_not_brought_comes_with_the_next_message(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = line.provider
    await begun(line)
    await settled(line)
    ann, conversation = line.coordinator(), line.stored()
    take_overs = line.house.app[TAKE_OVERS]
    # The process that took it over went away before it brought anything.
    monkeypatch.setattr(take_overs, "_deliver", _nothing)
    await take_overs.take_over(conversation, ann, instead_of=None, shown_as="Ann")
    await phone.write("hello?")
    await phone.see("Ann from the study team is now in this chat.")
    await settled(line)
    assert sum("Ann from the study team" in one.text for one in phone.shown) == 1


async def _nothing(_conversation: object) -> None:
    return None
