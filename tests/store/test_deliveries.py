"""The outbox's lists are limited to the trials that somebody sees, in the query itself."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.store import Store

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def filled(store: Store) -> dict[str | None, tuple[int, int]]:
    """A target and a delivery of trial A, of trial B and of all trials: their ids."""
    found: dict[str | None, tuple[int, int]] = {}
    with store.unit() as unit:
        for trial in ("NCT00000001", "NCT00000002", None):
            target = unit.add_delivery_target(trial_id=trial, kind="mail", address="a@example.org", secret=None, at=NOON)
            found[trial] = (target.id, unit.enqueue("test", target.id, {}, at=NOON).id)
    return found


def test_somebody_sees_the_targets_and_the_log_of_their_trials_alone(store: Store) -> None:
    made = filled(store)
    mine = {"NCT00000001"}
    with store.reading() as unit:
        assert [target.trial_id for target in unit.delivery_targets(mine)] == ["NCT00000001"]
        assert [delivery.id for delivery, _ in unit.deliveries(mine)] == [made["NCT00000001"][1]]
        assert unit.delivery_target(made["NCT00000001"][0], mine) is not None
        for other in ("NCT00000002", None):
            target, delivery = made[other]
            assert unit.delivery_target(target, mine) is None
            assert unit.delivery(delivery, mine) is None


def test_who_sees_all_sees_what_is_of_all_and_who_sees_none_sees_nothing(store: Store) -> None:
    filled(store)
    with store.reading() as unit:
        assert len(unit.delivery_targets(None)) == len(unit.deliveries(None)) == 3
        assert unit.delivery_targets(frozenset()) == unit.deliveries(frozenset()) == []


def test_whoever_is_told_of_a_trial_is_told_once_and_those_of_all_trials_too(store: Store) -> None:
    made = filled(store)
    with store.unit() as unit:
        assert [target.id for target in unit.targets_to_tell("NCT00000001")] == [made["NCT00000001"][0], made[None][0]]
        unit.set_target_active(made[None][0], False)
        assert [target.id for target in unit.targets_to_tell("NCT00000001")] == [made["NCT00000001"][0]]


def test_the_log_is_paged_by_its_ids(store: Store) -> None:
    with store.unit() as unit:
        target = unit.add_delivery_target(trial_id=None, kind="mail", address="a@example.org", secret=None, at=NOON)
        ids = [unit.enqueue("test", target.id, {"n": number}, at=NOON).id for number in range(5)]
    with store.reading() as unit:
        first = [delivery.id for delivery, _ in unit.deliveries(limit=2)]
        then = [delivery.id for delivery, _ in unit.deliveries(before=first[-1], limit=9)]
    assert first + then == ids[::-1]


def test_each_delivery_has_a_key_of_its_own(store: Store) -> None:
    filled(store)
    with store.reading() as unit:
        keys = {delivery.key for delivery, _ in unit.deliveries()}
    assert {len(key) for key in keys} == {32}
    assert len(keys) == 3
