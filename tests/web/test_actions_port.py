"""The engine's way to the actions: rasa-sdk's protocol, for nobody but the engine."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.web.actions_server import executor_of, make_actions_app
from bot.web.light_sdk import import_sdk

import_sdk()

from rasa_sdk import Action, Tracker  # noqa: E402
from rasa_sdk.executor import CollectingDispatcher  # noqa: E402
from rasa_sdk.interfaces import ActionExecutionRejection  # noqa: E402

SECRET = "an engine's secret, long enough"
KEY = {"X-Trialchat-Secret": SECRET}


class _Named(Action):
    def __init__(self, name: str) -> None:
        self._name = name

    def name(self) -> str:
        return self._name

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        match self._name:
            case "action_speaks":
                dispatcher.utter_message(
                    text=f"Hello {tracker.sender_id}", buttons=[{"title": "Yes", "payload": "#yes"}], json_message={"type": "notice"}
                )
                return [{"event": "active_loop", "name": "action_screening"}]
            case "action_rejects":
                raise ActionExecutionRejection(self._name)
        raise ValueError(f"cannot read {tracker.latest_message['text']}")


def _call(name: str) -> dict[str, Any]:
    tracker = {"sender_id": "ann", "slots": {}, "latest_message": {"text": "SECRETWORD"}, "events": [], "paused": False, "active_loop": {}}
    return {"next_action": name, "sender_id": "ann", "tracker": tracker, "domain": {"actions": [name]}, "version": "3.6.21"}


@pytest.fixture
async def client() -> AsyncIterator[TestClient[web.Request, web.Application]]:
    executor = executor_of(_Named(name) for name in ["action_speaks", "action_rejects", "action_breaks"])
    async with TestClient(TestServer(make_actions_app(executor, SECRET))) as opened:
        yield opened


Client = TestClient[web.Request, web.Application]


async def test_an_action_answers_with_its_events_and_messages(client: Client) -> None:
    async with client.post("/webhook", json=_call("action_speaks"), headers=KEY) as response:
        answer = await response.json()
        assert response.status == 200
    assert answer["events"] == [{"event": "active_loop", "name": "action_screening"}]
    (message,) = answer["responses"]
    assert (message["text"], message["buttons"], message["custom"]) == (
        "Hello ann",
        [{"title": "Yes", "payload": "#yes"}],
        {"type": "notice"},
    )


async def test_a_rejection_is_told_the_way_rasa_reads_it(client: Client) -> None:
    async with client.post("/webhook", json=_call("action_rejects"), headers=KEY) as response:
        answer = await response.json()
        assert response.status == 400
    assert answer["action_name"] == "action_rejects"
    assert isinstance(answer["error"], str)


async def test_a_call_without_the_domain_is_run_as_rasa_leaves_it_out(client: Client) -> None:
    call = _call("action_speaks")
    del call["domain"]
    async with client.post("/webhook", json=call, headers=KEY) as response:
        assert response.status == 200


async def test_the_secret_may_come_in_the_address_as_rasas_token_does(client: Client) -> None:
    async with client.post("/webhook", params={"token": SECRET}, json=_call("action_speaks")) as response:
        assert response.status == 200


@pytest.mark.parametrize("headers", [{}, {"X-Trialchat-Secret": "wrong"}, {"X-Trialchat-Secret": ""}])
async def test_nobody_else_may_run_actions(client: Client, headers: dict[str, str]) -> None:
    async with client.post("/webhook", json=_call("action_speaks"), headers=headers) as response:
        assert response.status == 401


async def test_an_empty_secret_opens_nothing() -> None:
    async with (
        TestClient(TestServer(make_actions_app(executor_of([]), ""))) as client,
        client.post("/webhook", json=_call("x")) as response,
    ):
        assert response.status == 401


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"next_action": 5}', b"\xff"])
async def test_a_malformed_call_is_not_mistaken_for_a_rejection(client: Client, body: bytes) -> None:
    async with client.post("/webhook", data=body, headers=KEY) as response:
        assert response.status == 422


async def test_an_unknown_action_is_named(client: Client) -> None:
    async with client.post("/webhook", json=_call("action_nothing"), headers=KEY) as response:
        assert response.status == 404
        assert (await response.json())["action_name"] == "action_nothing"


async def test_a_broken_action_tells_neither_the_engine_nor_the_log_what_was_said(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    async with client.post("/webhook", json=_call("action_breaks"), headers=KEY) as response:
        assert response.status == 500
        assert "SECRETWORD" not in await response.text()
    assert "SECRETWORD" not in caplog.text
    assert "action_breaks failed: ValueError" in caplog.text


async def test_a_long_conversations_tracker_is_taken(client: Client) -> None:
    call = _call("action_speaks")
    call["tracker"]["events"] = [{"event": "user", "text": "x" * 1000}] * 3000
    body = io.BytesIO(json.dumps(call).encode())
    async with client.post("/webhook", data=body, headers=KEY) as response:
        assert response.status == 200


async def test_it_offers_no_list_of_its_actions(client: Client) -> None:
    async with client.get("/actions", headers=KEY) as response:
        assert response.status == 404


def test_the_sdk_is_imported_without_its_web_server_and_a_new_release_that_needs_it_is_noticed() -> None:
    code = (
        "import sys; from bot.web.actions_server import executor_of, make_actions_app; import bot.web.light_sdk as l; l.import_sdk();"
        "import rasa_sdk, rasa_sdk.events; executor_of([]);"
        "assert not [m for m in sys.modules if m.split('.')[0] == 'sanic'], 'sanic came in';"
        "import sanic; assert hasattr(sanic, 'Blueprint'), 'the stand-in stayed'"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
