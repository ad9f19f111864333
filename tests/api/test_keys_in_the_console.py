"""Making a key in the console, seeing it once, and revoking it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot.accounts.roles import Role
from bot.tokens import token_hash
from tests.api.conftest import Program, Programs
from tests.console.conftest import SignIn, sign_in
from tests.console.house import TRIAL, House
from tests.rights.everywhere import in_tables

__all__ = ["sign_in"]


def keys(house: House) -> list[object]:
    with house.store.reading() as unit:
        return list(unit.api_keys())


async def made(house: House, sign_in: SignIn, **fields: str) -> str:
    """The key, off the only page that shows it."""
    guest = await sign_in(Role.ADMINISTRATOR)
    status, page = await guest.post(
        "/console/keys", **{"name": "The hospital's EHR", "scope": "trials:read", "trials": TRIAL, "days": "30"} | fields
    )
    assert status == 200, page
    (secret,) = re.findall(r"tck_[A-Za-z0-9_-]{43}", page)
    return str(secret)


async def test_a_key_is_shown_once_and_kept_by_its_hash(house: House, sign_in: SignIn) -> None:
    secret = await made(house, sign_in)
    assert in_tables(house.store, [secret]) == []
    assert in_tables(house.store, [token_hash(secret)]) == [f"api_keys: {token_hash(secret)}"]
    _, page = await (await sign_in(Role.ADMINISTRATOR)).get("/console/keys")
    assert secret not in page
    assert secret[:12] in page


async def test_the_audit_has_who_made_it_and_for_what_and_not_the_key(house: House, sign_in: SignIn) -> None:
    secret = await made(house, sign_in)
    with house.store.reading() as unit:
        (entry,) = unit.audit_entries(action="api_key_made")
    assert entry.actor.startswith("account:")
    assert entry.detail == {"scopes": ["trials:read"], "all_trials": False, "trials": [TRIAL], "until": "2026-12-02"}
    assert secret not in str(entry)


async def test_the_audit_s_page_calls_a_key_by_its_name(house: House, sign_in: SignIn, program: Programs) -> None:
    await program().get("/api/v1/conversations")
    _, page = await (await sign_in(Role.AUDITOR)).get("/console/audit")
    assert "a program (tck_" in page
    assert "Listed conversations (API)" in page


async def test_a_key_that_is_revoked_is_good_no_longer(house: House, sign_in: SignIn, program: Programs) -> None:
    asking = program()
    assert (await asking.get("/api/v1/trials"))[0] == 200
    assert asking.key is not None
    guest = await sign_in(Role.ADMINISTRATOR)
    _, page = await guest.post(f"/console/keys/{asking.key.id}/revoke")
    assert "The key is good no longer." in page
    assert (await asking.get("/api/v1/trials"))[0] == 401
    with house.store.reading() as unit:
        assert len(unit.audit_entries(action="api_key_revoked")) == 1
    await guest.post(f"/console/keys/{asking.key.id}/revoke")
    with house.store.reading() as unit:
        assert len(unit.audit_entries(action="api_key_revoked")) == 1


async def test_a_key_ends_when_its_time_is_over(house: House, program: Programs) -> None:
    asking = program(days="30")
    house.clock.move(days=29)
    assert (await asking.get("/api/v1/trials"))[0] == 200
    house.clock.move(days=1)
    assert (await asking.get("/api/v1/trials"))[0] == 401


async def test_its_last_use_is_noted(house: House, program: Programs) -> None:
    asking = program()
    await asking.get("/api/v1/trials")
    first = house.clock()
    house.clock.move(seconds=30)
    await asking.get("/api/v1/trials")
    with house.store.reading() as unit:
        (key,) = unit.api_keys()
    assert key.used_at == first
    house.clock.move(seconds=31)
    await asking.get("/api/v1/trials")
    with house.store.reading() as unit:
        (key,) = unit.api_keys()
    assert key.used_at == first + timedelta(seconds=61)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name": " "}, "give it a name"),
        ({"scope": "everything"}, "what it is for"),
        ({"trials": "NCT1"}, "named by its number"),
        ({"trials": ""}, "name trials"),
        ({"days": "7"}, "how long"),
    ],
)
async def test_a_form_with_a_fault_makes_no_key(house: House, sign_in: SignIn, fields: dict[str, str], told: str) -> None:
    guest = await sign_in(Role.ADMINISTRATOR)
    form = {"name": "x", "scope": "trials:read", "trials": TRIAL, "days": "30"} | fields
    status, page = await guest.post("/console/keys", **form)
    assert (status, told in page) == (422, True)
    assert keys(house) == []


async def test_a_key_of_the_console_talks_where_it_is_made_for_chat(house: House, sign_in: SignIn, program: Programs) -> None:
    secret = await made(house, sign_in, scope="chat", trials="", all_trials="yes")
    talking: Program = program(secret=secret)
    body = {"sender": "ann", "message": "hello", "metadata": {"trial_id": TRIAL}}
    status, lines = await talking.post("/webhooks/rest/webhook", json=body)
    assert (status, bool(lines)) == (200, True)
    assert (await talking.get("/api/v1/trials"))[0] == 403
