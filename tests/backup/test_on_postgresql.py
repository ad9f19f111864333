"""The same where the store is a PostgreSQL: by its own programs, as of the same moment as the engine's files."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from psycopg import sql

from bot.cli import main
from tests.backup.test_backups import at_home, run, told
from tests.console.house import AUDIT_KEY
from tests.store.conftest import database_url, made_database, postgres_template, store

__all__ = ["database_url", "postgres_template", "store"]

pytestmark = [
    pytest.mark.parametrize("database_url", ["postgresql"], indirect=True),
    pytest.mark.skipif(shutil.which("pg_dump") is None, reason="pg_dump is not installed (Debian: postgresql-client)"),
]


@pytest.fixture
def empty() -> Iterator[str]:
    """The URL of an empty database."""
    with made_database() as url:
        yield url


def rows(url: str) -> dict[str, list[str]]:
    """Every row of every table."""
    with psycopg.connect(url) as database:
        names = [name for (name,) in database.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")]
        every = {name: database.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(name))).fetchall() for name in sorted(names)}
        return {name: sorted(map(str, found)) for name, found in every.items()}


def test_everything_comes_back_as_it_was(database_url: str, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    (home / "secrets.json").write_text(json.dumps({"audit_key": AUDIT_KEY}))
    at_home(home, monkeypatch, TRIALCHAT_DATABASE_URL=database_url)
    with psycopg.connect(database_url) as database:
        database.execute("INSERT INTO ingest_positions (source, position) VALUES ('events', 41)")
    key, file = tmp_path / "key.txt", tmp_path / "b.age"
    told(run("backup", "--to", str(file), "--for", told(run("backup", "key", str(key)))))
    before = rows(database_url)
    at_home(elsewhere, monkeypatch, TRIALCHAT_DATABASE_URL=empty)
    told(run("restore", str(file), "--key", str(key)))
    after = rows(empty)
    mine = {"audit_entries", "audit_head"}
    assert {name: found for name, found in after.items() if name not in mine} == {n: f for n, f in before.items() if n not in mine}
    assert len(after["audit_entries"]) == len(before["audit_entries"]) + 1


def test_a_database_that_is_not_empty_is_left_alone(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "secrets.json").write_text(json.dumps({"audit_key": AUDIT_KEY}))
    at_home(home, monkeypatch, TRIALCHAT_DATABASE_URL=database_url)
    key, file = tmp_path / "key.txt", tmp_path / "b.age"
    told(run("backup", "--to", str(file), "--for", told(run("backup", "key", str(key)))))
    before = rows(database_url)
    at_home(tmp_path / "elsewhere", monkeypatch, TRIALCHAT_DATABASE_URL=database_url)
    result = CliRunner().invoke(main, ["restore", str(file), "--key", str(key)])
    assert (result.exit_code, "is not empty" in result.output) == (1, True)
    assert rows(database_url) == before


def test_a_backup_is_put_back_into_what_it_was_made_of(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    at_home(home, monkeypatch, TRIALCHAT_DATABASE_URL=database_url)
    key, file = tmp_path / "key.txt", tmp_path / "b.age"
    told(run("backup", "--to", str(file), "--for", told(run("backup", "key", str(key)))))
    at_home(tmp_path / "elsewhere", monkeypatch)
    result = run("restore", str(file), "--key", str(key))
    assert (result.exit_code, "is of a store on postgresql" in result.output) == (1, True)


def test_the_engines_conversations_come_back_from_the_same_database(
    database_url: str, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    (home / "secrets.json").write_text(json.dumps({"audit_key": AUDIT_KEY}))
    at_home(home, monkeypatch, TRIALCHAT_DATABASE_URL=database_url, TRIALCHAT_TRACKER_URL=database_url)
    with psycopg.connect(database_url) as database:
        database.execute("CREATE SCHEMA trialchat_engine")
        database.execute("CREATE TABLE trialchat_engine.events (id serial PRIMARY KEY, sender_id text, data text)")
        database.execute("INSERT INTO trialchat_engine.events (sender_id, data) VALUES ('ann', '{}')")
    key, file = tmp_path / "key.txt", tmp_path / "b.age"
    told(run("backup", "--to", str(file), "--for", told(run("backup", "key", str(key)))))
    at_home(elsewhere, monkeypatch, TRIALCHAT_DATABASE_URL=empty, TRIALCHAT_TRACKER_URL=empty)
    told(run("restore", str(file), "--key", str(key)))
    with psycopg.connect(empty) as database:
        assert database.execute("SELECT sender_id, data FROM trialchat_engine.events").fetchall() == [("ann", "{}")]


def test_a_backup_that_would_lack_the_engines_conversations_is_not_made(
    database_url: str, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    at_home(home, monkeypatch, TRIALCHAT_DATABASE_URL=database_url, TRIALCHAT_TRACKER_URL=empty)
    refused = run("backup", "--to", str(tmp_path / "b.age"), "--for", told(run("backup", "key", str(tmp_path / "key.txt"))))
    assert refused.exit_code == 1
    assert "the engine's conversations are in a database of their own (TRIALCHAT_TRACKER_URL)" in refused.output
    assert not (tmp_path / "b.age").exists()
