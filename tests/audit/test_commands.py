"""`trialchat audit` for whoever looks after an installation, and for programs that watch it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from bot.cli import main
from bot.store import Store
from tests.audit.conftest import KEY

Call = Callable[..., Result]
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def audited(store: Store) -> Store:
    """A store with two entries."""
    with store.unit() as unit:
        unit.audit("system", "tested", "thing", "1", at=NOON)
        unit.audit("system", "tested", "thing", "2", at=NOON)
    return store


@pytest.fixture
def call(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """`trialchat audit …` with the settings of these tests."""
    monkeypatch.setenv("TRIALCHAT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TRIALCHAT_DATABASE_URL", database_url)
    monkeypatch.setenv("TRIALCHAT_AUDIT_KEY", KEY)
    return lambda *words: CliRunner().invoke(main, ["audit", *words])


def test_a_whole_audit_is_said_to_be_fine(audited: Store, call: Call) -> None:
    result = call("verify")
    assert (result.exit_code, result.output) == (0, "2 of 2 entries are fine\n")


def test_the_head_can_be_noted_and_expected_later(audited: Store, call: Call) -> None:
    head = call("head").output.strip()
    assert head.startswith("2:")
    with audited.unit() as unit:
        unit.audit("system", "tested", "thing", "3", at=NOON)
    assert call("verify", "--expect", head).exit_code == 0
    result = call("verify", "--expect", f"2:{'0' * 64}")
    assert (result.exit_code, result.output) == (1, "entry 2: is another one than was noted earlier\n2 of 3 entries are fine\n")


def test_a_fault_is_a_line_and_the_status_is_one(audited: Store, call: Call) -> None:
    on = " ON audit_entries" if audited.backend == "postgresql" else ""
    with audited._engine.begin() as connection:
        connection.execute(text(f"DROP TRIGGER audit_entries_no_update{on}"))
        connection.execute(text("UPDATE audit_entries SET actor = 'patient' WHERE number = 1"))
    result = call("verify")
    assert (result.exit_code, result.output) == (1, "entry 1: was altered\n1 of 2 entries are fine\n")


@pytest.mark.parametrize("noted", ["7", "x:y", "1:abc"])
def test_what_is_no_head_is_refused(audited: Store, call: Call, noted: str) -> None:
    result = call("verify", "--expect", noted)
    assert result.exit_code == 2
    assert "as `trialchat audit head` prints them" in result.output


def test_before_the_first_entry_there_is_no_head(store: Store, call: Call) -> None:
    result = call("head")
    assert (result.exit_code, result.output) == (1, "Error: there is no audit yet\n")


def test_the_key_comes_from_the_home_folder_and_none_is_made(
    audited: Store, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRIALCHAT_AUDIT_KEY")
    result = call("verify")
    assert result.exit_code == 1
    assert "has no key of the audit" in result.output
    assert not (tmp_path / "home" / "secrets.json").exists()
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "secrets.json").write_text(json.dumps({"audit_key": KEY}))
    assert call("verify").exit_code == 0
