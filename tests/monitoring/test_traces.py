"""The spans of one turn, in the app and in the actions, are one trace, and nothing that anybody said is in it."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot import traceparent
from bot.monitoring.open_telemetry import Exported
from bot.monitoring.watch import Watch
from bot.web.actions_server import SECRET_HEADER, executor_of, make_actions_app
from bot.web.light_sdk import import_sdk
from tests.fakes.collector import Collector, attributes, collecting
from tests.product import running_product
from tests.web.conftest import METRICS_KEY, Door
from tests.web.fake_engine import SECRET

import_sdk()

from rasa_sdk import Action  # noqa: E402

PLANTED = "lymphoma"


class Speaks(Action):
    def name(self) -> str:
        return "action_speaks"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        return []


class Breaks(Action):
    def name(self) -> str:
        return "action_breaks"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        raise ValueError(f"cannot read {PLANTED}")


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as found:
        yield found


@pytest.fixture
def watch(collector: Collector) -> Iterator[Watch]:
    exported = Exported(collector.url, "1.2.3")
    yield Watch(tracing=exported)
    exported.close()


@pytest.fixture
async def actions(watch: Watch) -> AsyncIterator[TestClient[Any, Any]]:
    async with TestClient(TestServer(make_actions_app(executor_of([Speaks(), Breaks()]), SECRET, watch))) as client:
        yield client


async def run(actions: TestClient[Any, Any], name: str, trace: str) -> None:
    """What the engine does within a turn."""
    tracker = {"sender_id": PLANTED, "slots": {}, "latest_message": {"text": PLANTED}, "events": [], "paused": False, "active_loop": {}}
    headers = {SECRET_HEADER: SECRET, traceparent.HEADER: trace}
    async with actions.post("/webhook", json={"next_action": name, "sender_id": PLANTED, "tracker": tracker}, headers=headers):
        pass


async def test_the_spans_of_a_turn_are_one_trace_and_hold_no_word_of_it(
    door: Door, collector: Collector, watch: Watch, actions: TestClient[Any, Any]
) -> None:
    session = await door.open()
    headers = {**session, traceparent.HEADER: "00-11111111111111111111111111111111-2222222222222222-01", "User-Agent": PLANTED}
    body = {"id": f"m-{PLANTED}", "text": f"I have {PLANTED}"}
    async with door.client.post(f"/chat/messages?{PLANTED}", json=body, headers=headers) as response:
        assert response.status == 200
    async with door.client.get(f"/summary/{PLANTED}"):
        pass
    await run(actions, "action_speaks", door.engine.traces[-1])
    await run(actions, "action_breaks", door.engine.traces[-1])
    await run(actions, f"action_{PLANTED}", door.engine.traces[-1])
    await asyncio.to_thread(watch.tracing.close)

    (request,) = collector.named("POST /chat/messages")
    turn, call = collector.named("turn")[-1], collector.named("engine")[-1]
    inside = [collector.named(name)[0] for name in ("action_speaks", "action_breaks", "unknown")]
    assert {span.trace_id for span in (turn, call, *inside)} == {request.trace_id}
    # One within the other, and not within what the client named.
    assert request.parent_span_id == b""
    assert request.trace_id != bytes.fromhex("1" * 32)
    assert [turn.parent_span_id, call.parent_span_id] == [request.span_id, turn.span_id]
    assert {span.parent_span_id for span in inside} == {call.span_id}
    # The one before it is another trace.
    assert collector.named("POST /chat/session")[0].trace_id != request.trace_id

    told = {"http.request.method": "POST", "http.route": "/chat/messages", "trialchat.outcome": "200"}
    assert attributes(request) == told
    assert attributes(turn) == {"trialchat.channel": "widget", "trialchat.outcome": "answered"}
    assert [attributes(span)["trialchat.outcome"] for span in inside] == ["done", "failed", "unknown"]
    sent = b"".join(collector.bodies)
    for one in (PLANTED, door.engine.turns[0]["conversation"], session["Authorization"].split()[1], SECRET):
        assert one.encode() not in sent
    assert collector.named("GET /summary/{key}")


async def test_a_collector_that_is_away_keeps_nobody_waiting(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    away = Exported("http://127.0.0.1:9/v1/traces", "1.2.3")
    began = time.monotonic()
    for _ in range(100):
        with Watch(tracing=away).turn("widget") as seen:
            seen.outcome = "answered"
    assert time.monotonic() - began < 8  # a hundred of its timeouts are far more
    await asyncio.to_thread(away.close)
    assert time.monotonic() - began < 30


async def test_without_a_collector_a_turn_has_an_id_all_the_same() -> None:
    watch = Watch()
    with watch.request("POST", "/chat/messages"):
        first = traceparent.trace_id()
        with watch.turn("widget"), watch.engine_call():
            assert traceparent.trace_id() == first
    assert len(first) == 32
    assert traceparent.current() == ""
    with watch.turn("rest"):
        assert traceparent.trace_id() not in {"", first}


@pytest.mark.dialogue
def test_in_the_real_thing_the_engine_hands_the_trace_on(engine_python: Path, tmp_path: Path, collector: Collector) -> None:
    more = {"TRIALCHAT_OTLP_URL": collector.url, "TRIALCHAT_LOG_FORMAT": "json", "TRIALCHAT_METRICS_KEY": METRICS_KEY}
    with running_product(tmp_path, **more) as product:
        product.send(PLANTED, f"I have {PLANTED}")
        product.send(PLANTED, "help")
        collector.wait_for("turn")
        key = {"Authorization": f"Bearer {METRICS_KEY}"}
        asked = urllib.request.Request(f"{product.base_url}/metrics", headers=key)  # noqa: S310 - our own
        with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310
            metrics = answer.read().decode()
        with urllib.request.urlopen(f"{product.base_url}/health/ready", timeout=10) as answer:  # noqa: S310
            assert json.load(answer) == {"status": "ready", "parts": {"store": "up", "engine": "up"}}
    turn = collector.named("turn")[0]
    called = [span for span in collector.spans if span.name.startswith("action_") and span.trace_id == turn.trace_id]
    (call,) = [span for span in collector.named("engine") if span.trace_id == turn.trace_id]
    assert called
    for span in called:
        assert f'trialchat_action_seconds_count{{action="{span.name}",outcome="done"}}' in metrics
    assert 'trialchat_turn_seconds_count{channel="rest",outcome="answered"} 2.0' in metrics
    assert PLANTED not in metrics
    assert {span.parent_span_id for span in called} == {call.span_id}
    assert {span.trace_id for span in collector.spans if span.name.startswith("action_")} <= {
        span.trace_id for span in collector.named("turn")
    }
    assert PLANTED.encode() not in b"".join(collector.bodies)
    for log in ("app.log", "engine.log"):
        lines = (tmp_path / "logs" / log).read_text("utf-8").splitlines()
        assert all(line.startswith("{") for line in lines), lines
        assert not any(PLANTED in line for line in lines)
