"""What is in the outbox is sent, whatever happens to who sends it."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest

from bot.deliveries.backoff import MOST_TRIES
from bot.deliveries.outbox import AT_ONCE, CLAIMED_FOR, Outbox
from bot.sealing import Sealer, new_key
from bot.settings import PROJECT
from bot.store import Delivery, DeliveryTarget, Store, StoreUnavailableError
from tests.console.house import Clock
from tests.deliveries.conftest import NOON, Receiver, hook, make_outbox, put


def stored(store: Store, number: int) -> Delivery:
    with store.reading() as unit:
        found = unit.delivery(number)
    assert found is not None
    return found[0]


async def test_what_is_due_is_sent_once(store: Store, sealer: Sealer, outbox: Outbox, receiver: Receiver) -> None:
    number = put(store, hook(store, sealer, receiver.url))
    assert [await outbox.send_due(), await outbox.send_due()] == [1, 0]
    assert len(receiver.received) == 1
    assert (stored(store, number).outcome, stored(store, number).attempts, stored(store, number).problem) == ("delivered", 1, None)


async def test_nothing_is_kept_of_a_transaction_that_failed(store: Store, sealer: Sealer, outbox: Outbox, receiver: Receiver) -> None:
    target = hook(store, sealer, receiver.url)
    with pytest.raises(RuntimeError), store.unit() as unit:  # noqa: PT012
        unit.enqueue("handoff.created", target.id, {}, at=NOON)
        raise RuntimeError
    assert await outbox.send_due() == 0


async def test_what_fails_is_tried_again_later_and_then_given_up(
    store: Store, sealer: Sealer, outbox: Outbox, receiver: Receiver, clock: Clock
) -> None:
    receiver.status = 500
    number = put(store, hook(store, sealer, receiver.url))
    moments = []
    while stored(store, number).outcome == "waiting":
        clock.now = stored(store, number).next_at
        moments.append(clock.now)
        assert await outbox.send_due() == 1
        assert await outbox.send_due() == 0
    assert len(receiver.received) == len(moments) == MOST_TRIES
    pauses = [after - before for before, after in itertools.pairwise(moments)]
    assert pauses[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert stored(store, number).outcome == "given_up"
    assert stored(store, number).problem == "the receiver answered 500"
    assert {request.headers["X-Trialchat-Delivery"] for request in receiver.received} == {stored(store, number).key}


async def test_a_receiver_that_comes_back_gets_it(store: Store, sealer: Sealer, outbox: Outbox, receiver: Receiver, clock: Clock) -> None:
    receiver.status = 503
    number = put(store, hook(store, sealer, receiver.url))
    await outbox.send_due()
    receiver.status = 200
    clock.move(minutes=1)
    await outbox.send_due()
    assert (stored(store, number).outcome, stored(store, number).attempts) == ("delivered", 2)


async def test_two_workers_at_once_send_each_delivery_once(store: Store, sealer: Sealer, receiver: Receiver, clock: Clock) -> None:
    target = hook(store, sealer, receiver.url)
    numbers = [put(store, target) for _ in range(2 * AT_ONCE)]
    workers = [make_outbox(store, sealer, clock) for _ in range(3)]
    while sum(await asyncio.gather(*(worker.send_due() for worker in workers))):
        pass
    assert sorted(request.headers["X-Trialchat-Delivery"] for request in receiver.received) == sorted(
        stored(store, number).key for number in numbers
    )


# SQLite has one writer at a time.
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_rows_that_another_transaction_claims_are_passed_over(store: Store, sealer: Sealer) -> None:
    target = hook(store, sealer, "http://127.0.0.1/")
    first, second = put(store, target), put(store, target)
    until = NOON + CLAIMED_FOR
    with store.unit() as one, store.unit() as other:
        assert [delivery.id for delivery, _ in one.claim_deliveries(NOON, until, 1)] == [first]
        assert [delivery.id for delivery, _ in other.claim_deliveries(NOON, until, 1)] == [second]


async def test_who_is_killed_between_sending_and_noting_only_delays_it(
    store: Store, database_url: str, receiver: Receiver, clock: Clock
) -> None:
    key = new_key()
    sealer = Sealer([key])
    number = put(store, hook(store, sealer, receiver.url))
    dying = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "tests.deliveries.dying", database_url, key, NOON.isoformat()],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        check=False,
        timeout=60,
    )
    assert dying.returncode == -signal.SIGKILL
    assert len(receiver.received) == 1
    other = make_outbox(store, sealer, clock)
    # For a while it is still the dead one's.
    assert await other.send_due() == 0
    clock.now = NOON + CLAIMED_FOR
    assert await other.send_due() == 1
    assert (stored(store, number).outcome, stored(store, number).attempts) == ("delivered", 2)
    first, second = receiver.received
    assert first.headers["X-Trialchat-Delivery"] == second.headers["X-Trialchat-Delivery"]
    assert json.loads(first.body) == json.loads(second.body)


async def test_who_kills_the_program_each_time_does_not_do_so_for_ever(
    store: Store, sealer: Sealer, outbox: Outbox, receiver: Receiver, clock: Clock
) -> None:
    number = put(store, hook(store, sealer, receiver.url))
    for _ in range(MOST_TRIES):
        with store.unit() as unit:
            assert unit.claim_deliveries(clock(), clock() + CLAIMED_FOR, 1)
        clock.now += CLAIMED_FOR
    await outbox.send_due()
    assert receiver.received == []
    assert stored(store, number).outcome == "given_up"


def test_who_comes_late_changes_nothing_of_what_another_has_done(store: Store, sealer: Sealer) -> None:
    number = put(store, hook(store, sealer, "http://127.0.0.1/"))
    later = NOON + CLAIMED_FOR
    with store.unit() as unit:
        ((slow, _),) = unit.claim_deliveries(NOON, later, 1)
    with store.unit() as unit:
        ((quick, _),) = unit.claim_deliveries(later, later + CLAIMED_FOR, 1)
        assert not unit.delay_delivery(slow, next_at=NOON, problem="too late")
        assert not unit.end_delivery(slow, "given_up", at=later)
        assert unit.end_delivery(quick, "delivered", at=later)
        assert not unit.delay_delivery(quick, next_at=NOON, problem="too late")
    assert (stored(store, number).outcome, stored(store, number).problem) == ("delivered", None)


async def test_a_receiver_that_is_gone_for_good_is_switched_off(store: Store, sealer: Sealer, outbox: Outbox, receiver: Receiver) -> None:
    receiver.status = 410
    target = hook(store, sealer, receiver.url)
    first, second = put(store, target), 0
    await outbox.send_due()
    with store.reading() as unit:
        found = unit.delivery_target(target.id)
        assert found is not None
        assert not found.active
        assert [entry.action for entry in unit.audit_entries()] == ["delivery_target_switched_off"]
    second = put(store, target)
    await outbox.send_due()
    assert len(receiver.received) == 1
    assert [stored(store, number).outcome for number in (first, second)] == ["given_up", "given_up"]


async def test_a_secret_that_no_key_opens_is_told(store: Store, sealer: Sealer, clock: Clock, receiver: Receiver) -> None:
    number = put(store, hook(store, sealer, receiver.url))
    await make_outbox(store, Sealer([new_key()]), clock).send_due()
    assert stored(store, number).problem == "the receiver's secret fits none of the sealing keys"


async def test_mail_without_a_server_waits_and_says_why(store: Store, outbox: Outbox) -> None:
    with store.unit() as unit:
        target = unit.add_delivery_target(trial_id=None, kind="mail", address="team@example.org", secret=None, at=NOON)
    number = put(store, target)
    await outbox.send_due()
    assert (stored(store, number).outcome, stored(store, number).problem) == ("waiting", "there is no mail server; set TRIALCHAT_SMTP_URL")


async def test_sent_again_it_has_its_key_and_all_its_tries(
    store: Store, sealer: Sealer, outbox: Outbox, receiver: Receiver, clock: Clock
) -> None:
    number = put(store, hook(store, sealer, receiver.url))
    await outbox.send_due()
    with store.unit() as unit:
        unit.redeliver(number, at=clock())
    await outbox.send_due()
    assert len({request.headers["X-Trialchat-Delivery"] for request in receiver.received}) == 1
    assert (len(receiver.received), stored(store, number).attempts, stored(store, number).outcome) == (2, 1, "delivered")


async def test_the_worker_goes_on_until_it_is_stopped(store: Store, sealer: Sealer, outbox: Outbox, receiver: Receiver) -> None:
    put(store, hook(store, sealer, receiver.url))
    task = asyncio.create_task(outbox.run())
    async with asyncio.timeout(10):
        while not receiver.received:
            await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_worker_goes_on_whatever_goes_wrong(
    store: Store, sealer: Sealer, outbox: Outbox, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.deliveries.outbox._EVERY_SECONDS", 0.01)
    claim, problems = outbox._claim, iter([RuntimeError("ada@example.org"), StoreUnavailableError("away"), KeyError("ada@example.org")])

    def sometimes() -> list[tuple[Delivery, DeliveryTarget]]:
        for problem in problems:
            raise problem
        return claim()

    monkeypatch.setattr(outbox, "_claim", sometimes)
    number = put(store, hook(store, sealer, receiver.url))
    worker = asyncio.create_task(outbox.run())
    async with asyncio.timeout(10):
        while stored(store, number).outcome != "delivered":
            await asyncio.sleep(0.01)
    worker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await worker
    assert "notifications wait: RuntimeError in sometimes" in caplog.text
    assert "ada@" not in caplog.text


async def test_one_whose_outcome_cannot_be_noted_keeps_no_other_from_being_sent(
    store: Store, sealer: Sealer, outbox: Outbox, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    target, settle = hook(store, sealer, receiver.url), outbox._settle
    bad, good = put(store, target), put(store, target)

    def sometimes(delivery: Delivery, *rest: Any) -> None:
        if delivery.id == bad:
            raise RuntimeError("ada@example.org")
        settle(delivery, *rest)

    monkeypatch.setattr(outbox, "_settle", sometimes)
    assert await outbox.send_due() == 2
    assert [stored(store, number).outcome for number in (bad, good)] == ["waiting", "delivered"]
    assert f"what became of delivery {bad} cannot be noted" in caplog.text
    assert "ada@" not in caplog.text
