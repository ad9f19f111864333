"""Whatever programs and widgets send, they are answered: never with a fault of ours, nor with what they sent, and no log has it."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from aiohttp import ClientSession
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from tests.console.house import API_KEY, House
from tests.fuzzing.anything import BODY, PLANTED, TEXT, holds, nothing_is_logged, with_fields
from tests.fuzzing.conftest import FUZZED

KEY = {"Authorization": f"Bearer {API_KEY}"}
# A header's value may be anything that is one: what is not, is for tests/security/test_what_is_too_much.py.
HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60).map(lambda text: PLANTED + text)


@FUZZED
@given(
    body=with_fields(
        sender=TEXT | st.just("ann"),
        message=TEXT,
        message_id=TEXT,
        metadata=with_fields(trial_id=TEXT, locale=TEXT),
    )
)
async def test_any_message_of_a_program(
    house: House, session: ClientSession, caplog: pytest.LogCaptureFixture, body: dict[str, Any]
) -> None:
    async with session.post("/webhooks/rest/webhook", data=json.dumps(body).encode(), headers=KEY) as answer:
        await holds(answer, caplog)


@FUZZED
@given(path=st.sampled_from(["/webhooks/rest/webhook", "/chat/session", "/chat/messages", "/chat/seen", "/api/v1/screenings"]), body=BODY)
async def test_any_body(house: House, session: ClientSession, caplog: pytest.LogCaptureFixture, path: str, body: bytes) -> None:
    async with session.post(path, data=body, headers=KEY) as answer:
        # The API repeats the names of fields that it does not know, for whoever writes the program.
        await holds(answer, caplog, is_a_form=path.startswith("/api"))


@FUZZED
@given(body=with_fields(trial_id=TEXT, locale=TEXT), origin=HEADER)
async def test_any_opening_of_a_chat(
    house: House, session: ClientSession, caplog: pytest.LogCaptureFixture, body: dict[str, Any], origin: str
) -> None:
    async with session.post("/chat/session", data=json.dumps(body).encode(), headers={"Origin": origin}) as answer:
        await holds(answer, caplog)


@FUZZED
@given(
    bodies=st.lists(with_fields(id=st.uuids().map(str) | TEXT, text=TEXT), min_size=1, max_size=4),
    seen=with_fields(last=st.integers()),
    after=TEXT,
    last=HEADER,
)
async def test_any_conversation_of_a_widget(
    house: House,
    session: ClientSession,
    caplog: pytest.LogCaptureFixture,
    bodies: list[dict[str, Any]],
    seen: dict[str, Any],
    after: str,
    last: str,
) -> None:
    async with session.post("/chat/session", json={}) as answer:
        key = {"Authorization": f"Bearer {(await answer.json())['token']}"}
    for body in bodies:
        async with session.post("/chat/messages", data=json.dumps(body).encode(), headers=key) as answer:
            await holds(answer, caplog)
    async with session.post("/chat/seen", data=json.dumps(seen).encode(), headers=key) as answer:
        await holds(answer, caplog)
    for path in ("/chat/messages", "/chat/news"):
        async with session.get(path, headers=key) as answer:
            await holds(answer, caplog)
    # A stream stays open where it is one; its head is all there is to see.
    async with session.get(
        "/chat/events", params={"after": after.encode("utf-8", "replace").decode()}, headers={**key, "Last-Event-ID": last}
    ) as answer:
        assert answer.status in {200, 400, 429}
        if answer.status != 200:
            await holds(answer, caplog)
    nothing_is_logged(caplog)
    async with session.delete("/chat/session", headers=key) as answer:
        await holds(answer, caplog)


@FUZZED
@given(token=HEADER)
@pytest.mark.parametrize("path", ["/chat/messages", "/chat/news", "/chat/events", "/api/v1/trials", "/fhir/ResearchStudy"])
async def test_any_key(house: House, session: ClientSession, caplog: pytest.LogCaptureFixture, path: str, token: str) -> None:
    async with session.get(path, headers={"Authorization": f"Bearer {token}"}) as answer:
        assert answer.status in {401, 404, 429}
        await holds(answer, caplog)


@FUZZED
@given(
    path=st.lists(TEXT, max_size=4),
    query=st.dictionaries(st.sampled_from(["page", "locale", "q", "after", "change", "done"]), TEXT, max_size=3),
)
@pytest.mark.parametrize(
    "root", ["", "trials", "summary", "contact", "static", "widget", "chat", "console", "api/v1", "api/v1/trials", "fhir", "webhooks"]
)
async def test_any_address(
    house: House, session: ClientSession, caplog: pytest.LogCaptureFixture, root: str, path: list[str], query: dict[str, str]
) -> None:
    def as_sent(text: str) -> str:
        # Browsers send no halves of characters, and no server gets to see a fragment.
        return "".join(f"%{byte:02x}" for byte in text[:300].encode("utf-8", "surrogatepass"))

    address = "/".join(["", root, *map(as_sent, path)]).replace("//", "/")
    asked = "&".join(f"{name}={as_sent(value)}" for name, value in query.items())
    async with session.get(URL(f"{house.url}{address}?{asked}", encoded=True), headers=KEY, allow_redirects=False) as answer:
        await holds(answer, caplog)


async def test_what_was_planted_is_where_it_belongs(house: House, session: ClientSession) -> None:
    """The other tests would see nothing if nothing arrived."""
    async with session.post(
        "/webhooks/rest/webhook", json={"sender": PLANTED, "message": PLANTED, "message_id": uuid.uuid4().hex}, headers=KEY
    ) as answer:
        assert PLANTED in await answer.text()
