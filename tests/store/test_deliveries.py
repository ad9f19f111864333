"""The outbox's lists are limited to the trials that somebody sees, in the query itself."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.store import Event, Store
from bot.store.event_names import FOR_PEOPLE

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
        assert [target.id for target in unit.targets_to_tell("NCT00000001", Event.HANDOFF_CREATED)] == [
            made["NCT00000001"][0],
            made[None][0],
        ]
        unit.set_target_active(made[None][0], False)
        assert [target.id for target in unit.targets_to_tell("NCT00000001", Event.HANDOFF_CREATED)] == [made["NCT00000001"][0]]


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


def test_the_log_is_narrowed_to_a_target_an_event_and_an_outcome_and_any_mixture(store: Store) -> None:
    with store.unit() as unit:
        targets = [
            unit.add_delivery_target(trial_id=trial, kind="mail", address="a@example.org", secret=None, at=NOON).id
            for trial in ("NCT00000001", "NCT00000002")
        ]
        for number in range(12):
            event = (Event.HANDOFF_CREATED, Event.HANDOFF_CHANGED)[number % 2]
            delivery = unit.enqueue(event.value, targets[number % 3 == 0], {"n": number}, at=NOON)
            if number % 4 == 3:
                unit.end_delivery(delivery, "given_up", at=NOON)
    with store.reading() as unit:
        every = unit.deliveries()
        for target in (None, *targets):
            for event in (None, Event.HANDOFF_CREATED, Event.HANDOFF_CHANGED, Event.TEST):
                for outcome in (None, "waiting", "given_up", "delivered"):
                    found = unit.deliveries(target=target, event=event, outcome=outcome)  # type: ignore[arg-type]
                    assert found == [
                        (delivery, to)
                        for delivery, to in every
                        if target in (None, to.id) and event in (None, delivery.event) and outcome in (None, delivery.outcome)
                    ]
        # Nobody narrows their way to what is not theirs.
        assert unit.deliveries({"NCT00000001"}, target=targets[1]) == []


def test_what_a_target_is_told_can_be_chosen_anew(store: Store) -> None:
    with store.unit() as unit:
        target = unit.add_delivery_target(trial_id=None, kind="webhook", address="https://x.example.org", secret="s", at=NOON)
        assert target.events == frozenset(FOR_PEOPLE)
        unit.set_target_events(target.id, {Event.CONVERSATION_ERASED})
        assert unit.targets_to_tell(None, Event.HANDOFF_CREATED) == []
        assert [one.events for one in unit.targets_to_tell(None, Event.CONVERSATION_ERASED)] == [{"conversation.erased"}]


def test_a_trial_takes_contacts_only_where_somebody_is_told_of_requests(store: Store) -> None:
    with store.unit() as unit:
        target = unit.add_delivery_target(
            trial_id="NCT00000001",
            kind="webhook",
            address="https://x.example.org",
            secret="s",
            at=NOON,
            events={Event.SCREENING_FINISHED},
        )
        assert not unit.takes_contacts("NCT00000001")
        unit.set_target_events(target.id, {Event.HANDOFF_CREATED})
        assert unit.takes_contacts("NCT00000001")
