"""The widget's own channel: a session that only its token opens, and a transcript to come back to."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from .conftest import Door


async def test_a_session_begins_with_a_greeting_and_a_token_that_cannot_be_guessed(door: Door) -> None:
    async with door.client.post("/chat/session", json={"trial_id": "NCT06141070", "locale": "de"}) as response:
        answer = await response.json()
        assert response.status == 201
        assert response.headers["Cache-Control"] == "no-store"
    assert answer["messages"] == [{"text": "Hello."}]
    assert answer["locale"] == "de"
    assert len(answer["token"]) >= 43
    assert door.engine.turns[0]["event"] == "open"
    with door.store.reading() as unit:
        conversation = unit.conversation(door.engine.turns[0]["conversation"])
    assert conversation is not None
    assert (conversation.channel, conversation.trial_id) == ("widget", "NCT06141070")
    assert conversation.token_hash == hashlib.sha256(answer["token"].encode()).hexdigest()


async def test_a_session_needs_no_body(door: Door) -> None:
    async with door.client.post("/chat/session") as response:
        assert response.status == 201


async def test_messages_go_to_the_session_of_their_token(door: Door) -> None:
    ann, bob = await door.open(), await door.open()
    assert await door.send(ann, "m1", "hello") == (200, {"messages": [{"text": "You said: hello"}]})
    assert await door.transcript(ann) == [("bot", "Hello."), ("patient", "hello"), ("bot", "You said: hello")]
    assert await door.transcript(bob) == [("bot", "Hello.")]


async def test_the_transcript_has_what_a_widget_needs_to_draw_it_again(door: Door) -> None:
    question = {"text": "May I?", "buttons": [{"title": "Yes", "payload": "#consent=true"}], "custom": {"type": "question"}}
    door.engine.answer = lambda _turn: [question]
    session = await door.open()
    await door.send(session, "m1", "#consent=true")
    async with door.client.get("/chat/messages", headers=session) as response:
        answer = await response.json()
    assert answer["open"] is True
    asked, said, _ = answer["messages"]
    assert asked == {"from": "bot", **question, "at": asked["at"]}
    assert said == {"from": "patient", "text": "Yes", "id": "m1", "at": said["at"]}


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer made-up"}, {"Authorization": "Bearer the-api-key-of-these-tests"}])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_without_its_token_a_session_is_closed(door: Door, header: dict[str, str], method: str) -> None:
    async with door.client.request(method, "/chat/messages", json={"id": "m1", "text": "x"}, headers=header) as response:
        assert response.status == 401
        assert response.headers["Access-Control-Allow-Origin"] == "*"


async def test_an_erased_session_is_unknown(door: Door) -> None:
    session = await door.open()
    with door.store.unit() as unit:
        unit.erase_conversation(door.engine.turns[0]["conversation"], by="patient", at=door.services.clock())
    status, answer = await door.send(session, "m1", "hello")
    assert (status, answer["error"]["code"]) == (401, "unknown_session")


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ({"text": "hi"}, "id"),
        ({"id": "", "text": "hi"}, "id"),
        ({"id": 7, "text": "hi"}, "id"),
        ({"id": "m1"}, "text"),
        ({"id": "m1", "text": ["hi"]}, "text"),
        ([], "object"),
    ],
)
async def test_a_malformed_message_is_told_what_is_wrong_with_it(door: Door, body: Any, part: str) -> None:
    session = await door.open()
    async with door.client.post("/chat/messages", json=body, headers=session) as response:
        assert response.status == 400
        assert part in (await response.json())["error"]["message"]


@pytest.mark.parametrize("body", [{"trial_id": 5}, {"trial_id": "x" * 21}, {"locale": []}, "text"])
async def test_a_malformed_session_is_refused(door: Door, body: Any) -> None:
    async with door.client.post("/chat/session", json=body) as response:
        assert response.status == 400
    assert door.engine.turns == []


async def test_an_over_long_message_is_refused(door: Door) -> None:
    session = await door.open()
    status, answer = await door.send(session, "m1", "x" * 4001)
    assert (status, answer["error"]["code"]) == (413, "too_long")


async def test_the_greeting_cannot_be_asked_for_twice(door: Door) -> None:
    """The id under which the greeting was given belongs to the client as well: it gets the greeting, and no second opening."""
    session = await door.open()
    assert await door.send(session, "open", "hello") == (200, {"messages": [{"text": "Hello."}]})
    assert len(door.engine.turns) == 1


async def test_pages_of_other_sites_may_talk_to_the_chat(door: Door) -> None:
    asked = {
        "Origin": "https://hospital.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type",
    }
    async with door.client.options("/chat/messages", headers=asked) as response:
        assert response.status == 204
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Authorization" in response.headers["Access-Control-Allow-Headers"]
        assert "Access-Control-Allow-Credentials" not in response.headers
    async with door.client.get("/widget.js") as response:
        assert response.headers["Access-Control-Allow-Origin"] == "*"


async def test_pages_of_other_sites_may_not_talk_to_the_integrators_channel(door: Door) -> None:
    asked = {"Origin": "https://hospital.example", "Access-Control-Request-Method": "POST"}
    async with door.client.options("/webhooks/rest/webhook", headers=asked) as response:
        assert "Access-Control-Allow-Origin" not in response.headers


async def test_no_answer_may_be_taken_for_a_page(door: Door) -> None:
    session = await door.open()
    async with door.client.post("/chat/messages", json={"id": "m1", "text": "<script>"}, headers=session) as response:
        assert response.content_type == "application/json"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
