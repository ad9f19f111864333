"""Conversations are found again by what their channel knows of them, and erased whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError, StatementError

from bot.store import NewMessage, Store, UnknownConversationError

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
Clock = Callable[[], datetime]


def test_a_conversation_is_found_by_id_by_sender_and_by_token(store: Store) -> None:
    with store.unit() as unit:
        made = unit.open_conversation(
            channel="rest", sender="whatsapp:+49", at=NOON, trial_id="NCT06141070", locale="de", token_hash="ab" * 32
        )
    with store.reading() as unit:
        assert unit.conversation(made.id) == made
        assert unit.conversation_by_sender("rest", "whatsapp:+49") == made
        assert unit.conversation_by_token("ab" * 32) == made
        assert unit.conversation_by_sender("widget", "whatsapp:+49") is None


def test_ids_cannot_be_guessed_and_a_channel_without_names_uses_the_id_as_sender(store: Store) -> None:
    with store.unit() as unit:
        first, second = unit.open_conversation(channel="widget", at=NOON), unit.open_conversation(channel="widget", at=NOON)
    assert first.id != second.id
    assert len(first.id) == 32
    assert first.sender == first.id


def test_a_sender_has_one_conversation_in_a_channel(store: Store) -> None:
    with store.unit() as unit:
        unit.open_conversation(channel="rest", sender="ann", at=NOON)
    with pytest.raises(IntegrityError), store.unit() as unit:
        unit.open_conversation(channel="rest", sender="ann", at=NOON)
    with store.reading() as unit:
        assert [found.channel for found in unit.conversations_by_sender("ann")] == ["rest"]


def test_times_come_back_as_the_same_moment_in_utc(store: Store) -> None:
    in_tokyo = datetime(2026, 3, 1, 21, 0, 0, 123456, tzinfo=timezone(timedelta(hours=9)))
    with store.unit() as unit:
        made = unit.open_conversation(channel="rest", sender="ann", at=in_tokyo)
    with store.reading() as unit:
        found = unit.conversation(made.id)
    assert found is not None
    assert found.created_at == in_tokyo
    assert found.created_at.utcoffset() == timedelta(0)


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(StatementError, match="time zone"), store.unit() as unit:
        unit.open_conversation(channel="rest", sender="ann", at=datetime(2026, 3, 1))  # noqa: DTZ001


def test_touching_never_turns_the_clock_back(store: Store) -> None:
    with store.unit() as unit:
        made = unit.open_conversation(channel="rest", sender="ann", at=NOON)
        unit.touch(made.id, NOON + timedelta(hours=1))
        unit.touch(made.id, NOON)
        found = unit.conversation(made.id)
    assert found is not None
    assert found.last_at == NOON + timedelta(hours=1)


def test_a_conversation_turns_to_one_trial_and_back_to_all(store: Store) -> None:
    with store.unit() as unit:
        made = unit.open_conversation(channel="rest", sender="ann", at=NOON)
        turned = unit.turn_conversation(made.id, "NCT06141070")
        back = unit.turn_conversation(made.id, None)
    assert (turned.trial_id, back.trial_id) == ("NCT06141070", None)


def test_nothing_is_kept_when_a_unit_fails(store: Store) -> None:
    with pytest.raises(RuntimeError), store.unit() as unit:  # noqa: PT012
        unit.open_conversation(channel="rest", sender="ann", at=NOON)
        raise RuntimeError
    with store.reading() as unit:
        assert unit.count_conversations() == 0


def test_consents_keep_the_text_that_was_shown_and_the_reply(store: Store, clock: Clock) -> None:
    with store.unit() as unit:
        made = unit.open_conversation(channel="rest", sender="ann", at=clock())
        unit.add_consent(made.id, text_version="2026-03-01.1", text_hash="0" * 64, given=False, at=clock())
        unit.add_consent(made.id, text_version="2026-03-01.1", text_hash="0" * 64, given=True, at=clock(), message_id="m2")
    with store.reading() as unit:
        assert [(consent.given, consent.message_id) for consent in unit.consents(made.id)] == [(False, None), (True, "m2")]


def test_a_consent_of_an_erased_conversation_is_refused(store: Store) -> None:
    with pytest.raises(UnknownConversationError), store.unit() as unit:
        unit.add_consent("0" * 32, text_version="1", text_hash="0" * 64, given=True, at=NOON)


def _full_conversation(store: Store, sender: str, clock: Clock) -> str:
    with store.unit() as unit:
        made = unit.open_conversation(channel="rest", sender=sender, at=clock())
        for number in range(2):
            screening = unit.start_screening(made.id, "NCT06141070", words_version="1", at=clock())
            unit.add_answer(
                screening.id, attribute="age", state="known", value=61, said="sixty-one SECRETWORD", at=clock(), message_id=f"m{number}"
            )
            unit.add_verdict(screening.id, trial_id="NCT06141070", verdict="possible", at=clock(), detail=[])
        unit.add_consent(made.id, text_version="1", text_hash="0" * 64, given=True, at=clock(), screening_id=screening.id)
        unit.add_handoff(made.id, reason="result", at=clock(), screening_id=screening.id)
        unit.note_unread(made.id, "age")
        unit.begin_turn(made.id, "m1", clock())
        unit.finish_turn(made.id, "m1", [{"text": "SECRETWORD"}], clock())
        unit.add_messages(
            made.id, [NewMessage(event_key=f"{sender}-{number}", who="bot", text="SECRETWORD", at=clock()) for number in range(3)]
        )
        unit.put_contact_request(
            made.id,
            screening_id=screening.id,
            trial_id="NCT06141070",
            site=None,
            sealed="SECRETWORD, sealed",
            text_version="1",
            text_hash="0" * 64,
            at=clock(),
        )
        target = unit.add_delivery_target(trial_id=None, kind="mail", address="team@example.org", secret=None, at=clock())
        unit.enqueue("handoff.created", target.id, {"trial_id": "NCT06141070"}, at=clock(), conversation_id=made.id)
        coordinator = unit.add_account(login=f"{sender}'s coordinator", name="Ada", role="coordinator", at=clock())
        session = unit.open_account_session(
            coordinator.id, token_hash=sender * 20, browser="", at=clock(), expires_at=clock(), complete=True
        )
        unit.reveal(session.id, made.id, "contact", clock())
    return made.id


def test_erasing_removes_everything_about_one_conversation_and_counts_it(store: Store, clock: Clock) -> None:
    erased, kept = _full_conversation(store, "ann", clock), _full_conversation(store, "bob", clock)
    with store.unit() as unit:
        erasure = unit.erase_conversation(erased, by="patient", at=clock())
    assert erasure is not None
    assert erasure.counts == {
        "reveals": 1,
        "contact_requests": 1,
        "deliveries": 1,
        "answers": 2,
        "verdicts": 2,
        "consents": 1,
        "handoffs": 1,
        "turns": 1,
        "messages": 3,
        "unread_messages": 1,
        "screenings": 2,
        "conversations": 1,
    }
    with store.reading() as unit:
        assert unit.conversation(erased) is None
        assert unit.messages(erased) == []
        assert unit.current_screening(erased) is None
        assert unit.turn(erased, "m1") is None
        assert unit.contact_requests(erased) == []
        assert len(unit.contact_requests(kept)) == len(unit.deliveries()) == 1
        assert len(unit.messages(kept)) == 3
        assert len(unit.screenings(kept)) == 2


def test_erasing_twice_finds_nothing_the_second_time(store: Store, clock: Clock) -> None:
    erased = _full_conversation(store, "ann", clock)
    with store.unit() as unit:
        unit.erase_conversation(erased, by="patient", at=clock())
    with store.unit() as unit:
        assert unit.erase_conversation(erased, by="patient", at=clock()) is None


def test_a_failed_erasure_keeps_everything(store: Store, clock: Clock) -> None:
    conversation = _full_conversation(store, "ann", clock)
    with pytest.raises(RuntimeError), store.unit() as unit:  # noqa: PT012
        unit.erase_conversation(conversation, by="patient", at=clock())
        raise RuntimeError
    with store.reading() as unit:
        found = unit.conversation(conversation)
        assert found is not None
        assert found.state == "open"
        assert len(unit.messages(conversation)) == 3


def test_after_an_erasure_the_words_are_not_in_the_files_either(tmp_path: Path, clock: Clock) -> None:
    store = Store(f"sqlite:///{tmp_path}/erased.db")
    store.migrate()
    conversation = _full_conversation(store, "ann", clock)
    with store.unit() as unit:
        unit.erase_conversation(conversation, by="patient", at=clock())
    left = [path.name for path in tmp_path.glob("erased.db*") if b"SECRETWORD" in path.read_bytes()]
    store.dispose()
    assert left == []


def test_of_very_many_changes_the_latest_are_told_oldest_first(store: Store) -> None:
    with store.unit() as unit:
        names = [unit.open_conversation(channel="rest", at=NOON + timedelta(seconds=number)).id for number in range(5)]
    with store.reading() as unit:
        assert [name for name, _ in unit.changed_since(NOON)] == names
        assert [name for name, _ in unit.changed_since(NOON, limit=2)] == names[-2:]
        assert [name for name, _ in unit.changed_since(NOON + timedelta(seconds=4), limit=2)] == names[-1:]
