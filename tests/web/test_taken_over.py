"""A person of the study team has the conversation: the bot is silent, and nothing that anybody says is lost or doubled."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientResponse

from bot.accounts.roles import Role
from bot.conversations.desk import Desk
from bot.conversations.taking_over import Coordinator, HeldByAnotherError, NotHeldError, TakingOver
from bot.store import Conversation
from bot.web.delivering import DELIVERS
from bot.web.limits import LimitRates, Rate
from bot.web.services import TURNS
from bot.web.stream_rules import StreamRules
from bot.web.streams import STREAMS
from bot.web.take_overs import TakeOvers
from bot.words import Library
from tests.shipped import shipped_library

from .conftest import Door

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def library() -> Library:
    return shipped_library()


class Team:
    """Two coordinators at work on the conversations of a door."""

    def __init__(self, door: Door, library: Library) -> None:
        assert door.client.app is not None
        self.app = door.client.app
        self.door, services = door, door.services
        with door.store.unit() as unit:
            ann, ben = (unit.add_account(login=name, name=name, role=Role.COORDINATOR, at=NOON, all_trials=True) for name in ("ann", "ben"))
        self.ann, self.ben = (Coordinator(account.id, f"account:{account.id}") for account in (ann, ben))
        delivers = self.app[DELIVERS]
        desk = Desk(door.store, library, services.clock, "http://127.0.0.1")
        domain = TakingOver(door.store, library, desk, door.events, services.clock, lambda channel: channel in delivers)
        self.take_overs = TakeOvers(domain, self.app[TURNS], services.engine, delivers)

    def conversation(self, number: int = 0) -> Conversation:
        """The conversation of the turn of that number."""
        with self.door.store.reading() as unit:
            found = unit.conversation(self.door.engine.turns[number]["conversation"])
        assert found is not None
        return found

    async def take(self, conversation: Conversation, by: Coordinator | None = None, instead_of: int | None = None) -> None:
        await self.take_overs.take_over(conversation, by or self.ann, instead_of=instead_of, shown_as="Ann")

    async def write(self, conversation: Conversation, text: str, form: str = "f1", by: Coordinator | None = None) -> None:
        await self.take_overs.write(conversation, by or self.ann, text, form)

    async def hand_back(self, conversation: Conversation, by: Coordinator | None = None) -> None:
        await self.take_overs.hand_back(conversation, by or self.ann)


@pytest.fixture
def team(door: Door, library: Library) -> Team:
    return Team(door, library)


def codes(messages: list[dict[str, Any]]) -> list[str]:
    return [message.get("custom", {}).get("code", "bot") for message in messages]


class Reader:
    """Reads the events of a stream, and tells them from comments."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response

    async def block(self) -> str:
        return (await asyncio.wait_for(self.response.content.readuntil(b"\n\n"), 5)).decode().strip()

    async def event(self) -> tuple[int, dict[str, Any]]:
        while (block := await self.block()).startswith(":"):
            pass
        number, data = block.split("\n")
        return int(number.removeprefix("id: ")), json.loads(data.removeprefix("data: "))

    async def ends(self) -> list[str]:
        """What is still said until it ends."""
        rest = (await asyncio.wait_for(self.response.content.read(), 5)).decode()
        return [block for block in rest.split("\n\n") if block]


@asynccontextmanager
async def listening(door: Door, session: dict[str, str], query: str = "", **headers: str) -> AsyncIterator[Reader]:
    """A stream that is open: its first comment has come."""
    async with door.client.get("/chat/events" + query, headers={**session, **headers}) as response:
        assert response.status == 200, await response.text()
        reader = Reader(response)
        assert await reader.block() == ": listening"
        yield reader


# ---------------------------------------------------------------------------------------------------- the bot is silent


async def test_while_a_person_has_it_the_engine_hears_everything_and_the_bot_says_nothing(door: Door, team: Team) -> None:
    session = await door.open()
    await team.take(team.conversation())
    assert team.conversation().id in door.engine.paused
    assert await door.send(session, "m1", "how long does it take?") == (200, {"messages": []})
    assert (door.engine.turns[-1]["text"], door.engine.turns[-1]["paused"]) == ("how long does it take?", True)
    said = await door.transcript(session)
    assert said[0] == ("bot", "Hello.")
    assert said[1][1].startswith("Ann from the study team is now in this chat.")
    assert said[2:] == [("patient", "how long does it take?")]


async def test_a_take_over_counts_though_the_engine_is_away(door: Door, team: Team) -> None:
    session = await door.open()
    door.engine.trouble = ["refuse"]
    await team.take(team.conversation())
    assert door.engine.paused == set()
    assert await door.send(session, "m1", "hello?") == (200, {"messages": []})
    assert door.engine.turns[-1]["paused"] is True


async def test_a_turn_under_way_finishes_and_nothing_is_said_after_it(door: Door, team: Team) -> None:
    session = await door.open()
    door.engine.delay = 0.3
    under_way = asyncio.create_task(door.send(session, "m1", "one"))
    while door.engine.at_work == 0:
        await asyncio.sleep(0.01)
    taking = asyncio.create_task(team.take(team.conversation()))
    await asyncio.sleep(0)
    after = asyncio.create_task(door.send(session, "m2", "two"))
    assert await under_way == (200, {"messages": [{"text": "You said: one"}]})
    await taking
    assert await after == (200, {"messages": []})
    said = [text for _, text in await door.transcript(session)]
    assert said[:3] == ["Hello.", "one", "You said: one"]
    assert said[3].startswith("Ann from the study team")
    assert said[4:] == ["two"]


async def test_a_message_sent_again_is_heard_once(door: Door, team: Team) -> None:
    session = await door.open()
    await team.take(team.conversation())
    door.engine.trouble = ["drop the reply"]
    assert (await door.send(session, "m1", "are you there?"))[0] == 503
    assert await door.send(session, "m1", "are you there?") == (200, {"messages": []})
    assert await door.send(session, "m1", "are you there?") == (200, {"messages": []})
    assert [turn["text"] for turn in door.engine.turns] == ["", "are you there?"]
    assert [text for who, text in await door.transcript(session) if who == "patient"] == ["are you there?"]


async def test_the_patient_waits_from_the_first_message_until_the_person_writes(door: Door, team: Team) -> None:
    session = await door.open()
    await team.take(team.conversation())
    assert team.conversation().waiting_since is None
    await door.send(session, "m1", "hello?")
    since = team.conversation().waiting_since
    assert since is not None
    await door.send(session, "m2", "anybody?")
    assert team.conversation().waiting_since == since
    await team.write(team.conversation(), "I am here.")
    assert team.conversation().waiting_since is None


async def test_danger_is_in_the_transcript_as_soon_as_the_patient_has_an_answer(door: Door, team: Team) -> None:
    sender = "sender"
    await door.rest(sender, "hello")
    await team.take(team.conversation())
    write = door.engine.broker.user
    door.engine.broker.user = lambda *args: write(*args[:3], "safety_emergency")
    await door.rest(sender, "I cannot breathe")
    with door.store.reading() as unit:
        (line,) = unit.unanswered_lines(team.conversation().id)
    assert (line.text, line.intent) == ("I cannot breathe", "safety_emergency")


async def test_danger_is_answered_at_once_though_a_person_has_the_conversation(door: Door, team: Team) -> None:
    session = await door.open(locale="en-US")
    await team.take(team.conversation())
    write = door.engine.broker.user
    door.engine.broker.user = lambda *args: write(*args[:3], "safety_emergency")
    for _ in range(2):
        status, answer = await door.send(session, "m1", "I cannot breathe")
        assert status == 200
        (told,) = answer["messages"]
        assert told["custom"] == {"type": "safety", "category": "emergency"}
        assert "call 911 now" in told["text"]
    assert (await door.transcript(session))[-1] == ("bot", told["text"])
    door.engine.broker.user = write
    assert (await door.send(session, "m2", "I am better now"))[1]["messages"] == []


async def test_danger_in_a_conversation_that_somebody_has_is_told_to_the_others(door: Door, team: Team) -> None:
    with door.store.unit() as unit:
        unit.add_delivery_target(trial_id=None, kind="mail", address="team@example.org", secret=None, at=NOON)
    await door.rest("sender", "hello")
    await team.take(team.conversation())
    write = door.engine.broker.user
    for text, intent in (("hello?", "greet"), ("I cannot breathe", "safety_emergency")):
        door.engine.broker.user = lambda *args, intent=intent: write(*args[:3], intent)
        await door.rest("sender", text)
    with door.store.reading() as unit:
        told = [one.event for one, _ in unit.deliveries()]
    assert told == ["conversation.waiting"]


async def test_an_engine_that_speaks_all_the_same_is_not_passed_on(door: Door, team: Team) -> None:
    session = await door.open()
    await team.take(team.conversation())
    door.services.engine.say = _speaking
    assert await door.send(session, "m1", "hello?") == (200, {"messages": []})


async def _speaking(*_args: object, **_named: object) -> list[dict[str, Any]]:
    return [{"text": "I talk too much."}]


# ---------------------------------------------------------------------------------------------------- who has it


async def test_a_second_coordinator_is_told_and_may_take_it_on_purpose(door: Door, team: Team) -> None:
    await door.open()
    await team.take(team.conversation())
    with pytest.raises(HeldByAnotherError):
        await team.take(team.conversation(), team.ben)
    with pytest.raises(HeldByAnotherError):
        await team.take(team.conversation(), team.ben, instead_of=team.ben.account)
    assert team.conversation().taken_over_by == team.ann.account
    await team.take(team.conversation(), team.ben, instead_of=team.ann.account)
    assert team.conversation().taken_over_by == team.ben.account
    with pytest.raises(HeldByAnotherError):
        await team.write(team.conversation(), "Still me.")
    with pytest.raises(HeldByAnotherError):
        await team.hand_back(team.conversation())


async def test_two_who_take_it_at_once_do_not_both_have_it(door: Door, team: Team) -> None:
    await door.open()
    conversation = team.conversation()
    outcomes = await asyncio.gather(team.take(conversation), team.take(conversation, team.ben), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes].count(HeldByAnotherError) == 1


async def test_nobody_writes_without_having_taken_it_over(door: Door, team: Team) -> None:
    session = await door.open()
    with pytest.raises(NotHeldError):
        await team.write(team.conversation(), "Hello.")
    assert await door.transcript(session) == [("bot", "Hello.")]


async def test_forms_sent_twice_count_once(door: Door, team: Team) -> None:
    session = await door.open()
    for _ in range(2):
        await team.take(team.conversation())
    for _ in range(2):
        await team.write(team.conversation(), "I am here.", "form")
    await team.write(team.conversation(), "I am still here.", "form")
    for _ in range(2):
        await team.hand_back(team.conversation())
    said = [who for who, _ in await door.transcript(session)]
    # The greeting; who joined; two lines; the person has left, and the open question: here the greeting of a first screening.
    assert said[:4] == ["bot", "bot", "coordinator", "coordinator"]
    with door.store.reading() as unit:
        lines = unit.messages(team.conversation().id)
        done = [entry.action for entry in unit.audit_entries(object_id=team.conversation().id)]
    told = [line.data["custom"]["code"] for line in lines if line.data and "code" in line.data.get("custom", {})]
    assert told.count("joined") == told.count("handed_back") == 1
    assert done == ["handed_back", "wrote", "wrote", "took_over"]


async def test_the_audit_has_no_word_of_what_was_written(door: Door, team: Team) -> None:
    await door.open()
    await team.take(team.conversation())
    await team.write(team.conversation(), "A secret word.")
    with door.store.reading() as unit:
        assert "secret" not in repr(unit.audit_entries())


# ---------------------------------------------------------------------------------------------------- a channel that cannot be pushed to


async def test_lines_come_with_the_answer_to_the_next_message_and_only_once(door: Door, team: Team) -> None:
    await door.rest("sender", "hello")
    await team.take(team.conversation())
    await team.write(team.conversation(), "Hello, this is Ann.", "f1")
    await team.write(team.conversation(), "How are you?", "f2")
    status, answer = await door.rest("sender", "fine", message_id="m1")
    assert status == 200
    assert codes(answer) == ["joined", "coordinator", "coordinator", "paused"]
    assert [message["text"] for message in answer[1:3]] == ["Hello, this is Ann.", "How are you?"]
    assert answer[1]["custom"] == {"type": "notice", "code": "coordinator", "url": None, "name": "Ann"}
    assert (await door.rest("sender", "fine", message_id="m1"))[1] == answer
    assert codes((await door.rest("sender", "hello?", message_id="m2"))[1]) == ["paused"]


async def test_lines_survive_a_message_that_fails(door: Door, team: Team) -> None:
    await door.rest("sender", "hello")
    await team.take(team.conversation())
    door.engine.trouble = ["refuse"]
    assert (await door.rest("sender", "fine", message_id="m1"))[0] == 503
    assert codes((await door.rest("sender", "fine", message_id="m1"))[1]) == ["joined", "paused"]


async def test_the_bot_is_back_after_the_lines_that_were_waiting(door: Door, team: Team) -> None:
    await door.rest("sender", "hello")
    await team.take(team.conversation())
    await team.write(team.conversation(), "Goodbye.")
    await team.hand_back(team.conversation())
    _, answer = await door.rest("sender", "thanks")
    assert codes(answer) == ["joined", "coordinator", "handed_back", "bot"]
    assert answer[-1]["text"] == "You said: thanks"
    assert door.engine.turns[-1]["paused"] is False
    assert codes((await door.rest("sender", "and now?"))[1]) == ["bot"]


async def test_two_messages_at_once_do_not_both_get_the_lines(door: Door, team: Team) -> None:
    await door.rest("sender", "hello")
    await team.take(team.conversation())
    answers = await asyncio.gather(door.rest("sender", "one"), door.rest("sender", "two"))
    assert sorted(codes(answer) for _, answer in answers) == [["joined", "paused"], ["paused"]]


# ---------------------------------------------------------------------------------------------------- the widget's stream


async def test_a_stream_brings_what_a_person_writes_at_once(door: Door, team: Team) -> None:
    session = await door.open()
    async with listening(door, session) as stream:
        await team.take(team.conversation())
        _, joined = await stream.event()
        await team.write(team.conversation(), "Hello, this is Ann.")
        number, line = await stream.event()
    assert joined["custom"]["code"] == "joined"
    assert (line["from"], line["text"], line["name"]) == ("coordinator", "Hello, this is Ann.", "Ann")
    with door.store.reading() as unit:
        assert [found.position for found in unit.unasked_lines(team.conversation().id)][-1] == number


async def test_what_the_widget_asked_for_itself_is_not_in_the_stream(door: Door, team: Team) -> None:
    session = await door.open()
    async with listening(door, session) as stream:
        await door.send(session, "m1", "hello")
        await team.take(team.conversation())
        assert (await stream.event())[1]["custom"]["code"] == "joined"


@pytest.mark.parametrize("how", ["query", "header"])
async def test_a_reconnect_misses_nothing_and_doubles_nothing(door: Door, team: Team, how: str) -> None:
    session = await door.open()
    await team.take(team.conversation())
    async with listening(door, session) as stream:
        number, _ = await stream.event()
    await team.write(team.conversation(), "While you were away.")
    after = {"query": f"?after={number}"} if how == "query" else {"Last-Event-ID": str(number)}
    async with listening(door, session, **after) as stream:
        assert (await stream.event())[1]["text"] == "While you were away."
        await team.write(team.conversation(), "And now.", "f2")
        assert (await stream.event())[1]["text"] == "And now."


async def test_the_transcript_says_where_a_stream_goes_on(door: Door, team: Team) -> None:
    session = await door.open()
    await team.take(team.conversation())
    async with door.client.get("/chat/messages", headers=session) as response:
        answer = await response.json()
    assert answer["taken_over"] is True
    await team.write(team.conversation(), "New.")
    async with listening(door, session, f"?after={answer['last']}") as stream:
        assert (await stream.event())[1]["text"] == "New."


async def test_what_another_process_said_arrives_too(door: Door, team: Team) -> None:
    session = await door.open()
    async with listening(door, session) as stream:
        domain = team.take_overs._taking_over
        await asyncio.to_thread(domain.take_over, team.conversation().id, team.ann)
        assert (await stream.event())[1]["custom"]["code"] == "joined"


async def test_handing_back_brings_the_open_question_into_the_stream(door: Door, team: Team) -> None:
    session = await door.open()
    await team.take(team.conversation())
    async with listening(door, session) as stream:
        await stream.event()
        await team.hand_back(team.conversation())
        assert (await stream.event())[1]["custom"]["code"] == "handed_back"
        following = [(await stream.event())[1] for _ in range(2)]
    assert all(line["from"] == "bot" for line in following)
    assert team.conversation().id not in door.engine.paused
    assert await door.send(session, "m1", "61") == (200, {"messages": [{"text": "You said: 61"}]})


async def test_a_line_waits_until_the_widget_says_that_it_was_seen(door: Door, team: Team) -> None:
    session = await door.open()
    await team.take(team.conversation())
    async with listening(door, session) as stream:
        number, _ = await stream.event()
        await stream.block()  # the round after the one in which it was sent
    with door.store.reading() as unit:
        assert len(unit.waiting_lines(team.conversation().id)) == 1
    async with door.client.post("/chat/seen", json={"last": number}, headers=session) as response:
        assert response.status == 204
    with door.store.reading() as unit:
        assert unit.waiting_lines(team.conversation().id) == []


@pytest.mark.parametrize("last", [None, "1", -1, 1.5, True, 10**12])
async def test_a_malformed_word_about_what_was_seen_is_refused(door: Door, last: Any) -> None:
    session = await door.open()
    async with door.client.post("/chat/seen", json={"last": last}, headers=session) as response:
        assert response.status == 400


async def test_a_page_can_ask_whether_there_is_news_without_taking_it(door: Door, team: Team) -> None:
    session = await door.open()
    await team.take(team.conversation())

    async def waiting() -> Any:
        async with door.client.get("/chat/news", headers=session) as response:
            return await response.json()

    assert await waiting() == await waiting() == {"waiting": 1}
    await door.transcript(session)
    assert await waiting() == {"waiting": 0}


async def test_a_stream_ends_when_the_conversation_is_erased(door: Door, team: Team) -> None:
    session = await door.open()
    async with listening(door, session) as stream:
        with door.store.unit() as unit:
            unit.erase_conversation(team.conversation().id, by="patient", at=team.conversation().last_at)
        assert set(await stream.ends()) <= {": still here"}
    async with door.client.get("/chat/events", headers=session) as response:
        assert response.status == 401


async def test_a_stream_ends_when_the_app_shuts_down(door: Door, team: Team) -> None:
    session = await door.open()
    async with listening(door, session) as stream:
        await team.app[STREAMS].close(team.app)
        await stream.ends()
    async with door.client.get("/chat/events", headers=session) as response:
        assert response.status == 429


@pytest.mark.parametrize("stream_rules", [StreamRules(every_seconds=0.05, lasts_seconds=0.2)])
async def test_a_stream_ends_by_itself_after_a_while(door: Door) -> None:
    session = await door.open()
    async with listening(door, session) as stream:
        assert ": still here" in await stream.ends()


@pytest.mark.parametrize("stream_rules", [StreamRules(of_one=1)])
async def test_one_stream_more_of_a_conversation_closes_its_oldest(door: Door) -> None:
    session, other = await door.open(), await door.open()
    async with listening(door, session) as first, listening(door, other), listening(door, session):
        assert await first.ends() == []


@pytest.mark.parametrize("stream_rules", [StreamRules(at_most=1)])
async def test_there_is_room_for_so_many_streams_and_no_more(door: Door, team: Team) -> None:
    session, other = await door.open(), await door.open()
    async with listening(door, session), door.client.get("/chat/events", headers=other) as response:
        assert response.status == 429
        assert response.headers["Retry-After"] == "60"
        assert response.headers["Access-Control-Allow-Origin"] == "*"


async def test_nothing_is_left_of_a_stream_that_ended(door: Door, team: Team) -> None:
    session = await door.open()
    async with listening(door, session):
        assert len(team.app[STREAMS]) == 1
    await team.take(team.conversation())
    for _ in range(100):
        if not len(team.app[STREAMS]):
            break
        await asyncio.sleep(0.05)
    assert len(team.app[STREAMS]) == 0


@pytest.mark.parametrize("after", ["x", "-2", "1.5", "9" * 10, "٣"])
async def test_a_malformed_place_to_go_on_from_is_refused(door: Door, after: str) -> None:
    session = await door.open()
    async with door.client.get("/chat/events", params={"after": after}, headers=session) as response:
        assert response.status == 400
        assert "after" in (await response.json())["error"]["message"]


@pytest.mark.parametrize("rates", [LimitRates(address=Rate(burst=1, per_second=0.001))])
async def test_streams_count_against_the_limit_of_an_address(door: Door) -> None:
    session = await door.open()
    async with listening(door, session), door.client.get("/chat/events", headers=session) as response:
        assert response.status == 429


async def test_a_stream_may_be_read_by_a_page_of_another_site_and_kept_by_nobody(door: Door) -> None:
    session = await door.open()
    async with listening(door, session, Origin="https://hospital.example") as stream:
        headers = stream.response.headers
        assert headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"


async def test_without_its_token_a_stream_is_closed(door: Door) -> None:
    async with door.client.get("/chat/events", headers={"Authorization": "Bearer made-up"}) as response:
        assert response.status == 401


# ---------------------------------------------------------------------------------------------------- erasing


async def test_the_widget_can_erase_while_the_bot_is_silent(door: Door, team: Team) -> None:
    session = await door.open()
    conversation = team.conversation()
    await team.take(conversation)
    await door.send(session, "m1", "my secret")
    async with listening(door, session) as stream:
        async with door.client.delete("/chat/session", headers=session) as response:
            assert response.status == 204
        await stream.ends()
    with door.store.reading() as unit:
        assert unit.conversation(conversation.id) is None
        assert unit.messages(conversation.id) == []
    async with door.client.delete("/chat/session", headers=session) as response:
        assert response.status == 401


async def test_a_wish_to_have_everything_erased_reaches_the_person(door: Door, team: Team) -> None:
    await door.rest("sender", "hello")
    await team.take(team.conversation())
    assert codes((await door.rest("sender", "erase my answers"))[1]) == ["joined", "paused"]
    with door.store.reading() as unit:
        assert [line.text for line in unit.unanswered_lines(team.conversation().id)] == ["erase my answers"]
