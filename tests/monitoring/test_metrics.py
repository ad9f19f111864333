"""What `GET /metrics` tells after a real series of requests, to whom, and what it costs."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest

from bot.monitoring.metrics import Metrics
from bot.monitoring.watch import Watch
from bot.settings import PROJECT
from bot.signs import Happening, happened
from bot.store import StoreUnavailableError
from bot.store.migrations import NEWEST
from bot.web.limits import LimitRates, Rate
from tests.monitoring.scraping import KEY, scrape
from tests.shipped import shipped_library
from tests.web.conftest import Door
from tests.web.test_taken_over import Team

DOCUMENTED = {
    name: (kind, {label.strip() for label in labels.split(",")} - {""})
    for name, kind, labels in re.findall(
        r"^\| `(trialchat_\w+)` \| (\w+) \|([^|]*)\|", (PROJECT / "docs" / "monitoring.md").read_text("utf-8"), re.MULTILINE
    )
}
PLANTED = "lymphoma"


async def test_the_figures_say_what_was_done(door: Door) -> None:
    session = await door.open()
    await door.send(session, "m1", "hello")
    await door.send(session, "m1", "hello")
    door.engine.trouble = ["refuse"]
    await door.send(session, "m2", "hello")
    door.engine.trouble = ["drop"]
    await door.send(session, "m3", "hello")
    await door.rest("ann", "hello")
    async with door.client.get("/nowhere") as response:
        assert response.status == 404
    async with door.client.post("/webhooks/rest/webhook", json={}) as response:
        assert response.status == 401
    seen = await scrape(door)
    turns = {(labels["channel"], labels["outcome"]): value for labels, value in seen.samples["trialchat_turn_seconds_count"]}
    assert turns == {
        ("widget", "answered"): 2,  # the greeting, and the message
        ("widget", "repeated"): 1,
        ("widget", "refused"): 1,
        ("widget", "engine_away"): 1,
        ("rest", "answered"): 1,
    }
    calls = {labels["outcome"]: value for labels, value in seen.samples["trialchat_engine_seconds_count"]}
    assert calls == {"answered": 3, "refused": 1, "away": 1}
    requests = "trialchat_requests_total"
    assert seen.value(requests, route="/chat/session", method="POST", status="201") == 1
    assert seen.value(requests, route="/chat/messages", method="POST", status="200") == 2
    assert seen.value(requests, route="/chat/messages", method="POST", status="503") == 2
    assert seen.value(requests, route="/webhooks/rest/webhook", status="401") == 1
    assert seen.value(requests, route="none", method="GET", status="404") == 1
    assert seen.value("trialchat_request_seconds_count", route="/chat/messages", method="POST") == 4
    assert 0 < seen.value("trialchat_request_seconds_sum", route="/chat/messages") < 60
    assert seen.value("trialchat_build_info", version="1.2.3", store_revision=NEWEST) == 1
    assert time.time() - seen.value("trialchat_work_last_success_timestamp_seconds", work="transcripts") < 60


async def test_a_turn_that_the_bot_is_silent_in_says_so(door: Door) -> None:
    session = await door.open()
    team = Team(door, shipped_library())
    await team.take(team.conversation())
    await door.send(session, "m1", "hello")
    assert (await scrape(door)).value("trialchat_turn_seconds_count", channel="widget", outcome="silent") == 1


async def test_an_open_stream_is_counted_and_how_long_it_was_open_is_not(door: Door) -> None:
    session = await door.open()
    async with door.client.get("/chat/events", headers=session) as stream:
        await stream.content.readline()
        assert (await scrape(door)).value("trialchat_open_streams", of="widget") == 1
    for _ in range(50):
        if not (seen := await scrape(door)).value("trialchat_open_streams", of="widget"):
            break
    assert seen.value("trialchat_open_streams", of="widget") == 0
    assert "/chat/events" not in {labels["route"] for labels, _ in seen.samples["trialchat_request_seconds_count"]}


class TestTooFast:
    @pytest.fixture
    def rates(self) -> LimitRates:
        return LimitRates(conversation=Rate(burst=1, per_second=0.001))

    async def test_what_came_too_fast_is_counted_by_the_limit(self, door: Door) -> None:
        before = (await scrape(door)).value("trialchat_too_fast_total", limit="conversation")
        session = await door.open()
        for name in ("m1", "m2", "m3"):
            await door.send(session, name, "hello")
        after = await scrape(door)
        assert after.value("trialchat_too_fast_total", limit="conversation") - before == 2


async def test_what_waits_is_told_with_its_age_and_the_store_is_asked_once_in_a_while(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    with door.store.unit() as unit:
        long_ago = door.services.clock() - timedelta(minutes=10)
        target = unit.add_delivery_target(trial_id=None, kind="mail", address="a@example.org", secret=None, at=long_ago)
        for _ in range(2):
            unit.enqueue("test", target.id, {}, at=long_ago)
        unit.receive_message("telegram", "m1", sender="s", sealed="x", order=1, at=long_ago)
        unit.send_later("telegram", "s", ["x", "y", "z"], conversation_id=None, at=long_ago)
    seen = await scrape(door)
    waiting = {labels["queue"]: value for labels, value in seen.samples["trialchat_queue_waiting"]}
    assert waiting == {"outbox": 2, "channel_messages": 1, "channel_answers": 3, "erasures": 0}
    ages = {labels["queue"]: round(value, -1) for labels, value in seen.samples["trialchat_queue_oldest_seconds"]}
    assert ages == {"outbox": 600, "channel_messages": 600, "channel_answers": 600, "erasures": 0}
    assert (seen.value("trialchat_store_up"), seen.value("trialchat_accounts_locked")) == (1, 0)
    monkeypatch.setattr("bot.web.monitoring._queues", lambda *_: pytest.fail("the store was asked again"))
    assert (await scrape(door)).value("trialchat_queue_waiting", queue="outbox") == 2


async def test_a_store_that_is_away_is_told_and_no_old_figures(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise StoreUnavailableError("gone")

    monkeypatch.setattr("bot.web.monitoring._queues", away)
    seen = await scrape(door)
    assert seen.value("trialchat_store_up") == 0
    assert "trialchat_queue_waiting" not in seen.samples


async def test_what_parts_count_is_there_from_the_beginning_and_goes_up(door: Door) -> None:
    before = await scrape(door)
    assert {labels["step"] for labels, _ in before.samples["trialchat_sign_in_failures_total"]} == {"password", "code", "provider"}
    for what in Happening:
        happened(what)
    after = await scrape(door)
    counted = {"sign_in_failures", "too_fast", "given_up", "store_errors", "account_lockouts"}
    for name in counted:
        for labels, value in after.samples[f"trialchat_{name}_total"]:
            assert value - before.value(f"trialchat_{name}_total", **labels) == 1
    told = sum(len(found) for name, found in after.samples.items() if name.removesuffix("_total").removeprefix("trialchat_") in counted)
    assert told == len(Happening)


async def test_no_label_holds_anything_that_a_client_sent(door: Door) -> None:
    headers = {"User-Agent": PLANTED, "traceparent": PLANTED, "X-Forwarded-For": PLANTED, "Origin": f"https://{PLANTED}.example"}
    session = await door.open(trial_id="NCT06141070", locale="xx-YY")
    await door.send(session, PLANTED, PLANTED)
    await door.rest(PLANTED, PLANTED, message_id=PLANTED, metadata={"trial_id": "NCT06141070"})
    for path in (f"/{PLANTED}", f"/trials/{PLANTED}", f"/summary/{PLANTED}", f"/static/{PLANTED}?{PLANTED}={PLANTED}", f"/chat/{PLANTED}"):
        async with door.client.get(path, headers=headers):
            pass
    async with door.client.request(PLANTED.upper(), f"/trials/{PLANTED}", headers=headers):
        pass
    seen = await scrape(door)
    text = seen.text.lower()
    conversation = door.engine.turns[0]["conversation"]
    for one in (PLANTED, "nct06141070", conversation, session["Authorization"].split()[1].lower(), "xx-yy"):
        assert one not in text
    # Whatever else there is: labels are the templates of our own routes, and words of lists.
    routes = {resource.canonical for resource in door.client.app.router.resources()} | {"none"}
    assert {labels["route"] for labels, _ in seen.samples["trialchat_requests_total"]} <= routes
    assert {labels["method"] for labels, _ in seen.samples["trialchat_requests_total"]} <= {"GET", "POST", "other"}


async def test_prometheus_gets_the_format_that_it_asks_for(door: Door) -> None:
    accept = "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
    async with door.client.get("/metrics", headers={**KEY, "Accept": accept}) as response:
        assert response.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
        assert (await response.text()).endswith("# EOF\n")


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic abc"}, {"Authorization": "Bearer "}])
async def test_nobody_without_the_key_reads_them(door: Door, headers: dict[str, str]) -> None:
    async with door.client.get("/metrics", headers=headers) as response:
        assert response.status == 401
        assert "TRIALCHAT_METRICS_KEY" in (await response.json())["error"]["message"]


class TestWithoutAKey:
    @pytest.fixture
    def watch(self) -> Watch:
        return Watch()

    async def test_there_is_no_such_address(self, door: Door) -> None:
        async with door.client.get("/metrics", headers=KEY) as response:
            assert (response.status, (await response.json())["error"]["code"]) == (404, "not_found")


def test_the_page_lists_every_metric_and_no_other(metrics: Metrics) -> None:
    kinds = {
        f"{family.name}_total" if family.type == "counter" else family.name: family.type
        for family in metrics.registry.collect()
        # The library's own, of any process.
        if not family.name.startswith("process_")
    }
    assert {name: kind for name, (kind, _) in DOCUMENTED.items()} == kinds


async def test_the_page_lists_the_labels_that_they_have(door: Door) -> None:
    session = await door.open()
    await door.send(session, "m1", "hello")
    for name, labels in (await scrape(door)).label_names.items():
        known = next((one for one in (name, re.sub(r"_(bucket|sum|count|created)$", "", name)) if one in DOCUMENTED), None)
        if known is not None:
            assert labels - {"le"} == DOCUMENTED[known][1], name


def test_watching_costs_a_turn_next_to_nothing(metrics: Metrics) -> None:
    watch, rounds = Watch(metrics), 500
    began = time.perf_counter()
    for _ in range(rounds):
        with watch.request("POST", "/chat/messages"), watch.turn("widget") as turn:
            for _ in range(3):
                with watch.action("action_screening") as action:
                    action.outcome = "done"
            with watch.engine_call() as call:
                call.outcome = "answered"
            turn.outcome = "answered"
    each = (time.perf_counter() - began) / rounds
    # Some 0.05 ms; this machine may be busy.
    assert each < 0.001, f"{each * 1000:.3f} ms"
