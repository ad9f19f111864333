"""A conversation's page: what was said, what was understood of it, and what is noted about who looks."""

from __future__ import annotations

import asyncio
import html
import re
from datetime import timedelta

import pytest
from aiohttp import ClientTimeout
from sqlalchemy import Engine, event

from bot.accounts.roles import Role
from bot.conversations.erasing import PATIENT, erase
from bot.store import NewMessage
from tests.console.conftest import SignIn
from tests.console.house import OTHER_TRIAL, TRIAL, Guest, House

SAID = ("hello", "yes", "I'm 54 and had chemo", "actually I am 57", "stage 4")


def at(conversation: str, rest: str = "") -> str:
    return f"/console/conversations/{conversation}{rest}"


async def revealed(guest: Guest, conversation: str) -> str:
    """The page with what the patient told."""
    await guest.get(at(conversation))
    status, page = await guest.post(at(conversation, "/reveal"), what="answers")
    assert status == 200
    return page


def plain(page: str) -> str:
    """The words of a page, without its markup."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def audited(house: House, conversation: str, action: str) -> list[tuple[str, object]]:
    """Who did that with a conversation, and the detail, latest first."""
    with house.store.reading() as unit:
        entries = unit.audit_entries(object_kind="conversation", object_id=conversation)
    return [(entry.actor, entry.detail) for entry in entries if entry.action == action]


async def test_what_was_said_is_there_in_its_order_with_the_quick_replies(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation(*SAID)
    page = plain(await revealed(await sign_in(), conversation))
    lines = ("Hello, and welcome.", "Is it okay if I ask", "Yes, go ahead", "I'm 54 and had chemo", "Thank you, I changed your age from 54")
    places = [page.index(line) for line in lines]
    assert places == sorted(places)


async def test_beside_a_message_stands_what_was_understood_and_what_a_correction_changed(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation(*SAID, "actually I am 17")
    page = plain(await revealed(await sign_in(), conversation))
    assert "The patient's age : was 54 years , now 57 years from “actually I am 57” (told unasked)" in page
    assert "Read as inform, 93 % sure" in page
    assert "Verdict: Possible to Unlikely" in page
    assert "I8 fits to does not fit: You are older than 18." in page


async def test_a_coordinators_line_has_their_name(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation(*SAID)
    author = house.account()
    with house.store.unit() as unit:
        unit.add_messages(conversation, [NewMessage("c1", "coordinator", "This is the study nurse.", house.clock(), author=author.id)])
    page = plain(await revealed(await sign_in(), conversation))
    assert f"{author.name} 2 Nov 2026, 09:01 This is the study nurse." in page


async def test_a_screening_that_has_not_begun_has_an_empty_page(house: House, sign_in: SignIn) -> None:
    with house.store.unit() as unit:
        conversation = unit.open_conversation(channel="rest", at=house.clock(), trial_id=TRIAL).id
    status, page = await (await sign_in()).get(at(conversation))
    assert status == 200
    assert "Nothing was said yet." in page


async def test_opening_is_audited_once_for_a_while_and_again_after_it(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation(*SAID)
    guest = await sign_in()
    for path in ("", "/live", "/live", ""):
        assert (await guest.get(at(conversation, path)))[0] == 200
    assert len(audited(house, conversation, "opened")) == 1
    house.clock.move(minutes=16)
    await guest.get(at(conversation, "/live"))
    assert len(audited(house, conversation, "opened")) == 2
    await (await sign_in()).get(at(conversation))
    assert len(audited(house, conversation, "opened")) == 3


async def test_a_refresh_alone_is_opening_too(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation(*SAID)
    await (await sign_in()).get(at(conversation, "/live"))
    assert len(audited(house, conversation, "opened")) == 1


async def test_the_conversations_of_other_trials_are_not_there(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation(*SAID)
    guest = await sign_in(trials=(OTHER_TRIAL,))
    for path in ("", "/live", "/events", "/messages/4/misread"):
        assert (await guest.get(at(conversation, path)))[0] == 404
    for path in ("/reveal", "/hide", "/status", "/assign", "/tags", "/tags/remove", "/notes", "/notes/1/delete", "/messages/4/misread"):
        assert (await guest.post(at(conversation, path)))[0] == 404
    assert audited(house, conversation, "opened") == []


@pytest.mark.parametrize(
    "path", ["status", "assign", "tags", "tags/remove", "notes", "notes/1/delete", "messages/4/misread", "reveal", "hide"]
)
async def test_who_only_reads_can_change_and_reveal_nothing(house: House, sign_in: SignIn, path: str) -> None:
    conversation = house.conversation(*SAID)
    guest = await sign_in(Role.AUDITOR)
    status, page = await guest.get(at(conversation))
    assert status == 200
    assert "<form" not in page.split("</header>")[1]
    assert (await guest.post(at(conversation, f"/{path}")))[0] == 403


async def test_a_reveal_does_not_outlive_the_role_that_allowed_it(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation(*SAID)
    guest = await sign_in(Role.AUDITOR)
    await guest.get(at(conversation))
    with house.store.unit() as unit:
        (entry, *_) = unit.audit_entries(object_kind="conversation", object_id=conversation)
        assert isinstance(entry.detail, dict)
        unit.reveal(entry.detail["session"], conversation, "answers", house.clock() + timedelta(minutes=5))
    assert "54 and had chemo" not in plain((await guest.get(at(conversation)))[1])


async def test_markup_of_a_patient_and_of_a_note_is_shown_as_text(house: House, sign_in: SignIn) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'"
    conversation = house.conversation(*SAID, evil)
    guest = await sign_in()
    await revealed(guest, conversation)
    for path, field in (("/notes", "text"), ("/tags", "tag")):
        assert (await guest.post(at(conversation, path), {field: evil[:30]}))[0] == 200
    assert (await guest.post(at(conversation, "/status"), status="closed", because="other", words=evil))[0] == 200
    page = (await guest.get(at(conversation)))[1]
    assert html.escape(evil[:30]) in page.replace("&#34;", "&quot;")
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    position = re.findall(r"/messages/(\d+)/misread", page)[-1]
    status, form = await guest.get(at(conversation, f"/messages/{position}/misread"))
    assert status == 200
    assert "<script>alert" not in form


async def test_who_looks_on_is_told_of_changes_and_of_nothing_else(house: House, sign_in: SignIn) -> None:
    conversation, other = house.conversation(*SAID), house.conversation(*SAID)
    guest = await sign_in()
    async with guest.session.get(at(conversation, "/events"), timeout=ClientTimeout(total=20)) as stream:
        assert stream.status == 200
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        assert await stream.content.readline() == b": here\n"
        assert await _event(stream.content) == [b"event: changed", b"data: changed"]
        told = asyncio.create_task(_event(stream.content))
        while not told.done():
            # The first look only learns what there is: a change after it is news.
            await asyncio.to_thread(house.say, other, "hello")
            await asyncio.to_thread(house.say, conversation, "my secret words")
            await asyncio.wait({told}, timeout=0.2)
        assert await told == [b"event: changed", b"data: changed"]


async def test_a_page_that_is_left_open_keeps_no_session_awake(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation(*SAID)
    guest = await sign_in()
    async with guest.session.get(at(conversation, "/events"), timeout=ClientTimeout(total=20)) as stream:
        assert await stream.content.readline() == b": here\n"
        assert await _event(stream.content) == [b"event: changed", b"data: changed"]
        house.clock.move(minutes=50)
        told = asyncio.create_task(_event(stream.content))
        while not told.done():
            await asyncio.to_thread(house.say, conversation, "hello")
            await asyncio.wait({told}, timeout=0.2)
        await guest.get(at(conversation, "/live"))
        house.clock.move(minutes=20)
        ended = asyncio.create_task(_event(stream.content))
        while not ended.done():
            await asyncio.to_thread(house.say, conversation, "hello again")
            await asyncio.wait({ended}, timeout=0.2)
        last = await ended
        while last == [b"event: changed", b"data: changed"]:
            last = await _event(stream.content)
        assert last[0] == b"event: ended"
    async with guest.session.get(at(conversation), allow_redirects=False) as response:
        assert response.status == 303


async def _event(stream: asyncio.StreamReader) -> list[bytes]:
    """The lines of the next event."""
    found: list[bytes] = []
    while True:
        line = (await stream.readline()).rstrip()
        if line and not line.startswith(b":"):
            found.append(line)
        elif found:
            return found


async def test_what_is_refreshed_is_a_part_of_the_page_itself(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation(*SAID)
    guest = await sign_in()
    page, part = (await guest.get(at(conversation)))[1], (await guest.get(at(conversation, "/live")))[1]
    for section in re.findall(r'<section id="(?:transcript|criteria)".*?</section>', part, re.DOTALL):
        assert section in page
    assert "<html" not in part


async def test_a_long_conversation_takes_as_few_queries_as_a_short_one(house: House, sign_in: SignIn) -> None:
    short = house.conversation(*SAID)
    long = house.conversation(*SAID, *("actually I am 58", "actually I am 59") * 12)
    with house.store.unit() as unit:
        lines = [NewMessage(f"l{number}", "patient", "words", house.clock(), message_id=f"l{number}") for number in range(120)]
        unit.add_messages(long, lines)
    guest = await sign_in()
    counts = []
    for conversation in (short, long):
        await revealed(guest, conversation)
        counts.append(await _queries(house, guest, at(conversation)))
    assert counts[0] == counts[1]


async def _queries(house: House, guest: Guest, path: str) -> int:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert (await guest.get(path))[0] == 200
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    # The app reads the engine's events and looks for changes all the time.
    return sum(
        statement.startswith("SELECT") and "ingest_positions" not in statement and "changed_at >=" not in statement for statement in seen
    )


async def test_a_page_that_is_open_on_what_was_erased_is_told_and_led_away(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation(*SAID)
    guest = await sign_in()
    async with guest.session.get(at(conversation, "/events"), timeout=ClientTimeout(total=20)) as stream:
        assert await _event(stream.content) == [b"event: changed", b"data: changed"]
        with house.store.unit() as unit:
            erase(unit, conversation, by=PATIENT, at=house.clock())
        assert await _event(stream.content) == [b"event: changed", b"data: changed"]
    async with guest.session.get(at(conversation, "/live"), headers={"HX-Request": "true"}) as response:
        assert (response.status, response.headers["HX-Redirect"]) == (200, "/console/inbox?problem=gone")
        assert await response.text() == ""
    assert "The conversation that was open here is gone." in (await guest.get("/console/inbox?problem=gone"))[1]
    async with guest.session.get(at(conversation)) as response:
        assert response.status == 404


async def test_everything_that_somebody_looks_at_is_renewed_together(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation(*SAID)
    guest = await sign_in()
    page, part = (await guest.get(at(conversation)))[1], (await guest.get(at(conversation, "/live")))[1]
    renewed = re.search(r'hx-select-oob="([^"]+)"', page)
    assert renewed is not None
    for name in re.findall(r"#([\w-]+):morph", renewed[1]):
        assert f'id="{name}"' in page, name
        assert f'id="{name}"' in part, name


async def test_what_is_shown_says_for_how_long_still(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation(*SAID)
    guest = await sign_in()
    assert "data-seconds" not in (await guest.get(at(conversation)))[1]
    await revealed(guest, conversation)
    house.clock.move(minutes=5)
    assert 'data-seconds="600"' in (await guest.get(at(conversation, "/live")))[1]
    house.clock.move(minutes=10)
    assert "data-seconds" not in (await guest.get(at(conversation, "/live")))[1]


@pytest.mark.parametrize("path", ["/console/conversations/a%00b", "/console/figures?channel=%00", "/console/audit?actor=a%00"])
async def test_a_nul_in_an_address_is_nowhere(sign_in: SignIn, path: str) -> None:
    guest = await sign_in(Role.ADMINISTRATOR)
    assert (await guest.get(path))[0] == 404
