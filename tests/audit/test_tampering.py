"""Whoever can write to the database, and takes its triggers away first, is found out by `verify`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from bot.store import Store
from bot.store.verifying import verify
from tests.audit.conftest import KEY

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
COLUMNS = "number, at, actor, action, object_kind, object_id, trial_id, detail, previous, digest"


@pytest.fixture
def written(store: Store) -> Store:
    """A store with seven entries."""
    for number in range(1, 8):
        with store.unit() as unit:
            unit.audit("system", "tested", "thing", str(number), at=NOON + timedelta(minutes=number), detail={"n": [number]})
    return store


def without_triggers(store: Store, *statements: str) -> None:
    """Change the tables as somebody would who owns the database."""
    with store._engine.begin() as connection:
        _drop_triggers(connection)
        for statement in statements:
            connection.execute(text(statement))


def _drop_triggers(connection: Connection) -> None:
    on = " ON audit_entries" if connection.dialect.name == "postgresql" else ""
    for change in ("update", "delete"):
        connection.execute(text(f"DROP TRIGGER audit_entries_no_{change}{on}"))


def found(store: Store) -> list[int | None]:
    return [fault.number for fault in verify(store).faults]


def test_an_audit_that_nobody_touched_is_fine(written: Store) -> None:
    verification = verify(written)
    assert (verification.entries, verification.fine, verification.faults) == (7, 7, ())
    assert verification.head is not None
    assert verification.head.number == 7


@pytest.mark.parametrize("statement", ["UPDATE audit_entries SET actor = 'patient'", "DELETE FROM audit_entries"])
def test_with_its_triggers_the_table_refuses_to_change(written: Store, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), written._engine.begin() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'account:9'",
        "action = 'nothing'",
        "object_kind = 'x'",
        "object_id = '12'",
        "trial_id = 'NCT06141070'",
        "detail = NULL",
        "at = (SELECT at FROM audit_entries WHERE number = 5)",
        "previous = digest",
        "digest = previous",
    ],
)
def test_an_altered_row_is_named(written: Store, change: str) -> None:
    without_triggers(written, f"UPDATE audit_entries SET {change} WHERE number = 4")  # noqa: S608
    verification = verify(written)
    assert 4 in {fault.number for fault in verification.faults}
    assert verification.fine < 7


@pytest.mark.parametrize("number", [1, 4])
def test_a_removed_row_is_missed_at_the_next_one(written: Store, number: int) -> None:
    without_triggers(written, f"DELETE FROM audit_entries WHERE number = {number}")  # noqa: S608
    assert found(written) == [number + 1]


def test_the_last_rows_cut_off_are_missed(written: Store) -> None:
    without_triggers(written, "DELETE FROM audit_entries WHERE number > 5")
    (fault,) = verify(written).faults
    assert fault.what == "the chain ends with entry 5, and 7 were written: the last ones were removed"


def test_rows_cut_off_with_the_head_set_back_are_found_by_the_seal(written: Store) -> None:
    without_triggers(
        written,
        "DELETE FROM audit_entries WHERE number > 5",
        "UPDATE audit_head SET number = 5, digest = (SELECT digest FROM audit_entries WHERE number = 5)",
    )
    (fault,) = verify(written).faults
    assert "the seal of the chain's end is not ours" in fault.what


def test_an_inserted_row_is_found(written: Store) -> None:
    copy = COLUMNS.replace("number", "8", 1).replace("previous, digest", "digest, previous")
    without_triggers(written, f"INSERT INTO audit_entries ({COLUMNS}) SELECT {copy} FROM audit_entries WHERE number = 7")  # noqa: S608
    assert 8 in found(written)


def test_two_rows_that_changed_places_are_found(written: Store) -> None:
    without_triggers(
        written,
        "UPDATE audit_entries SET number = 100 WHERE number = 3",
        "UPDATE audit_entries SET number = 3 WHERE number = 4",
        "UPDATE audit_entries SET number = 4 WHERE number = 100",
    )
    assert {3, 4} <= set(found(written))


def test_everything_removed_is_noticed_by_the_accounts_that_are_there(written: Store) -> None:
    with written.unit() as unit:
        unit.add_account(login="ann", name="Ann", role="auditor", at=NOON)
    without_triggers(written, "DELETE FROM audit_entries", "DELETE FROM audit_head")
    (fault,) = verify(written).faults
    assert "the audit was removed" in fault.what


def test_another_key_does_not_open_the_seal(written: Store, database_url: str) -> None:
    other = Store(database_url, KEY + "?")
    assert found(other) == [None]
    other.dispose()


def test_a_head_that_was_noted_is_looked_for(written: Store) -> None:
    noted = verify(written).head
    assert noted is not None
    with written.unit() as unit:
        unit.audit("system", "tested", "thing", "8", at=NOON)
    assert verify(written, {noted.number: noted.digest}).faults == ()
    (fault,) = verify(written, {noted.number: "0" * 64}).faults
    assert (fault.number, fault.what) == (7, "is another one than was noted earlier")


@pytest.mark.parametrize("rubbish", ["at = 'soon'", "detail = '{'"])
def test_what_is_no_entry_any_more_is_named_and_the_rest_is_still_read(written: Store, rubbish: str) -> None:
    changes = (
        f"UPDATE audit_entries SET {rubbish} WHERE number = 2",  # noqa: S608
        "UPDATE audit_entries SET actor = 'x' WHERE number = 6",
    )
    if written.backend == "postgresql":
        with pytest.raises(DBAPIError):  # nothing goes into these columns but moments and JSON
            without_triggers(written, *changes)
        return
    without_triggers(written, *changes)
    assert found(written) == [2, 6]


def test_entries_written_while_it_is_verified_are_no_fault(written: Store) -> None:
    """The head and the entries are of one moment, whoever writes in between."""
    with written.reading(all_of_one_moment=True) as unit:
        head = unit.audit_head()
        with written.unit() as other:
            other.audit("system", "tested", "thing", "8", at=NOON)
        assert head is not None
        assert [entry.number for entry in unit.audit_chain()] == list(range(1, head.number + 1))


def test_long_audits_are_read_in_parts(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.audit._AT_ONCE", 3)
    with store.unit() as unit:
        for number in range(10):
            unit.audit("system", "tested", "thing", str(number), at=NOON)
    assert verify(store).fine == 10
