"""Who may do what: each operation, by the list, with no key, a bad one, one for something else, and one for other trials."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.accounts.api_keys import Scope
from bot.web.api.operation import Operation
from bot.web.api.operations import operations
from bot.web.limits import Rate
from bot.words import Library
from tests.api.conftest import OpenHouse, Program, Programs
from tests.console.house import API_KEY, OTHER_TRIAL, TRIAL, House
from tests.shipped import shipped_library

_LIBRARY: Library = shipped_library()
OPERATIONS = operations(_LIBRARY)
GUARDED = [each for each in OPERATIONS if each.scope is not None]
OF_ONE_TRIAL = [each for each in GUARDED if "{" in each.path]


def name(operation: Operation) -> str:
    return operation.name


def address(operation: Operation, conversation: str) -> str:
    """Its address, of things that are there."""
    kind = operation.path.split("/")[2]
    parts = {
        "nct_id": TRIAL,
        "conversation_id": conversation,
        "handoff_id": f"{conversation}.{TRIAL}",
        "id": {"QuestionnaireResponse": f"{conversation}.1", "ResearchSubject": conversation}.get(kind, TRIAL),
    }
    return re.sub(r"{(\w+)}", lambda part: parts[part[1]], operation.path)


async def ask(program: Program, operation: Operation, path: str, **sent: Any) -> tuple[int, Any, Any]:
    """Ask, with a body where one is taken."""
    if operation.body is not None and "data" not in sent:
        sent.setdefault("json", {"facts": {}})
    return await program.ask(operation.method, path, **sent)


@pytest.mark.parametrize("operation", GUARDED, ids=name)
async def test_without_a_good_key_nothing_is_told(house: House, program: Programs, operation: Operation) -> None:
    path = address(operation, house.conversation("yes", "61"))
    for secret in (None, "tck_" + "A" * 43, "nonsense", API_KEY + "x"):
        status, found, headers = await ask(program(secret=secret, keyless=True), operation, path)
        assert status == 401
        assert headers["WWW-Authenticate"].startswith("Bearer")
        assert TRIAL not in str(found)


@pytest.mark.parametrize("operation", GUARDED, ids=name)
async def test_a_key_without_the_scope_is_refused(house: House, program: Programs, operation: Operation) -> None:
    others = [scope for scope in Scope if scope is not operation.scope]
    status, found, _ = await ask(program(*others), operation, address(operation, house.conversation("yes", "61")))
    assert status == 403
    assert str(operation.scope) in str(found)


@pytest.mark.parametrize("operation", OF_ONE_TRIAL, ids=name)
async def test_what_is_of_another_trial_is_not_there(house: House, program: Programs, operation: Operation) -> None:
    path = address(operation, house.conversation("yes", "61"))
    status, found, _ = await ask(program(trials=OTHER_TRIAL), operation, path)
    assert status == 404
    assert (await ask(program(trials=OTHER_TRIAL), operation, re.sub(r"[0-9a-f]{32}", "0" * 32, path)))[:2] == (404, found)


async def test_lists_have_what_is_the_key_s_alone(house: House, program: Programs) -> None:
    house.conversation("yes", "61")
    asking = program(trials=OTHER_TRIAL)
    for path in ("/api/v1/trials", "/api/v1/conversations", "/api/v1/handoffs", "/api/v1/events"):
        assert (await asking.get(path))[1]["items"] == [], path
    assert (await asking.post("/api/v1/screenings", json={"facts": {"age": 61}}))[1]["trials"] == []
    status, found = await asking.post("/api/v1/screenings", json={"nct_ids": [TRIAL]})
    assert (status, found["errors"][0]["field"]) == (404, "nct_ids[0]")


async def test_the_installation_s_key_does_everything_but_read_how_to_reach_people(house: House, program: Programs) -> None:
    asking, conversation = program(secret=API_KEY), house.conversation("yes", "61")
    for operation in GUARDED:
        status, _, _ = await ask(asking, operation, address(operation, conversation))
        assert (status == 403) == (operation.scope is Scope.CONTACTS), operation.name
    with house.store.reading() as unit:
        assert {entry.actor for entry in unit.audit_entries(action="api_read")} == {"key:installation"}


async def test_a_key_that_asks_too_fast_waits(open_house: OpenHouse) -> None:
    house = await open_house(api_rate=Rate(burst=3, per_second=0.001))
    from aiohttp import ClientSession

    async with ClientSession(base_url=house.url) as session:
        asking = Program(house, session, API_KEY, None)
        left = []
        for _ in range(3):
            status, _, headers = await asking.ask("GET", "/api/v1/trials")
            assert status == 200
            left.append(headers["RateLimit"].split(";")[1])
        assert left == ["r=2", "r=1", "r=0"]
        assert headers["RateLimit-Policy"] == '"key";q=3;w=3000'
        status, found, headers = await asking.ask("GET", "/api/v1/trials")
        assert (status, found["type"]) == (429, "/api/v1/docs#problem-too-fast")
        assert 1 <= int(headers["Retry-After"]) <= 1000
        assert "r=0" in headers["RateLimit"]


async def test_strangers_who_guess_keys_wait_and_keep_nobody_out(house: House, program: Programs) -> None:
    guessing, asking = program(keyless=True), program()
    seen = [(await guessing.get("/api/v1/trials"))[0] for _ in range(80)]
    assert set(seen) == {401, 429}
    assert (await asking.get("/api/v1/trials"))[0] == 200


async def test_no_other_site_s_page_may_read_it(house: House, program: Programs) -> None:
    preflight = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    status, _, headers = await program(keyless=True).ask("OPTIONS", "/api/v1/trials", headers=preflight)
    assert status == 405
    assert "Access-Control-Allow-Origin" not in headers
    _, _, headers = await program().ask("GET", "/api/v1/trials", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in headers


async def test_a_key_for_some_trials_talks_about_these_alone(house: House, program: Programs) -> None:
    def said(sender: str, **metadata: str) -> dict[str, Any]:
        return {"json": {"sender": sender, "message": "hello", "metadata": metadata}}

    channel = "/webhooks/rest/webhook"
    talking = program(Scope.CHAT, trials=TRIAL)
    assert (await talking.post(channel, **said("ann", trial_id=TRIAL)))[0] == 200
    status, found = await talking.post(channel, **said("bob", trial_id=OTHER_TRIAL))
    assert (status, found["error"]["code"]) == (403, "forbidden")
    assert (await talking.post(channel, **said("bob")))[0] == 403
    assert (await program(Scope.CHAT, trials=OTHER_TRIAL).post(channel, **said("ann")))[0] == 403
    # Whichever trial the chat came to be about since: it goes on with whom it began with.
    with house.store.unit() as unit:
        found_conversation = unit.conversation_by_sender("rest", "ann")
        assert found_conversation is not None
        unit.turn_conversation(found_conversation.id, None)
    assert (await talking.post(channel, **said("ann")))[0] == 200
    assert (await program(Scope.TRIALS).post(channel, **said("ann")))[0] == 403
