"""How somebody wants to be reached: one request for each conversation and trial; and who is told, and may look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.store import ContactRequest, Screening, Store, UnknownConversationError, UnknownScreeningError
from bot.store.console_tables import TrialSettingRow
from bot.store.reveals import CONTACT

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NCT = "NCT06141070"


def begun(store: Store) -> Screening:
    with store.unit() as unit:
        conversation = unit.open_conversation(channel="widget", at=NOON, trial_id=NCT)
        return unit.start_screening(conversation.id, NCT, words_version="1", at=NOON)


def left(store: Store, screening: Screening, sealed: str = "sealed", trial_id: str = NCT) -> ContactRequest:
    with store.unit() as unit:
        return unit.put_contact_request(
            screening.conversation_id,
            screening_id=screening.id,
            trial_id=trial_id,
            site={"city": "Göteborg"},
            sealed=sealed,
            text_version="v",
            text_hash="0" * 64,
            at=NOON,
        )


def test_the_key_is_made_once_is_long_and_is_not_the_summarys(store: Store) -> None:
    screening = begun(store)
    with store.unit() as unit:
        key, again, summary = (
            unit.ensure_contact_key(screening.id),
            unit.ensure_contact_key(screening.id),
            unit.ensure_summary_key(screening.id),
        )
    assert key == again != summary
    assert len(key) == 43
    with store.reading() as unit:
        found = unit.screening_by_contact_key(key)
        assert found is not None
        assert found.id == screening.id
        assert unit.screening_by_contact_key(summary) is None
        assert unit.screening_by_summary_key(key) is None
    with pytest.raises(UnknownScreeningError), store.unit() as unit:
        unit.ensure_contact_key(screening.id + 1)


def test_sending_again_replaces_and_another_trial_is_another_request(store: Store) -> None:
    screening = begun(store)
    first, second, other = left(store, screening), left(store, screening, "anew"), left(store, screening, "other", "NCT00000001")
    assert first.id == second.id != other.id
    with store.reading() as unit:
        assert [(one.trial_id, one.sealed) for one in unit.contact_requests(screening.conversation_id)] == [
            (NCT, "anew"),
            ("NCT00000001", "other"),
        ]
        assert unit.contact_request(screening.conversation_id, NCT) == second


def test_taken_back_it_is_gone(store: Store) -> None:
    screening = begun(store)
    left(store, screening)
    with store.unit() as unit:
        assert unit.remove_contact_request(screening.conversation_id, NCT)
        assert not unit.remove_contact_request(screening.conversation_id, NCT)
        assert unit.contact_requests(screening.conversation_id) == []


def test_a_conversation_that_is_gone_takes_no_request(store: Store) -> None:
    screening = begun(store)
    with store.unit() as unit:
        unit.erase_conversation(screening.conversation_id, by="patient", at=NOON)
    with pytest.raises(UnknownConversationError):
        left(store, screening)


def test_the_stage_goes_back_only_where_it_is_taken_back(store: Store) -> None:
    screening = begun(store)
    name = screening.conversation_id
    with store.unit() as unit:
        unit.note_progress(name, stage="handed_off", verdict="possible", at=NOON)
        before = unit.conversation(name)
        unit.take_back_handoff(name, stage="finished", at=NOON)
        after = unit.conversation(name)
    assert before is not None
    assert after is not None
    assert (before.stage, after.stage, after.verdict) == ("handed_off", "finished", "possible")
    assert before.changed_at is not None
    assert after.changed_at is not None
    assert after.changed_at > before.changed_at


def setting(store: Store, *, active: bool, takes: bool) -> None:
    with store.unit() as unit:
        unit._session.add(TrialSettingRow(trial_id=NCT, active=active, keep_days=30, takes_contacts=takes))


@pytest.mark.parametrize(("trial_id", "takes"), [(NCT, True), (None, True), ("NCT00000001", False)])
def test_without_a_setting_contacts_are_taken_where_somebody_would_be_told(store: Store, trial_id: str | None, takes: bool) -> None:
    with store.unit() as unit:
        assert not unit.takes_contacts(NCT)
        target = unit.add_delivery_target(trial_id=trial_id, kind="mail", address="a@example.org", secret=None, at=NOON)
        assert unit.takes_contacts(NCT) is takes
        unit.set_target_active(target.id, False)
        assert not unit.takes_contacts(NCT)


@pytest.mark.parametrize(("active", "takes", "expected"), [(True, True, True), (True, False, False), (False, True, False)])
def test_a_setting_counts_whoever_would_be_told(store: Store, active: bool, takes: bool, expected: bool) -> None:
    with store.unit() as unit:
        unit.add_delivery_target(trial_id=NCT, kind="mail", address="a@example.org", secret=None, at=NOON)
        assert unit.days_kept(NCT) is None
    setting(store, active=active, takes=takes)
    with store.reading() as unit:
        assert unit.takes_contacts(NCT) is expected
        assert unit.days_kept(NCT) == 30


def test_a_look_is_for_one_session_one_conversation_and_some_minutes(store: Store) -> None:
    name = begun(store).conversation_id
    with store.unit() as unit:
        account = unit.add_account(login="ada", name="Ada", role="coordinator", at=NOON)
        one, other = (
            unit.open_account_session(account.id, token_hash=token * 64, browser="", at=NOON, expires_at=NOON, complete=True).id
            for token in "ab"
        )
        unit.reveal(one, name, CONTACT, NOON + timedelta(minutes=5))
        unit.reveal(one, name, CONTACT, NOON + timedelta(minutes=15))
    with store.unit() as unit:
        assert unit.revealed_until(one, name, CONTACT, NOON + timedelta(minutes=14)) is not None
        assert unit.revealed_until(one, name, CONTACT, NOON + timedelta(minutes=15)) is None
        assert unit.revealed_until(other, name, CONTACT, NOON) is None
        unit.hide(one, name, CONTACT)
        assert unit.revealed_until(one, name, CONTACT, NOON) is None
