"""Notes, misread messages and reveals, as the store keeps them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.store import NewMessage, Store

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def ids(store: Store, clock: Callable[[], datetime]) -> tuple[str, int, int]:
    """A conversation with a message of each, an account, and a session of it."""
    with store.unit() as unit:
        conversation = unit.open_conversation(channel="widget", at=clock()).id
        lines = [NewMessage("a", "bot", "How old are you?", AT), NewMessage("b", "patient", "old", AT, message_id="m1")]
        unit.add_messages(conversation, lines)
        account = unit.add_account(login="nurse", name="A nurse", role="coordinator", at=AT).id
        session = unit.open_account_session(account, token_hash="x", browser="", at=AT, expires_at=AT + HOUR, complete=True).id
    return conversation, account, session


def test_notes_come_with_their_authors_oldest_first(store: Store, ids: tuple[str, int, int]) -> None:
    conversation, account, _ = ids
    with store.unit() as unit:
        unit.add_note(conversation, account, "first", AT)
        unit.add_note(conversation, account, "second", AT)
    with store.reading() as unit:
        assert [(note.text, note.author, note.at) for note in unit.notes(conversation)] == [
            ("first", "A nurse", AT),
            ("second", "A nurse", AT),
        ]


def test_a_note_is_deleted_by_its_author_and_while_it_is_new(store: Store, ids: tuple[str, int, int]) -> None:
    conversation, account, _ = ids
    with store.unit() as unit:
        note = unit.add_note(conversation, account, "text", AT)
        other = unit.open_conversation(channel="widget", at=AT).id
        assert not unit.delete_note(conversation, note, account + 1, written_since=AT, at=AT)
        assert not unit.delete_note(other, note, account, written_since=AT, at=AT)
        assert not unit.delete_note(conversation, note, account, written_since=AT + timedelta(seconds=1), at=AT)
        assert unit.delete_note(conversation, note, account, written_since=AT, at=AT)
        assert unit.notes(conversation) == []


def test_a_message_is_flagged_once_and_the_latest_flag_counts(store: Store, ids: tuple[str, int, int]) -> None:
    conversation, account, _ = ids
    with store.unit() as unit:
        for meant in ({"kind": "unsure"}, {"kind": "answer", "value": 57}):
            assert unit.flag_misreading(conversation, 1, account, attribute="age", meant=meant, at=AT)
    with store.reading() as unit:
        (found,) = unit.misreadings(conversation).values()
        assert (found.meant, found.author, found.attribute) == ({"kind": "answer", "value": 57}, "A nurse", "age")
        (exported,) = unit.flagged_messages()
        assert (exported.text, exported.locale, exported.attribute) == ("old", "en", "age")
    with store.unit() as unit:
        assert unit.withdraw_misreading(conversation, 1, AT)
        assert not unit.withdraw_misreading(conversation, 1, AT)
        assert unit.misreadings(conversation) == {}


@pytest.mark.parametrize("position", [0, 2])
def test_only_what_the_patient_said_is_flagged(store: Store, ids: tuple[str, int, int], position: int) -> None:
    conversation, account, _ = ids
    with store.unit() as unit:
        assert not unit.flag_misreading(conversation, position, account, attribute=None, meant={"kind": "unsure"}, at=AT)


def test_a_reveal_ends_by_itself_or_when_it_is_hidden(store: Store, ids: tuple[str, int, int]) -> None:
    conversation, _, session = ids
    with store.unit() as unit:
        unit.reveal(session, conversation, "answers", AT + HOUR)
        assert unit.revealed_until(session, conversation, "answers", AT) == AT + HOUR
        assert unit.revealed_until(session, conversation, "contact", AT) is None
        assert unit.revealed_until(session, conversation, "answers", AT + HOUR) is None
        unit.reveal(session, conversation, "answers", AT + 2 * HOUR)
        assert unit.revealed_until(session, conversation, "answers", AT + HOUR) == AT + 2 * HOUR
        unit.hide(session, conversation, "answers")
        assert unit.revealed_until(session, conversation, "answers", AT) is None


def test_an_opening_is_known_by_who_opened_what_in_which_session_and_when(store: Store, ids: tuple[str, int, int]) -> None:
    conversation, _, session = ids
    with store.unit() as unit:
        unit.audit("account:1", "opened", "conversation", conversation, at=AT, detail={"session": session})
        assert unit.opened_since("account:1", session, conversation, AT)
        assert not unit.opened_since("account:1", session, conversation, AT + timedelta(seconds=1))
        assert not unit.opened_since("account:1", session + 1, conversation, AT)
        assert not unit.opened_since("account:2", session, conversation, AT)
        assert not unit.opened_since("account:1", session, "another", AT)


def test_the_answers_and_verdicts_of_all_screenings_come_at_once(store: Store, ids: tuple[str, int, int]) -> None:
    conversation, account, _ = ids
    with store.unit() as unit:
        for number in (1, 2):
            screening = unit.start_screening(conversation, None, words_version="1", at=AT).id
            unit.add_answer(screening, attribute="age", state="known", value=number, said="x", at=AT)
            unit.add_verdict(screening, trial_id="NCT1", verdict="possible", at=AT)
        other = unit.open_conversation(channel="widget", at=AT).id
        unit.add_answer(unit.start_screening(other, None, words_version="1", at=AT).id, attribute="age", state="unsure", said="", at=AT)
    with store.reading() as unit:
        assert [answer.value for answer in unit.answers_of_conversation(conversation)] == [1, 2]
        assert len(unit.verdicts_of_conversation(conversation)) == 2
        assert unit.account_names([account, 99]) == {account: "A nurse"}
        assert unit.account_names([]) == {}
