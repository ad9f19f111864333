"""How much waits, and since when, on either database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.store import Store
from bot.store.queues import Waiting

NOON = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
EARLIER = NOON - timedelta(hours=1)


def test_where_nothing_waits_every_queue_is_named_and_empty(store: Store) -> None:
    with store.reading() as unit:
        found = unit.queues(NOON)
    assert found.waiting == dict.fromkeys(("outbox", "channel_messages", "channel_answers", "erasures"), Waiting(0, None))
    assert (found.unsettled_failures, found.locked_accounts) == (0, 0)


def test_what_waits_is_counted_from_when_it_came_and_what_is_done_is_not(store: Store) -> None:
    with store.unit() as unit:
        target = unit.add_delivery_target(trial_id=None, kind="mail", address="a@example.org", secret=None, at=EARLIER)
        for at in (EARLIER, NOON):
            unit.enqueue("test", target.id, {}, at=at)
        unit.end_delivery(unit.enqueue("test", target.id, {}, at=EARLIER - timedelta(days=1)), "delivered", at=NOON)
        for number, at in (("1", EARLIER - timedelta(days=1)), ("2", NOON)):
            unit.receive_message("telegram", number, sender=number, sealed="sealed", order=1, at=at)
        heard = next(one for one in unit.claim_messages(NOON, NOON, 10) if one.message_id == "1")
        unit.note_heard(heard)
        conversation = unit.open_conversation(channel="telegram", sender="ann", at=EARLIER)
        unit.send_later("telegram", "ann", ["one", "two"], conversation_id=conversation.id, at=EARLIER)
        unit.give_up_reply(unit.claim_replies(NOON, NOON, 10)[0], "away", NOON)
        erased = [unit.open_conversation(channel="widget", at=EARLIER, token_hash=name).id for name in ("a", "b")]
        receipts = [unit.erase_conversation(name, by="patient", at=NOON) for name in erased]
        assert receipts[0] is not None
        unit.complete_erasure(receipts[0].receipt, NOON)
    with store.reading() as unit:
        found = unit.queues(NOON)
    assert found.waiting == {
        "outbox": Waiting(2, EARLIER),
        "channel_messages": Waiting(1, NOON),
        "channel_answers": Waiting(1, EARLIER),
        "erasures": Waiting(1, NOON),
    }
    assert found.unsettled_failures == 1


def test_an_account_is_locked_until_its_pause_is_over(store: Store) -> None:
    with store.unit() as unit:
        account = unit.add_account(login="ann", name="Ann", role="coordinator", at=EARLIER, all_trials=True)
        unit.set_failures(account.id, 5, NOON)
    with store.reading() as unit:
        assert unit.queues(NOON - timedelta(seconds=1)).locked_accounts == 1
        assert unit.queues(NOON).locked_accounts == 0
