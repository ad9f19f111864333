"""After an erasure nothing of a conversation is in any table or file, and it is not said before it is so."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot.conversations.engine_records import EngineRecords, NotForgottenError
from bot.conversations.erasing import PATIENT, Erasures
from bot.conversations.transcripts import EventReader
from bot.store.tables import Table
from bot.store.verifying import verify
from tests.console.house import House
from tests.rights.conftest import WORDS, Files, pending, with_everything
from tests.rights.everywhere import counts, in_files, in_tables


def test_the_words_are_there_before_so_that_the_test_can_fail(house: House, files: Files, tmp_path: Path) -> None:
    with_everything(house, files)
    found = {line.partition(": ")[2] for line in in_tables(house.store, WORDS)}
    assert found == set(WORDS)
    assert {"tracker.db: zebrafish", "events.db: zebrafish"} <= set(in_files(tmp_path, WORDS))


def test_every_table_that_refers_to_a_conversation_has_a_row_before(house: House, files: Files) -> None:
    """A new table would be missed by the tests here; so one that is empty fails."""
    with_everything(house, files)
    belonging = {"conversations", "screenings", "answers", "verdicts"} | {
        table.name for table in Table.metadata.sorted_tables if "conversation_id" in table.columns
    }
    filled = {name for name, number in counts(house.store).items() if number}
    assert belonging - filled == {"erasures"}


def test_after_it_they_are_in_no_table_and_no_file(house: House, files: Files, erasures: Erasures, tmp_path: Path) -> None:
    conversation = with_everything(house, files)
    kept = house.conversation("yes", "I am 45")
    files.track(kept, "I am 45")
    erasure = erasures.erase(conversation, by=PATIENT)
    assert erasure is not None
    assert erasure.completed_at is not None
    assert in_tables(house.store, WORDS) == []
    assert in_files(tmp_path, WORDS) == []
    # The id says nothing, and is only where the audit says what was done.
    assert {line.partition(": ")[0] for line in in_tables(house.store, [conversation])} <= {"audit_entries", "account_sessions"}
    with house.store.reading() as unit:
        assert unit.messages(kept)
    assert files.held() == [kept]


def test_the_receipt_counts_what_went_and_the_audit_says_that_it_did(house: House, files: Files, erasures: Erasures) -> None:
    erasure = erasures.erase(with_everything(house, files), by=PATIENT)
    assert erasure is not None
    once = ("conversations", "screenings", "notes", "tags", "reveals", "misreadings", "contact_requests")
    assert {name: erasure.counts[name] for name in once} == dict.fromkeys(once, 1)
    assert erasure.counts["deliveries"] == 2
    assert erasure.counts["search_words"] > 1
    assert erasure.conversation_id is None
    with house.store.reading() as unit:
        (entry,) = unit.audit_entries(limit=1)
    assert (entry.actor, entry.action, entry.detail) == (PATIENT, "conversation_erased", {"receipt": erasure.receipt})
    assert verify(house.store).faults == ()


def test_receipts_are_easy_to_note_and_differ(house: House, erasures: Erasures) -> None:
    receipts = set()
    for _ in range(6):
        erasure = erasures.erase(house.conversation(), by=PATIENT)
        assert erasure is not None
        assert len(erasure.receipt) == 19
        assert not set(erasure.receipt) & set("0O1IlL")
        receipts.add(erasure.receipt)
    assert len(receipts) == 6


def test_what_was_sent_is_still_known_to_have_been_sent_and_nothing_more(house: House, files: Files, erasures: Erasures) -> None:
    erasures.erase(with_everything(house, files), by=PATIENT)
    assert counts(house.store)["deliveries"] == 1


def test_twice_is_once(house: House, files: Files, erasures: Erasures) -> None:
    conversation = with_everything(house, files)
    assert erasures.erase(conversation, by=PATIENT) is not None
    assert erasures.erase(conversation, by="account:1") is None
    assert counts(house.store)["erasures"] == 1


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Somebody else is writing to a file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Somebody else is reading from a file, and so holds its journal."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield
        connection.execute("ROLLBACK")


@pytest.mark.parametrize("hold", [writing, reading], ids=["written", "read"])
@pytest.mark.parametrize("name", ["tracker.db", "events.db"])
def test_while_a_file_is_in_use_it_is_not_complete_and_afterwards_it_is_made_so(
    house: House, files: Files, erasures: Erasures, tmp_path: Path, hold: object, name: str
) -> None:
    with closing(sqlite3.connect(tmp_path / "events.db")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    conversation = with_everything(house, files)
    with hold(tmp_path / name):
        erasure = erasures.erase(conversation, by=PATIENT)
        assert erasure is not None
        assert erasure.completed_at is None
        assert pending(house.store) == [conversation]
        assert erasures.complete_all() == 1
    assert in_tables(house.store, WORDS) == []
    assert erasures.complete_all() == 0
    assert in_files(tmp_path, WORDS) == []
    assert pending(house.store) == []


def test_while_somebody_reads_from_the_stores_journal_it_is_not_complete(house: House, erasures: Erasures, tmp_path: Path) -> None:
    if house.store.backend == "postgresql":
        return  # it has no journal that anybody could read
    conversation = with_everything(house)
    with reading(tmp_path / "store.db"):
        erasure = erasures.erase(conversation, by=PATIENT)
        assert erasure is not None
        assert erasure.completed_at is None
    assert erasures.complete_all() == 0
    assert in_files(tmp_path, WORDS) == []


def test_a_turn_under_way_may_write_once_more_so_it_is_looked_at_again(
    house: House, files: Files, erasures: Erasures, tmp_path: Path
) -> None:
    conversation = with_everything(house, files)
    with house.store.unit() as unit:
        unit.begin_turn(conversation, "under-way", house.clock())
    erasure = erasures.erase(conversation, by="account:1")
    assert erasure is not None
    assert erasure.completed_at is None
    # The engine comes to the end of the turn and saves what it heard.
    files.track(conversation, "zebrafish")
    files.publish(conversation, "zebrafish")
    assert erasures.complete_all() == 1
    assert in_files(tmp_path, WORDS) == []
    files.track(conversation, "zebrafish, again")
    house.clock.move(minutes=4)
    assert erasures.complete_all() == 0
    assert in_files(tmp_path, WORDS) == []


def test_what_the_engine_publishes_afterwards_never_becomes_a_transcript(house: House, files: Files, erasures: Erasures) -> None:
    conversation = with_everything(house, files)
    erasures.erase(conversation, by=PATIENT)
    files.publish(conversation, "zebrafish")
    reader = EventReader(house.store, files.broker.path)
    reader.ingest()
    reader.prune()
    assert in_tables(house.store, ["zebrafish"]) == []


def test_events_of_others_are_read_after_an_erasure_between_them(house: House, files: Files, erasures: Erasures) -> None:
    """The broker's rows go by numbers: none is given twice, and none that is unread gets lost."""
    erased, kept = house.conversation(), house.conversation()
    files.publish(erased, "one")
    files.publish(kept, "two")
    files.publish(erased, "three")
    erasures.erase(erased, by=PATIENT)
    files.broker.user(kept, "four", "m-four")
    EventReader(house.store, files.broker.path).ingest()
    with house.store.reading() as unit:
        assert [line.text for line in unit.messages(kept) if line.who == "patient"] == ["two", "four"]


def test_without_the_engines_files_there_is_nothing_to_wait_for(house: House, tmp_path: Path) -> None:
    erasures = Erasures(house.store, EngineRecords(tmp_path / "none.db", tmp_path / "neither.db").forget, house.clock)
    erasure = erasures.erase(house.conversation(), by=PATIENT)
    assert erasure is not None
    assert erasure.completed_at is not None
    assert not (tmp_path / "none.db").exists()


def test_files_that_are_no_databases_are_told_and_tried_again(house: House, tmp_path: Path) -> None:
    (tmp_path / "broken.db").write_text("this is no database at all, however long one looks at it")
    records = EngineRecords(tmp_path / "broken.db", tmp_path / "neither.db")
    with pytest.raises(NotForgottenError, match=r"broken\.db"):
        records.forget("x")
    erasure = Erasures(house.store, records.forget, house.clock).erase(house.conversation(), by=PATIENT)
    assert erasure is not None
    assert erasure.completed_at is None


def test_when_it_is_complete_is_when_it_was_made_so(house: House, files: Files, erasures: Erasures) -> None:
    conversation = with_everything(house, files)
    began = house.clock()
    with writing(files.tracker):
        erasure = erasures.erase(conversation, by=PATIENT)
    assert erasure is not None
    house.clock.move(hours=2)
    erasures.complete_all()
    with house.store.reading() as unit:
        found = unit.erasure(erasure.receipt)
    assert found is not None
    assert (found.at, found.completed_at) == (began, began + timedelta(hours=2))
