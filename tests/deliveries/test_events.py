"""What happened goes on to those who chose to be told: once, in the transaction in which it happened, and nothing more than ids."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterable
from datetime import timedelta

import pytest

from bot.conversations.erasing import PATIENT, erase
from bot.conversations.retention import LOG_KEPT, tidy_up
from bot.deliveries.events import as_fed, moment, note_event, tell
from bot.deliveries.outbox import Outbox
from bot.deliveries.targets import choices, fault_of_events
from bot.sealing import Sealer
from bot.store import DeliveryTarget, Event, Store, Unit
from bot.store.event_names import CHOICES, FED, FOR_PEOPLE
from bot.web.api.models.events import EventsQuery
from bot.web.console.texts import load_console_texts
from tests.console.house import Clock
from tests.deliveries.conftest import NOON, SECRET, Receiver
from tests.rights.everywhere import in_tables

TRIAL, OTHER = "NCT06141070", "NCT00000001"


def receiver_of(
    store: Store, sealer: Sealer, events: Iterable[Event], url: str = "https://hooks.example.org", trial: str | None = TRIAL
) -> DeliveryTarget:
    with store.unit() as unit:
        return unit.add_delivery_target(
            trial_id=trial, kind="webhook", address=url, secret=sealer.seal(SECRET), at=NOON, events=frozenset(events)
        )


def happened(unit: Unit, event: Event, conversation: str, thing: str = "1", trial: str | None = TRIAL) -> bool:
    return note_event(unit, event, thing=thing, conversation_id=conversation, trial_id=trial, at=NOON) is not None


def opened(store: Store, trial: str | None = TRIAL) -> str:
    with store.unit() as unit:
        return unit.open_conversation(channel="widget", at=NOON, trial_id=trial).id


def queued(store: Store) -> list[tuple[str, int]]:
    """What waits to be sent, and to whom; first to last."""
    with store.reading() as unit:
        return [(delivery.event, target.id) for delivery, target in unit.deliveries(outcome="waiting")][::-1]


@pytest.mark.parametrize("event", [event for event in FED if event is not Event.CONVERSATION_ERASED])
def test_only_who_chose_an_event_is_told_of_it(store: Store, sealer: Sealer, event: Event) -> None:
    mine = receiver_of(store, sealer, {event})
    of_all = receiver_of(store, sealer, CHOICES, trial=None)
    receiver_of(store, sealer, set(CHOICES) - {event})
    receiver_of(store, sealer, CHOICES, trial=OTHER)
    with store.unit() as unit:
        assert happened(unit, event, "c" * 32)
    assert queued(store) == [(event, mine.id), (event, of_all.id)]


def test_what_was_noted_before_is_told_to_nobody_again(store: Store, sealer: Sealer) -> None:
    receiver_of(store, sealer, CHOICES)
    for first in (True, False):
        with store.unit() as unit:
            assert happened(unit, Event.SCREENING_FINISHED, "c" * 32) is first
    assert len(queued(store)) == 1


def test_many_who_note_the_same_at_once_tell_of_it_once(store: Store, sealer: Sealer) -> None:
    receiver_of(store, sealer, CHOICES)

    def note() -> None:
        with store.unit() as unit:
            happened(unit, Event.SCREENING_FINISHED, "c" * 32)

    threads = [threading.Thread(target=note) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(queued(store)) == 1


def test_what_is_not_kept_is_told_to_nobody(store: Store, sealer: Sealer) -> None:
    receiver_of(store, sealer, CHOICES)
    with pytest.raises(KeyError), store.unit() as unit:  # noqa: PT012
        happened(unit, Event.CONVERSATION_FLAGGED, "c" * 32)
        raise KeyError
    assert queued(store) == []


def test_who_was_there_before_there_was_a_choice_is_told_of_the_same_as_before(store: Store) -> None:
    with store.unit() as unit:
        unit.add_delivery_target(trial_id=TRIAL, kind="webhook", address="https://x.example.org", secret="s", at=NOON)
        for event in CHOICES:
            if event in FED:
                happened(unit, event, "c" * 32)
            else:
                tell(unit, event, trial_id=TRIAL, conversation_id="c" * 32, site=None, site_url="https://x.example.org", at=NOON)
    assert sorted(event for event, _ in queued(store)) == sorted(FOR_PEOPLE)


def test_mail_tells_what_there_are_words_for_and_nothing_else() -> None:
    texts = load_console_texts()["deliveries"]
    assert set(texts["mail"]["events"]) == {*choices("mail"), Event.TEST}
    assert set(texts["events"]) == set(Event)
    assert fault_of_events("mail", {Event.HANDOFF_CREATED}) is None
    assert fault_of_events("mail", {Event.HANDOFF_CREATED, Event.SCREENING_FINISHED}) == "not_by_mail"
    assert fault_of_events("webhook", CHOICES) is None
    assert fault_of_events("webhook", ()) == "no_events"


def test_the_feed_of_the_api_has_the_events_of_the_list() -> None:
    assert [EventsQuery.model_validate({"event": event.value}).event for event in FED] == list(FED)
    for event in set(Event) - set(FED):
        with pytest.raises(ValueError, match="event"):
            EventsQuery.model_validate({"event": event.value})


def test_a_moment_is_written_as_the_api_writes_it() -> None:
    assert moment(NOON) == "2026-03-01T12:00:00Z"
    assert moment(NOON + timedelta(microseconds=5)) == "2026-03-01T12:00:00.000005Z"


# ---------------------------------------------------------------- erasing


async def test_an_erasure_drops_what_waits_and_is_told_with_the_id_that_no_table_keeps(
    store: Store, sealer: Sealer, outbox: Outbox, receiver: Receiver
) -> None:
    receiver_of(store, sealer, CHOICES, receiver.url)
    conversation = opened(store)
    with store.unit() as unit:
        happened(unit, Event.SCREENING_FINISHED, conversation)
    with store.unit() as unit:
        erasure = erase(unit, conversation, by=PATIENT, at=NOON)
        assert erasure is not None
        unit.complete_erasure(erasure.receipt, NOON)
    # Until it is sent, and afterwards, the audit alone says which one it was.
    assert {line.partition(":")[0] for line in in_tables(store, [conversation])} == {"audit_entries"}
    await outbox.send_due()
    assert {line.partition(":")[0] for line in in_tables(store, [conversation])} == {"audit_entries"}
    (request,) = receiver.received
    with store.reading() as unit:
        (event,) = unit.events_after(0, None, limit=9)
        ((sent, _),) = unit.deliveries()
    assert json.loads(request.body) == as_fed(event)
    assert (event.event, event.conversation_id, event.receipt) == (Event.CONVERSATION_ERASED, conversation, erasure.receipt)
    assert (sent.outcome, sent.status) == ("delivered", 204)


async def test_an_erasure_that_is_sent_again_is_the_same_to_the_byte(
    store: Store, sealer: Sealer, outbox: Outbox, receiver: Receiver, clock: Clock
) -> None:
    receiver_of(store, sealer, CHOICES, receiver.url)
    conversation = opened(store)
    with store.unit() as unit:
        erase(unit, conversation, by=PATIENT, at=NOON)
    await outbox.send_due()
    with store.unit() as unit:
        ((delivery, _),) = unit.deliveries()
        assert unit.redeliver(delivery.id, at=clock())
    await outbox.send_due()
    first, second = receiver.received
    assert first.body == second.body
    assert first.headers["X-Trialchat-Delivery"] == second.headers["X-Trialchat-Delivery"]
    assert conversation in first.body.decode()


async def test_what_was_sent_of_an_erased_conversation_is_not_sent_again(
    store: Store, sealer: Sealer, outbox: Outbox, receiver: Receiver, clock: Clock
) -> None:
    receiver_of(store, sealer, {Event.SCREENING_FINISHED}, receiver.url)
    conversation = opened(store)
    with store.unit() as unit:
        happened(unit, Event.SCREENING_FINISHED, conversation)
    await outbox.send_due()
    with store.unit() as unit:
        ((delivery, _),) = unit.deliveries()
        erase(unit, conversation, by=PATIENT, at=NOON)
        assert not unit.redeliver(delivery.id, at=clock())
    await asyncio.gather(outbox.send_due(), outbox.send_due())
    assert len(receiver.received) == 1


@pytest.mark.parametrize("about", [TRIAL, None])
def test_readers_of_every_trial_that_was_told_something_learn_of_the_erasure(store: Store, sealer: Sealer, about: str | None) -> None:
    """A request to another trial's team stays theirs, whatever the conversation came to be about."""
    mine, theirs = receiver_of(store, sealer, CHOICES), receiver_of(store, sealer, CHOICES, trial=OTHER)
    conversation = opened(store, about)
    with store.unit() as unit:
        happened(unit, Event.HANDOFF_CREATED, conversation, trial=OTHER)
        erase(unit, conversation, by=PATIENT, at=NOON)
    told = [target for event, target in queued(store) if event == Event.CONVERSATION_ERASED]
    assert told == [theirs.id, *([mine.id] if about else [])]
    with store.reading() as unit:
        for trial in (OTHER, TRIAL) if about else (OTHER,):
            (event,) = unit.events_after(0, frozenset({trial}), limit=9)
            assert (event.conversation_id, event.trial_id) == (conversation, trial)


def test_an_erasure_that_is_not_kept_is_told_to_nobody(store: Store, sealer: Sealer) -> None:
    receiver_of(store, sealer, CHOICES)
    conversation = opened(store)
    with pytest.raises(KeyError), store.unit() as unit:  # noqa: PT012
        erase(unit, conversation, by=PATIENT, at=NOON)
        raise KeyError
    assert queued(store) == []


# ---------------------------------------------------------------- what became of it


@pytest.mark.parametrize("status", [200, 202, 204, 404, 410, 500])
async def test_the_log_has_what_was_answered_last(store: Store, sealer: Sealer, outbox: Outbox, receiver: Receiver, status: int) -> None:
    receiver.status = status
    receiver_of(store, sealer, CHOICES, receiver.url)
    with store.unit() as unit:
        happened(unit, Event.SCREENING_FINISHED, "c" * 32)
    await outbox.send_due()
    with store.reading() as unit:
        ((found, _),) = unit.deliveries()
    assert found.status == status
    assert found.outcome == ("delivered" if status < 300 else "given_up" if status == 410 else "waiting")


async def test_the_log_keeps_what_ended_for_a_month_and_what_waits_for_as_long_as_it_waits(
    store: Store, sealer: Sealer, outbox: Outbox, receiver: Receiver, clock: Clock
) -> None:
    receiver_of(store, sealer, CHOICES, receiver.url)
    with store.unit() as unit:
        happened(unit, Event.SCREENING_FINISHED, "c" * 32)
    await outbox.send_due()
    clock.now += LOG_KEPT
    with store.unit() as unit:
        happened(unit, Event.CONVERSATION_FLAGGED, "c" * 32)
    tidy_up(store, clock)
    with store.reading() as unit:
        assert len(unit.deliveries()) == 2
    clock.now += timedelta(minutes=10)
    tidy_up(store, clock)
    assert queued(store) == [(Event.CONVERSATION_FLAGGED, 1)]
    with store.reading() as unit:
        assert len(unit.deliveries()) == 1


async def test_what_was_sent_again_lately_stays(store: Store, sealer: Sealer, outbox: Outbox, receiver: Receiver, clock: Clock) -> None:
    receiver_of(store, sealer, CHOICES, receiver.url)
    with store.unit() as unit:
        happened(unit, Event.SCREENING_FINISHED, "c" * 32)
    await outbox.send_due()
    clock.now += timedelta(days=29)
    with store.unit() as unit:
        unit.redeliver(unit.deliveries()[0][0].id, at=clock())
    await outbox.send_due()
    clock.now += timedelta(days=29)
    tidy_up(store, clock)
    with store.reading() as unit:
        assert len(unit.deliveries()) == 1
