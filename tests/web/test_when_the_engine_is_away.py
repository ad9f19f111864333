"""The engine goes away at any moment: the person is told, and the same message sent again counts once."""

from __future__ import annotations

import pytest

from .conftest import Door


@pytest.mark.parametrize("trouble", ["refuse", "drop", "drop the reply", "garbage"])
async def test_a_message_without_a_reply_can_be_sent_again(door: Door, trouble: str) -> None:
    session = await door.open()
    door.engine.trouble = [trouble]
    status, answer = await door.send(session, "m1", "sixty-one")
    assert (status, answer["error"]["code"]) == (503, "engine_away")
    assert await door.send(session, "m1", "sixty-one") == (200, {"messages": [{"text": "You said: sixty-one"}]})
    assert await door.transcript(session) == [("bot", "Hello."), ("patient", "sixty-one"), ("bot", "You said: sixty-one")]


async def test_the_client_is_told_when_to_try_again(door: Door) -> None:
    door.engine.trouble = ["refuse"]
    async with door.client.post("/webhooks/rest/webhook", json={"sender": "ann", "message": "hello"}, headers=door.key) as response:
        assert response.status == 503
        assert int(response.headers["Retry-After"]) >= 1


async def test_a_reply_that_got_lost_is_taken_from_what_the_engine_noted_and_the_message_counts_once(door: Door) -> None:
    session = await door.open()
    door.engine.trouble = ["drop the reply"]
    await door.send(session, "m1", "sixty-one")
    await door.send(session, "m1", "sixty-one")
    assert [turn["message_id"] for turn in door.engine.turns] == ["open", "m1"]


async def test_after_a_restart_of_the_app_the_message_still_counts_once(door: Door) -> None:
    """The app went away while the engine was at work: the turn is begun, its reply was never seen."""
    session = await door.open()
    conversation = door.engine.turns[0]["conversation"]
    with door.store.unit() as unit:
        unit.begin_turn(conversation, "m1", door.services.clock())
    door.engine.broker.turn(conversation, "sixty-one", "m1", "Thank you.", "What next?")
    status, answer = await door.send(session, "m1", "sixty-one")
    assert (status, answer["messages"]) == (200, [{"text": "Thank you."}, {"text": "What next?"}])
    assert len(door.engine.turns) == 1


async def test_a_turn_the_engine_did_not_finish_is_handed_to_it_again(door: Door) -> None:
    session = await door.open()
    conversation = door.engine.turns[0]["conversation"]
    with door.store.unit() as unit:
        unit.begin_turn(conversation, "m1", door.services.clock())
    door.engine.broker.user(conversation, "sixty-one", "m1")
    door.engine.broker.bot(conversation, "Thank you.")
    status, _ = await door.send(session, "m1", "sixty-one")
    assert status == 200
    assert len(door.engine.turns) == 2
    assert await door.transcript(session) == [("bot", "Hello."), ("patient", "sixty-one"), ("bot", "You said: sixty-one")]


async def test_a_session_that_cannot_be_greeted_leaves_nothing_behind(door: Door) -> None:
    door.engine.trouble = ["refuse"]
    async with door.client.post("/chat/session") as response:
        assert response.status == 503
    with door.store.reading() as unit:
        assert unit.count_conversations() == 0


async def test_a_line_that_the_app_had_to_say_itself_is_in_the_transcript_once_and_in_its_place(door: Door) -> None:
    session = await door.open()
    door.engine.answer = lambda _turn: []
    for _ in range(2):
        await door.send(session, "m1", "gibberish")
    assert await door.transcript(session) == [
        ("bot", "Hello."),
        ("patient", "gibberish"),
        ("bot", "Sorry, I did not understand that. (en)"),
    ]


async def test_health_tells_what_is_away(door: Door) -> None:
    async with door.client.get("/health") as response:
        assert (response.status, await response.json()) == (200, {"status": "ok", "engine": "up", "store": "up"})
    door.services.engine._base_url = "http://127.0.0.1:1"
    async with door.client.get("/health") as response:
        assert (response.status, await response.json()) == (200, {"status": "degraded", "engine": "away", "store": "up"})


async def test_the_wrong_secret_between_app_and_engine_is_no_silence(door: Door) -> None:
    door.services.engine._secret = "wrong"
    status, answer = await door.rest("ann", "hello")
    assert (status, answer["error"]["code"]) == (503, "engine_away")
