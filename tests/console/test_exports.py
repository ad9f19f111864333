"""Exports from the console: whose conversations, what of them, and what the audit keeps of it."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from aiohttp import ClientError
from fhir.resources.R4B.bundle import Bundle

from bot.accounts.roles import Role
from bot.audit.chain import Entry
from tests.console.conftest import SignIn
from tests.console.house import OTHER_TRIAL, TRIAL, Guest, House

SECRET = "my neighbour Petronella Quux told me"


async def load(guest: Guest, path: str, **fields: Any) -> tuple[dict[str, str], str]:
    """Send the form of an export; the headers of the file, and what is in it."""
    async with guest.session.post(path, data={"csrf": guest.csrf, **fields}) as response:
        text = await response.text()
        assert response.status == 200, text
        return dict(response.headers), text


def exported(house: House) -> Entry:
    """The last entry of the audit, which has to be of an export."""
    with house.store.reading() as unit:
        (entry,) = unit.audit_entries(limit=1)
    assert entry.action.startswith("exported")
    return entry


@pytest.fixture
def talked(house: House) -> str:
    """A conversation in which somebody agreed, and said how old they are, in a way of their own."""
    return house.conversation("yes", "I am 61 years old", SECRET)


async def test_a_list_is_exported_as_csv_without_anything_that_was_written(house: House, sign_in: SignIn, talked: str) -> None:
    headers, text = await load(await sign_in(), "/console/exports", format="csv-answers")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert ("age", "61") in {(row["attribute"], row["value"]) for row in rows}
    assert talked not in text
    assert "Petronella" not in text
    assert headers["Content-Type"] == "text/csv; charset=utf-8"
    assert headers["Content-Disposition"] == 'attachment; filename="trialchat-csv-answers-2026-11-02.csv"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


async def test_the_audit_keeps_who_exported_how_much_of_what_and_how(house: House, sign_in: SignIn, talked: str) -> None:
    guest = await sign_in()
    await load(guest, "/console/exports", format="json", stage="in_progress", since="2026-01-01")
    entry = exported(house)
    assert (entry.action, entry.object_kind, entry.object_id) == ("exported", "conversations", "all")
    assert entry.detail == {"format": "json", "filters": ["stage", "since"], "count": 1}
    assert entry.actor.startswith("account:")


async def test_a_bundle_of_real_conversations_is_valid(house: House, sign_in: SignIn, talked: str) -> None:
    house.conversation("yes", trial=None)
    _, text = await load(await sign_in(all_trials=True), "/console/exports", format="fhir")
    Bundle.model_validate(json.loads(text))


@pytest.mark.parametrize(
    ("narrowed", "count"),
    [
        ({}, 2),
        ({"trial": TRIAL}, 2),
        ({"stage": "withdrawn"}, 1),
        ({"stage": "finished"}, 0),
        ({"verdict": "likely"}, 0),
        ({"status": "new"}, 2),
        ({"since": "2026-11-02", "until": "2026-11-02"}, 2),
        ({"until": "2026-11-01"}, 0),
        ({"since": "2026-11-03"}, 0),
    ],
)
async def test_filters_narrow_the_list(house: House, sign_in: SignIn, narrowed: dict[str, str], count: int) -> None:
    house.conversation("yes", "61")
    house.conversation("no")
    _, text = await load(await sign_in(), "/console/exports", format="json", **narrowed)
    assert len(json.loads(text)["conversations"]) == count
    assert exported(house).detail["count"] == count


async def test_conversations_of_other_trials_are_not_in_the_list(house: House, sign_in: SignIn) -> None:
    with house.store.unit() as unit:
        for trial in (OTHER_TRIAL, None):
            unit.open_conversation(channel="widget", at=house.clock(), trial_id=trial)
    _, text = await load(await sign_in(), "/console/exports", format="json")
    assert json.loads(text)["conversations"] == []


async def test_a_long_list_is_read_in_batches(house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web.console.exports.BATCH", 2)
    with house.store.unit() as unit:
        for _ in range(5):
            unit.open_conversation(channel="widget", at=house.clock(), trial_id=TRIAL)
    _, text = await load(await sign_in(), "/console/exports", format="json")
    assert len({each["export_id"] for each in json.loads(text)["conversations"]}) == 5


async def test_a_conversation_stands_at_another_place_in_the_next_export(
    house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.console.exports.BATCH", 4)
    with house.store.unit() as unit:
        for number in range(10):
            # By its language it is known again.
            unit.open_conversation(channel="widget", at=house.clock(), trial_id=TRIAL, locale=f"x{chr(ord('a') + number)}")
    guest = await sign_in()
    orders = set()
    for _ in range(3):
        _, text = await load(guest, "/console/exports", format="json")
        conversations = json.loads(text)["conversations"]
        ids = [each["export_id"] for each in conversations]
        assert ids == sorted(ids)
        orders.add(tuple(each["language"] for each in conversations))
    assert len(orders) == 3
    assert len({frozenset(order) for order in orders}) == 1


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("trial", OTHER_TRIAL, "That trial is not yours"),
        ("stage", "somewhere", "Please choose from the lists"),
        ("format", "xls", "Please choose from the lists"),
        ("format", "", "Please choose from the lists"),
        ("since", "yesterday", "A day could not be read"),
        ("until", "9999-12-31", "A day could not be read"),
    ],
)
async def test_what_cannot_be_meant_is_told_and_nothing_is_exported(
    house: House, sign_in: SignIn, field: str, value: str, told: str
) -> None:
    guest = await sign_in()
    status, text = await guest.post("/console/exports", {"format": "json", field: value})
    assert status == 422
    assert told in text


@pytest.mark.parametrize("trial", ["x" * 40, "NCT1", "NCT0000000١", "none"])
async def test_who_sees_all_trials_names_one_by_its_number(house: House, sign_in: SignIn, talked: str, trial: str) -> None:
    guest = await sign_in(Role.ADMINISTRATOR)
    for path in ("/console/exports", "/console/exports/identified"):
        status, text = await guest.post(path, format="json", trial=trial, reason="care", why="the patient asked for it")
        assert status == 422
        assert "That trial is not yours" in text
    with house.store.reading() as unit:
        assert not [entry for entry in unit.audit_entries() if entry.action.startswith("exported")]


async def test_a_period_that_ends_before_it_begins_is_told(sign_in: SignIn) -> None:
    guest = await sign_in()
    status, text = await guest.post("/console/exports", format="json", since="2026-11-02", until="2026-11-01")
    assert (status, "The last day lies before the first" in text) == (422, True)


async def test_one_conversation_is_exported_by_itself(house: House, sign_in: SignIn, talked: str) -> None:
    house.conversation("yes")
    _, text = await load(await sign_in(), f"/console/conversations/{talked}/export", format="json")
    assert len(json.loads(text)["conversations"]) == 1
    entry = exported(house)
    assert (entry.object_kind, entry.object_id, entry.trial_id, entry.detail["count"]) == ("conversation", talked, TRIAL, 1)


async def test_an_identified_export_has_the_words_and_leaves_only_the_kind_of_reason(house: House, sign_in: SignIn, talked: str) -> None:
    guest = await sign_in(Role.TRIAL_MANAGER)
    why = "the monitor compares this with the chart"
    headers, text = await load(guest, f"/console/conversations/{talked}/export/identified", format="json", reason="verification", why=why)
    assert "I am 61 years old" in text
    assert talked in text
    assert "trialchat-identified-json" in headers["Content-Disposition"]
    entry = exported(house)
    assert (entry.action, entry.detail["reason"]) == ("exported_identified", "verification")
    assert why not in json.dumps(entry.detail)


@pytest.mark.parametrize(
    "given", [{}, {"reason": "verification"}, {"why": "a long enough reason"}, {"reason": "verification", "why": "short"}]
)
async def test_an_identified_export_needs_a_reason(house: House, sign_in: SignIn, talked: str, given: dict[str, str]) -> None:
    guest = await sign_in(Role.TRIAL_MANAGER)
    for path in ("/console/exports/identified", f"/console/conversations/{talked}/export/identified"):
        status, text = await guest.post(path, {"format": "json", **given})
        assert status == 422
        assert "choose a reason" in text
        assert "years old" not in text


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.AUDITOR])
async def test_an_identified_export_is_for_some_roles_only(house: House, sign_in: SignIn, talked: str, role: Role) -> None:
    guest = await sign_in(role)
    fields = {"format": "json", "reason": "verification", "why": "a long enough reason"}
    assert (await guest.post("/console/exports/identified", fields))[0] == 403
    assert (await guest.post(f"/console/conversations/{talked}/export/identified", fields))[0] == 403
    _, page = await guest.get(f"/console/conversations/{talked}/rights")
    assert "identified" not in page


async def test_an_auditor_exports_nothing(sign_in: SignIn, talked: str) -> None:
    guest = await sign_in(Role.AUDITOR)
    assert (await guest.get("/console/exports"))[0] == 403
    assert (await guest.post("/console/exports", format="json"))[0] == 403


async def test_the_form_offers_only_trials_of_ones_own(house: House, sign_in: SignIn) -> None:
    house.conversation()
    house.conversation(trial=OTHER_TRIAL)
    _, page = await (await sign_in()).get("/console/exports")
    assert TRIAL in page
    assert OTHER_TRIAL not in page


async def test_a_file_that_breaks_off_does_not_look_whole(
    house: House, sign_in: SignIn, talked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is gone")

    guest = await sign_in()
    monkeypatch.setattr("bot.exports.files.JsonFile.batch", fail)
    with pytest.raises(ClientError):
        async with guest.session.post("/console/exports", data={"csrf": guest.csrf, "format": "json"}) as response:
            await response.text()
