"""`trialchat doctor` as it is typed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.accounts.first import first_account
from bot.cli import main
from bot.running.secrets_file import kept_secrets, with_secrets
from bot.sealing import Sealer, new_key
from bot.settings import Settings
from bot.store import Store

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
Call = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder as the first `trialchat run` leaves it: secrets that were made, a database with the first account."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("TRIALCHAT_HOME", str(home))
    for name in ("TRIALCHAT_DATABASE_URL", "TRIALCHAT_SEALING_KEYS", "TRIALCHAT_BACKUP_FOR", "TRIALCHAT_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    # Nobody listens there, whatever else runs on this machine.
    monkeypatch.setattr("bot.doctor.probing.outer_addresses", list)
    settings = with_secrets(Settings.from_environment())
    store = Store(settings.database_url, settings.audit_key)
    store.migrate()
    first_account(store, settings.admin_password, NOON)
    store.dispose()
    return home


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    settings = with_secrets(Settings.from_environment())
    store = Store(settings.database_url, settings.audit_key)
    yield store
    store.dispose()


def call(*words: str) -> Result:
    return CliRunner().invoke(main, ["doctor", *words])


def checks(result: Result, level: str) -> set[str]:
    return {line.split(": ")[1] for line in result.output.splitlines() if line.startswith(f"{level}: ")}


def test_a_freshly_run_home_on_ones_own_computer_has_warnings_only(home: Path) -> None:
    result = call()
    assert result.exit_code == 0, result.output
    assert {"public-url", "origins", "secrets-made", "first-password", "second-factor", "backup"} <= checks(result, "warning")
    assert checks(result, "unsafe") == set()


def test_the_same_home_open_to_the_world_is_unsafe(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIALCHAT_PUBLIC_URL", "http://trials.example.org")
    result = call()
    assert result.exit_code == 1
    assert {"public-url", "first-password", "second-factor"} <= checks(result, "unsafe")


def test_json_says_the_same_to_programs(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIALCHAT_PUBLIC_URL", "http://trials.example.org")
    result = call("--json")
    found = json.loads(result.output)
    assert (result.exit_code, found["safe"]) == (1, False)
    assert {"level", "check", "what", "todo"} == set(found["findings"][0])
    lines = [f"{one['level']}: {one['check']}: {one['what']}; {one['todo']}" for one in found["findings"]]
    assert lines == call().output.splitlines()[:-1]


def test_no_secret_of_the_home_folder_or_the_environment_is_printed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIALCHAT_API_KEY", "planted")
    monkeypatch.setenv("TRIALCHAT_LOCKS_URL", "redis://:plantedpassword@redis.example:6379/1")
    monkeypatch.setenv("TRIALCHAT_SMTP_URL", "smtp://me:plantedmail@mail.example.org")
    monkeypatch.setenv("TRIALCHAT_MAIL_FROM", "me@example.org")
    printed = call().output + call("--json").output
    assert "secret-length" in printed
    made = kept_secrets(Settings.from_environment())
    assert [secret for secret in (*made.values(), "planted") if secret in printed] == []


def test_sealed_rows_that_no_key_opens_are_counted_and_not_shown(home: Path, store: Store) -> None:
    with store.unit() as unit:
        for number, key in enumerate((new_key(), kept_secrets(Settings.from_environment())["sealing_keys"])):
            unit.add_delivery_target(
                trial_id=None, kind="webhook", address=f"https://{number}.example.org", secret=Sealer([key]).seal("planted"), at=NOON
            )
    result = call()
    assert result.exit_code == 1
    assert "unsafe: sealed: 1 of 2 sealed rows fit none of the keys" in result.output


def test_an_audit_under_another_key_is_unsafe(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIALCHAT_AUDIT_KEY", "another-key-than-the-one-before")
    assert "audit" in checks(call(), "unsafe")


def test_a_database_that_was_never_made_or_cannot_be_read_is_unsafe(home: Path) -> None:
    (home / "trialchat.db").write_bytes(b"this is no database" * 100)
    assert "database" in checks(call(), "unsafe")
    (home / "trialchat.db").unlink()
    result = call()
    assert "there is no database yet" in result.output
    assert result.exit_code == 1


def test_files_that_others_may_read_are_unsafe(home: Path) -> None:
    (home / "secrets.json").chmod(0o644)
    assert "modes" in checks(call(), "unsafe")


def test_a_setting_that_cannot_be_used_is_told_in_one_line(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIALCHAT_LISTEN", "everywhere")
    result = call()
    assert (result.exit_code, result.output.count("\n")) == (1, 1)
    assert "TRIALCHAT_LISTEN" in result.output


def test_somebody_elses_database_is_not_opened(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 4242)
    result = call()
    assert result.exit_code == 1
    assert "run this as the user that the program runs as" in result.output
