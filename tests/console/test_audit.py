"""The audit's room: who did what, in words, narrowed as one likes, exported, and checked."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import get_args

import pytest
from sqlalchemy import text as sql

from bot.accounts.roles import Role
from bot.audit.actions import Action, ObjectKind
from bot.audit.chain import Entry
from bot.store import StoreUnavailableError
from bot.store.verifying import verify
from bot.web.console.texts import load_console_texts
from tests.console.conftest import SignIn
from tests.console.house import OTHER_TRIAL, TRIAL, House


def latest(house: House) -> Entry:
    with house.store.reading() as unit:
        return unit.audit_entries()[0]


def test_there_are_words_for_every_action_and_every_kind_of_thing() -> None:
    texts = load_console_texts()["audit"]
    assert set(texts["actions"]) == set(get_args(Action))
    assert set(texts["kinds"]) == set(get_args(ObjectKind))


async def test_entries_are_told_in_words_with_names(house: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.AUDITOR)
    _, page = await guest.get("/console/audit")
    assert "Signed in" in page
    assert "Somebody (auditor-" in page
    assert "signed_in" not in page.partition("<table>")[2]


async def test_the_list_is_narrowed_to_a_person_an_action_an_object_and_a_period(house: House, sign_in: SignIn) -> None:
    start = house.clock()
    with house.store.unit() as unit:
        for number in range(4):
            moment = start - timedelta(days=10 * number)
            unit.audit(f"account:{100 + number}", "exported", "conversation", f"object-{number}", at=moment, trial_id=TRIAL)
    guest = await sign_in(Role.AUDITOR)
    for query, seen in (
        ("actor=account:101", {1}),
        ("action=exported", {0, 1, 2, 3}),
        ("kind=conversation&object=object-2", {2}),
        ("object=object-2", {2}),
        (f"since={start - timedelta(days=10):%Y-%m-%d}&until={start - timedelta(days=10):%Y-%m-%d}", {1}),
        (f"until={start - timedelta(days=11):%Y-%m-%d}", {2, 3}),
        ("since=soon&action=exported", {0, 1, 2, 3}),
        ("until=9999-12-31&action=exported", {0, 1, 2, 3}),
        ("actor=nobody", set()),
    ):
        status, page = await guest.get(f"/console/audit?{query}")
        assert status == 200
        assert {number for number in range(4) if f'class="id">object-{number}<' in page} == seen, query


async def test_long_lists_go_on_by_key(house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web.console.audit.PAGE", 3)
    with house.store.unit() as unit:
        for number in range(7):
            unit.audit("system", "exported", "conversation", f"object-{number}", at=house.clock())
    guest = await sign_in(Role.AUDITOR)
    seen: list[int] = []
    address: str | None = "/console/audit?action=exported"
    while address:
        _, page = await guest.get(address)
        seen += [number for number in reversed(range(7)) if f'class="id">object-{number}<' in page]
        older = page.partition('<a href="/console/audit?action=exported&amp;before=')[2]
        older = older or page.partition('<a href="/console/audit?action=exported&before=')[2]
        address = f"/console/audit?action=exported&before={older.partition(chr(34))[0]}" if older else None
    assert seen == list(reversed(range(7)))


async def test_whoever_sees_only_some_trials_sees_their_entries_only(house: House, sign_in: SignIn) -> None:
    with house.store.unit() as unit:
        unit.audit("system", "exported", "conversation", "mine", at=house.clock(), trial_id=TRIAL)
        unit.audit("system", "exported", "conversation", "theirs", at=house.clock(), trial_id=OTHER_TRIAL)
        unit.audit("system", "exported", "conversation", "of-a-search", at=house.clock())
    guest = await sign_in(Role.AUDITOR, all_trials=False)
    _, page = await guest.get("/console/audit")
    assert "mine" in page
    assert "theirs" not in page
    assert "of-a-search" not in page
    async with guest.session.post("/console/audit/export", data={"csrf": guest.csrf, "format": "json"}) as response:
        assert [entry["object"]["id"] for entry in json.loads(await response.text())] == ["mine"]


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.TRIAL_MANAGER])
async def test_the_audit_is_for_some_roles_only(sign_in: SignIn, role: Role) -> None:
    guest = await sign_in(role)
    assert (await guest.get("/console/audit"))[0] == 403
    assert (await guest.post("/console/audit/export", format="csv"))[0] == 403
    assert (await guest.post("/console/audit/verify"))[0] == 403


async def test_the_audit_is_exported_as_csv_and_that_is_audited(house: House, sign_in: SignIn) -> None:
    with house.store.unit() as unit:
        unit.audit("system", "exported", "conversation", "=1+1", at=house.clock(), detail={"format": "json"})
    guest = await sign_in(Role.AUDITOR)
    async with guest.session.post("/console/audit/export", data={"csrf": guest.csrf, "format": "csv", "action": "exported"}) as response:
        assert response.headers["Content-Disposition"] == 'attachment; filename="trialchat-audit-2026-11-02.csv"'
        (row,) = csv.DictReader(io.StringIO(await response.text(), newline=""))
    assert (row["action"], row["object_id"], row["detail"]) == ("exported", "'=1+1", '{"format": "json"}')
    with house.store.reading() as unit:
        (entry,) = unit.audit_entries(limit=1)
    assert (entry.action, entry.detail) == ("audit_exported", {"format": "csv", "filters": ["action"]})


async def test_an_empty_export_is_an_empty_list(sign_in: SignIn) -> None:
    guest = await sign_in(Role.AUDITOR)
    async with guest.session.post("/console/audit/export", data={"csrf": guest.csrf, "format": "json", "actor": "nobody"}) as response:
        assert json.loads(await response.text()) == []


async def test_the_check_says_that_all_is_fine_and_is_an_entry_itself(house: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.AUDITOR)
    assert "has not been checked from here yet" in (await guest.get("/console/audit"))[1]
    status, page = await guest.post("/console/audit/verify")
    assert status == 200
    assert "all 1 entries are fine" in page
    assert "Checked the audit" in page
    assert verify(house.store).faults == ()


async def test_the_check_names_the_entries_that_are_not(house: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.AUDITOR)
    with house.store._engine.begin() as connection:
        connection.execute(sql("DROP TRIGGER audit_entries_no_update"))
        connection.execute(sql("UPDATE audit_entries SET actor = 'patient' WHERE number = 1"))
    _, page = await guest.post("/console/audit/verify")
    assert "1 faults among 1 entries" in page
    assert "First entries: 1." in page


async def test_what_stands_in_an_entry_is_shown_as_text(house: House, sign_in: SignIn) -> None:
    with house.store.unit() as unit:
        unit.audit("<b>who</b>", "<script>", "<i>", "<img src=x>", at=house.clock(), trial_id="<u>", detail={"<a>": ["<p>"]})
    _, page = await (await sign_in(Role.AUDITOR)).get("/console/audit")
    for markup in ("<b>who", "<script>alert", "<img src=x", "<u>", "<a>", "<p><", "<i>"):
        assert markup not in page.partition("<tbody>")[2].partition("</tbody>")[0]


@pytest.mark.parametrize(
    ("role", "path", "page", "why"),
    [
        (Role.COORDINATOR, "/console/audit", "GET /console/audit", "role"),
        (Role.COORDINATOR, "/console/trials/NCT99999999", "GET /console/trials/{trial}", "not_theirs"),
        (Role.COORDINATOR, f"/console/conversations/{'0' * 32}", "GET /console/conversations/{conversation}", "not_theirs"),
    ],
)
async def test_who_is_not_let_in_is_noted_and_not_what_stood_in_the_address(
    house: House, sign_in: SignIn, role: Role, path: str, page: str, why: str
) -> None:
    guest = await sign_in(role)
    status, _ = await guest.get(path)
    assert status in (403, 404)
    entry = latest(house)
    assert (entry.action, entry.detail) == ("refused", {"page": page, "why": why})
    assert entry.actor == f"account:{entry.object_id}"


async def test_a_forged_form_is_noted(house: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.AUDITOR)
    status, _ = await guest.post("/console/audit/verify", {"csrf": "another one"})
    assert status == 403
    assert latest(house).detail == {"page": "POST /console/audit/verify", "why": "form"}


async def test_with_the_store_away_who_is_not_let_in_stays_out(house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    guest = await sign_in(Role.COORDINATOR)

    def away(*_: object, **__: object) -> None:
        raise StoreUnavailableError("away")

    monkeypatch.setattr("bot.store.audit.Audit.audit", away)
    assert (await guest.get("/console/audit"))[0] == 403
