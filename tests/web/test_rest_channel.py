"""The generic messaging channel, as the contract describes it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.web.requests import printable

from .conftest import Door

PATH = "/webhooks/rest/webhook"


async def _post(door: Door, data: bytes | str, **headers: str) -> tuple[int, Any]:
    async with door.client.post(PATH, data=data, headers={**door.key, **headers}) as response:
        return response.status, await response.json()


async def test_a_message_is_answered_with_a_list_addressed_to_the_sender(door: Door) -> None:
    status, answer = await door.rest("ann", "hello")
    assert status == 200
    assert answer == [{"recipient_id": "ann", "text": "You said: hello"}]


async def test_text_buttons_and_custom_content_come_through_as_the_bot_said_them(door: Door) -> None:
    said: list[dict[str, Any]] = [
        {
            "text": "How old are you?",
            "buttons": [{"title": "Not sure", "payload": "#age=unsure"}],
            "custom": {"type": "question", "attribute": "age"},
        },
        {"custom": {"type": "notice", "code": "paused"}},
    ]
    door.engine.answer = lambda _turn: said
    _, answer = await door.rest("ann", "hello")
    assert answer == [{"recipient_id": "ann", **message} for message in said]


async def test_one_sender_keeps_one_conversation_and_another_has_another(door: Door) -> None:
    for sender in ["ann", "bob", "ann"]:
        await door.rest(sender, "hello")
    first, second, third = (turn["conversation"] for turn in door.engine.turns)
    assert first == third != second


async def test_metadata_counts_when_the_conversation_starts_and_not_later(door: Door) -> None:
    await door.rest("ann", "hello", metadata={"trial_id": "nct06141070", "locale": "de-AT"})
    await door.rest("ann", "hello", metadata={"trial_id": "NCT00000000", "locale": "en"})
    with door.store.reading() as unit:
        conversation = unit.conversation_by_sender("rest", "ann")
    assert conversation is not None
    assert (conversation.trial_id, conversation.locale) == ("NCT06141070", "de-AT")


async def test_an_unknown_language_becomes_the_first_one_there_is(door: Door) -> None:
    await door.rest("ann", "hello", metadata={"locale": "tlh"})
    with door.store.reading() as unit:
        conversation = unit.conversation_by_sender("rest", "ann")
    assert conversation is not None
    assert conversation.locale == "en"


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Bearer ", "Basic dGVzdA==", "the-api-key-of-these-tests", "Bearer schlüssel"])
async def test_without_the_right_key_nobody_gets_in(door: Door, header: str | None) -> None:
    async with door.client.post(
        PATH, json={"sender": "ann", "message": "hello"}, headers={} if header is None else {"Authorization": header}
    ) as response:
        assert response.status == 401
        assert (await response.json())["error"]["code"] == "unauthorized"
    assert door.engine.turns == []


@pytest.mark.parametrize(
    ("body", "part"),
    [
        (b"", "JSON"),
        (b"{", "JSON"),
        (b"\xff\xfe\x00binary", "JSON"),
        (b"[" * 100_000, "JSON"),
        (b"[]", "object"),
        (b'"text"', "object"),
        (b"{}", "sender"),
        (b'{"sender": "ann"}', "message"),
        (b'{"sender": "ann", "message": 5}', "message"),
        (b'{"sender": "ann", "message": null}', "message"),
        (b'{"sender": 5, "message": "hi"}', "sender"),
        (b'{"sender": "", "message": "hi"}', "sender"),
        (b'{"sender": "a\\u0000b", "message": "hi"}', "sender"),
        (b'{"sender": "a\\ud800b", "message": "hi"}', "sender"),
        (json.dumps({"sender": "x" * 129, "message": "hi"}).encode(), "sender"),
        (b'{"sender": "ann", "message": "hi", "metadata": []}', "metadata"),
        (b'{"sender": "ann", "message": "hi", "metadata": {"trial_id": 5}}', "trial_id"),
        (b'{"sender": "ann", "message": "hi", "metadata": {"locale": {}}}', "locale"),
        (b'{"sender": "ann", "message": "hi", "metadata": {"trial_id": "NCT061410700614107006141070"}}', "trial_id"),
        (b'{"sender": "ann", "message": "hi", "message_id": ""}', "message_id"),
        (b'{"sender": "ann", "message": "hi", "message_id": "' + b"x" * 65 + b'"}', "message_id"),
        (b'{"sender": "ann", "message": "hi", "message_id": 5}', "message_id"),
        (b'{"sender": "ann", "message": "hi", "message_id": "a\\nb"}', "message_id"),
        (b'{"sender": "ann", "message": ' + b"9" * 5_000 + b"}", "JSON"),
    ],
)
async def test_a_malformed_request_is_told_what_is_wrong_with_it(door: Door, body: bytes, part: str) -> None:
    status, answer = await _post(door, body)
    assert status == 400
    assert answer["error"]["code"] == "malformed"
    assert part in answer["error"]["message"]
    assert door.engine.turns == []


async def test_a_message_of_4000_characters_passes_and_one_more_does_not(door: Door) -> None:
    status, _ = await door.rest("ann", "é" * 4000)
    assert status == 200
    status, answer = await door.rest("ann", "é" * 4001)
    assert (status, answer["error"]["code"]) == (413, "too_long")


async def test_4000_of_the_widest_characters_pass_even_as_escapes(door: Door) -> None:
    body = json.dumps({"sender": "ann", "message": "\U0001f600" * 4000}, ensure_ascii=True)
    status, _ = await _post(door, body)
    assert status == 200


async def test_a_body_without_end_is_refused(door: Door) -> None:
    status, answer = await _post(door, b'{"sender": "ann", "message": "' + b"x" * 300_000 + b'"}')
    assert (status, answer["error"]["code"]) == (413, "too_long")


@pytest.mark.parametrize(
    ("typed", "heard"),
    [
        ("si\x00xty\x1b[31m", "sixty[31m"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("half \ud83d of a character", "half  of a character"),
        ("\x00\x01", ""),
        ("", ""),
        ("   ", "   "),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("/restart", "/restart"),
        ('/inform{"age": 8}', '/inform{"age": 8}'),
        ("'; DROP TABLE answers; --", "'; DROP TABLE answers; --"),
        ("عمري ٦١ سنة 👩‍⚕️", "عمري ٦١ سنة 👩‍⚕️"),
    ],
)
async def test_any_text_is_passed_on_but_for_what_nobody_can_see_and_is_answered(door: Door, typed: str, heard: str) -> None:
    status, answer = await _post(door, json.dumps({"sender": "ann", "message": typed}))
    assert status == 200
    assert answer
    assert door.engine.turns[0]["text"] == heard


@settings(max_examples=200)
@given(st.text())
def test_what_is_passed_on_can_be_stored_anywhere_and_is_stable(text: str) -> None:
    kept = printable(text)
    kept.encode("utf-8")
    assert "\x00" not in kept
    assert printable(kept) == kept


async def test_an_engine_with_nothing_to_say_is_answered_for_in_words(door: Door) -> None:
    door.engine.answer = lambda _turn: []
    status, answer = await door.rest("ann", "hello", metadata={"locale": "de"})
    assert (status, answer) == (200, [{"recipient_id": "ann", "text": "Sorry, I did not understand that. (de)"}])


async def test_the_same_message_id_gets_the_same_answer_and_is_handled_once(door: Door) -> None:
    answers = [await door.rest("ann", "hello", message_id="m1") for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert len(door.engine.turns) == 1


async def test_without_a_message_id_every_message_is_a_new_one(door: Door) -> None:
    await door.rest("ann", "yes")
    await door.rest("ann", "yes")
    assert len({turn["message_id"] for turn in door.engine.turns}) == 2


async def test_first_messages_at_the_same_moment_share_one_conversation(door: Door) -> None:
    answers = await asyncio.gather(*(door.rest("ann", f"hello {number}") for number in range(5)))
    assert [status for status, _ in answers] == [200] * 5
    assert len({turn["conversation"] for turn in door.engine.turns}) == 1


async def test_messages_of_one_conversation_are_handled_one_after_the_other(door: Door) -> None:
    door.engine.delay = 0.02
    await asyncio.gather(*(door.rest("ann", str(number)) for number in range(5)))
    assert door.engine.most_at_work == 1


async def test_messages_of_several_conversations_are_handled_at_the_same_time(door: Door) -> None:
    door.engine.delay = 0.1
    await asyncio.gather(*(door.rest(f"sender {number}", "hello") for number in range(5)))
    assert door.engine.most_at_work > 1


async def test_a_sender_who_had_everything_erased_starts_anew(door: Door) -> None:
    await door.rest("ann", "hello")
    first = door.engine.turns[0]["conversation"]
    with door.store.unit() as unit:
        unit.erase_conversation(first, by="patient", at=door.services.clock())
    status, _ = await door.rest("ann", "hello")
    assert status == 200
    assert door.engine.turns[1]["conversation"] != first


async def test_the_message_that_erases_the_conversation_is_answered(door: Door) -> None:
    def erase(turn: dict[str, Any]) -> list[dict[str, Any]]:
        with door.store.unit() as unit:
            unit.erase_conversation(turn["conversation"], by="patient", at=door.services.clock())
        return [{"text": "Everything is erased."}]

    door.engine.answer = erase
    status, answer = await door.rest("ann", "erase everything")
    assert (status, answer[0]["text"]) == (200, "Everything is erased.")
    await asyncio.to_thread(door.events.ingest)
    with door.store.reading() as unit:
        assert unit.count_conversations() == 0


async def test_other_addresses_and_methods_are_refused_in_json(door: Door) -> None:
    async with door.client.get(PATH, headers=door.key) as response:
        assert (response.status, response.headers["Allow"]) == (405, "POST")
        assert (await response.json())["error"]["code"] == "method_not_allowed"
    async with door.client.post("/webhooks/nothing/webhook", headers=door.key) as response:
        assert response.status == 404
        assert (await response.json())["error"]["code"] == "not_found"
