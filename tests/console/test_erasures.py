"""Erasing from the console, receipts, and what a patient who goes on writing is told."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text as sql

from bot.accounts.roles import Role
from bot.conversations.erasing import Erasures
from bot.store import Erasure, JsonObject
from bot.web.engine_client import EngineAwayError, EngineRefusedError
from tests.console.conftest import SignIn
from tests.console.house import OTHER_TRIAL, TRIAL, House
from tests.rights.conftest import WORDS, Files, with_everything
from tests.rights.everywhere import in_files, in_tables


def erasures(house: House) -> list[Erasure]:
    with house.store.reading() as unit:
        return unit.erasures()


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


class Widget:
    """A patient's browser."""

    def __init__(self, house: House, guest: Any) -> None:
        self.house, self.http = house, guest.session
        self.key: dict[str, str] = {}
        self._number = 0

    async def open(self) -> Widget:
        async with self.http.post("/chat/session", json={"trial_id": TRIAL}) as response:
            self.key = {"Authorization": f"Bearer {(await response.json())['token']}"}
        return self

    @property
    def conversation(self) -> str:
        (found,) = (each for each in self._ids())
        return found

    def _ids(self) -> list[str]:
        with self.house.store.reading() as unit:
            return [name for (name,) in unit._session.execute(sql("SELECT id FROM conversations"))]

    async def say(self, text: str) -> tuple[int, Any]:
        self._number += 1
        async with self.http.post("/chat/messages", json={"id": f"w{self._number}", "text": text}, headers=self.key) as response:
            return response.status, await response.json()

    def take_over(self, account_id: int) -> None:
        with self.house.store.unit() as unit:
            unit._session.execute(sql("UPDATE conversations SET taken_over_by = :by"), {"by": account_id})


async def test_erasing_needs_the_word_and_leaves_a_receipt(house: House, sign_in: SignIn, files: Files, tmp_path: Path) -> None:
    conversation = with_everything(house, files)
    guest = await sign_in()
    status, page = await guest.post(f"/console/conversations/{conversation}/erase", confirm="yes")
    assert (status, "Nothing was erased" in page) == (422, True)
    assert erasures(house) == []
    status, page = await guest.post(f"/console/conversations/{conversation}/erase", confirm=" Erase ")
    (erasure,) = erasures(house)
    assert status == 200
    assert erasure.receipt in page
    assert "Everything was removed." in page
    assert "Contact requests" in page
    assert in_tables(house.store, WORDS) == []
    assert in_files(tmp_path, WORDS) == []


async def test_the_audit_says_who_erased_without_content(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation("yes", "61")
    guest = await sign_in()
    await guest.post(f"/console/conversations/{conversation}/erase", confirm="erase")
    with house.store.reading() as unit:
        (entry,) = unit.audit_entries(action="conversation_erased")
    (erasure,) = erasures(house)
    assert entry.actor == erasure.by
    assert (entry.object_id, entry.trial_id, entry.detail) == (conversation, TRIAL, {"receipt": erasure.receipt})


async def test_twice_finds_nothing_the_second_time(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation()
    guest = await sign_in()
    await guest.post(f"/console/conversations/{conversation}/erase", confirm="erase")
    assert (await guest.post(f"/console/conversations/{conversation}/erase", confirm="erase"))[0] == 404
    assert len(erasures(house)) == 1


async def test_two_at_once_leave_one_receipt(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation()
    one, other = await sign_in(), await sign_in()
    path = f"/console/conversations/{conversation}/erase"
    found = await asyncio.gather(one.post(path, confirm="erase"), other.post(path, confirm="erase"))
    assert sorted(status for status, _ in found) == [200, 404]
    assert len(erasures(house)) == 1


@pytest.mark.parametrize("role", [Role.AUDITOR])
async def test_an_auditor_erases_nothing_and_sees_receipts(house: House, sign_in: SignIn, role: Role) -> None:
    erased, kept = house.conversation(), house.conversation()
    await (await sign_in()).post(f"/console/conversations/{erased}/erase", confirm="erase")
    guest = await sign_in(role)
    assert (await guest.post(f"/console/conversations/{kept}/erase", confirm="erase"))[0] == 403
    assert "Erase for good" not in (await guest.get(f"/console/conversations/{kept}/rights"))[1]
    assert erasures(house)[0].receipt in (await guest.get("/console/erasures"))[1]


async def test_receipts_of_other_trials_are_not_there(house: House, sign_in: SignIn) -> None:
    with house.store.unit() as unit:
        other = unit.open_conversation(channel="widget", at=house.clock(), trial_id=OTHER_TRIAL)
        erasure = unit.erase_conversation(other.id, by="patient", at=house.clock())
    assert erasure is not None
    guest = await sign_in()
    assert erasure.receipt not in (await guest.get("/console/erasures"))[1]
    assert (await guest.get(f"/console/erasures/{erasure.receipt}"))[0] == 404
    assert "There is no such receipt" in (await guest.get(f"/console/erasures?receipt={erasure.receipt}"))[1]


async def test_a_receipt_is_found_by_what_a_patient_reads_out(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation("yes", "erase my answers", "Yes, erase everything")
    with house.store.reading() as unit:
        assert unit.conversation(conversation) is None
    (erasure,) = erasures(house)
    _, page = await (await sign_in()).get(f"/console/erasures?receipt=+{erasure.receipt.lower()}+")
    assert "The patient, in the chat" in page


async def test_long_lists_of_receipts_go_on_by_key(house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web.console.erasures.PAGE", 2)
    with house.store.unit() as unit:
        for _ in range(3):
            opened = unit.open_conversation(channel="widget", at=house.clock(), trial_id=TRIAL)
            unit.erase_conversation(opened.id, by="retention", at=house.clock())
    latest, middle, first = erasures(house)
    guest = await sign_in()
    _, page = await guest.get("/console/erasures")
    assert (latest.receipt in page, middle.receipt in page, first.receipt in page) == (True, True, False)
    _, page = await guest.get(f"/console/erasures?before={middle.number}")
    assert (middle.receipt in page, first.receipt in page) == (False, True)


async def test_what_cannot_be_removed_now_is_said_to_be_going_on(house: House, sign_in: SignIn, files: Files) -> None:
    conversation = with_everything(house, files)
    guest = await sign_in()
    with closing(sqlite3.connect(files.tracker, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        _, page = await guest.post(f"/console/conversations/{conversation}/erase", confirm="erase")
        assert "could not be cleared yet" in page
        assert "Everything was removed." not in page
        connection.execute("ROLLBACK")
    (erasure,) = erasures(house)
    assert await asyncio.to_thread(Erasures(house.store, house.services.forget, house.clock).complete_all) == 0
    assert "Everything was removed." in (await guest.get(f"/console/erasures/{erasure.receipt}"))[1]


async def test_an_erasure_waits_for_the_turn_under_way(house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    widget = await Widget(house, await sign_in()).open()
    conversation = widget.conversation
    heard, go_on = asyncio.Event(), asyncio.Event()
    say = house.engine.say

    async def slowly(*given: Any, **more: Any) -> list[JsonObject]:
        heard.set()
        await go_on.wait()
        return await say(*given, **more)

    monkeypatch.setattr(house.engine, "say", slowly)
    guest = await sign_in()
    talking = asyncio.create_task(widget.say("yes"))
    await heard.wait()
    erasing = asyncio.create_task(guest.post(f"/console/conversations/{conversation}/erase", confirm="erase"))
    go_on.set()
    (status, answer), (erased, page) = await asyncio.gather(talking, erasing)
    assert status == 200
    assert answer["messages"]
    assert (erased, "Everything was removed." in page) == (200, True)


async def test_a_widget_that_goes_on_after_it_is_told_that_its_session_is_unknown(house: House, sign_in: SignIn) -> None:
    widget = await Widget(house, await sign_in()).open()
    await widget.say("yes")
    guest = await sign_in()
    await guest.post(f"/console/conversations/{widget.conversation}/erase", confirm="erase")
    status, answer = await widget.say("I am 61")
    assert (status, answer["error"]["code"]) == (401, "unknown_session")
    with house.store.reading() as unit:
        assert unit.count_conversations() == 0


async def test_a_conversation_erased_by_another_process_during_a_turn_is_unknown_too(
    house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    widget = await Widget(house, await sign_in()).open()
    conversation = widget.conversation

    async def erased_meanwhile(*_: Any, **__: Any) -> list[JsonObject]:
        with house.store.unit() as unit:
            unit.erase_conversation(conversation, by="retention", at=house.clock())
        raise EngineRefusedError

    monkeypatch.setattr(house.engine, "say", erased_meanwhile)
    status, answer = await widget.say("yes")
    assert (status, answer["error"]["code"]) == (401, "unknown_session")
    # The engine said that it kept nothing.
    assert erasures(house)[0].completed_at is not None


async def test_while_it_is_taken_over_a_patient_is_asked_once_and_erased(house: House, sign_in: SignIn, files: Files) -> None:
    widget = await Widget(house, await sign_in()).open()
    await widget.say("yes")
    widget.take_over(house.account().id)
    _, answer = await widget.say("erase my answers")
    assert answer["messages"][0]["custom"]["code"] == "confirm_erase"
    async with widget.http.get("/chat/messages", headers=widget.key) as response:
        lines = (await response.json())["messages"]
    # A page that is loaded again shows the question with its buttons.
    assert lines[-2]["text"] == "erase my answers"
    assert [button["payload"] for button in lines[-1]["buttons"]] == ["#no", "#erase=confirm"]
    _, answer = await widget.say("#erase=confirm")
    (erasure,) = erasures(house)
    assert answer["messages"][0]["custom"]["code"] == "erased"
    assert erasure.receipt in answer["messages"][1]["text"]
    assert (erasure.by, erasure.completed_at is not None) == ("patient", True)
    assert (await widget.say("hello"))[0] == 401


async def test_while_it_is_taken_over_other_words_go_their_way(house: House, sign_in: SignIn) -> None:
    widget = await Widget(house, await sign_in()).open()
    widget.take_over(house.account().id)
    await widget.say("please do not erase anything of what my sister and I told you about all of this")
    assert erasures(house) == []


@pytest.mark.parametrize("trouble", [EngineAwayError, EngineRefusedError])
async def test_with_the_engine_away_a_patient_is_erased_all_the_same(
    house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, trouble: type[Exception]
) -> None:
    widget = await Widget(house, await sign_in()).open()

    async def away(*_: Any, **__: Any) -> list[JsonObject]:
        raise trouble

    monkeypatch.setattr(house.engine, "say", away)
    _, answer = await widget.say("#erase")
    assert answer["messages"][0]["custom"]["code"] == "confirm_erase"
    _, answer = await widget.say("Yes, erase everything")
    (erasure,) = erasures(house)
    assert answer["messages"][0]["custom"]["code"] == "erased"
    # Where it is not known what became of the message, the engine may still write; then that is said.
    is_known = trouble is EngineRefusedError
    assert (erasure.completed_at is not None) is is_known
    assert any("keep trying" in message["text"] for message in answer["messages"]) is not is_known
    assert (await widget.say("hello"))[0] == 401


async def test_the_last_words_of_the_bot_say_so_where_a_file_is_in_use(house: House, sign_in: SignIn, files: Files) -> None:
    widget = await Widget(house, await sign_in()).open()
    files.track(widget.conversation, "yes")
    await widget.say("yes")
    await widget.say("erase my answers")
    with closing(sqlite3.connect(files.tracker, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        _, answer = await widget.say("Yes, erase everything")
        connection.execute("ROLLBACK")
    assert answer["messages"][-1]["text"] == "One copy could not be removed just now. We keep trying until it is gone."
    assert erasures(house)[0].completed_at is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE conversations SET status = 'new'", "Kept until"),
        ("UPDATE conversations SET status = 'enrolled'", "prescreening or enrolled"),
        ("UPDATE conversations SET taken_over_by = (SELECT min(id) FROM accounts)", "somebody has taken it over"),
        ("INSERT INTO trial_settings VALUES ('NCT06141070', 1, 0, 1)", "No number of days is set"),
        ("INSERT INTO trial_settings VALUES ('NCT06141070', 1, 10, 1)", "12 Nov 2026"),
    ],
)
async def test_the_page_says_how_long_it_is_kept(house: House, sign_in: SignIn, change: str, said: str) -> None:
    conversation = house.conversation()
    object.__setattr__(house.console, "keep_days", 30)
    guest = await sign_in()
    with house.store.unit() as unit:
        unit._session.execute(sql(change))
        unit.touch(conversation, house.clock() + timedelta(hours=1))
    assert said in (await guest.get(f"/console/conversations/{conversation}/rights"))[1]
