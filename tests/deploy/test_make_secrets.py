"""deploy/make-secrets: files that settings read, none like another, and none made anew."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from bot.sealing import Sealer
from bot.settings import PROJECT, Settings

MAKE_SECRETS = PROJECT / "deploy" / "make-secrets"


def made(folder: Path, **environment: str) -> Settings:
    """The settings that read what it made."""
    subprocess.run([MAKE_SECRETS, folder], env=os.environ | environment, check=True, timeout=60)
    names = [path.name for path in folder.iterdir() if path.suffix != ".conf" and path.name != "postgres-password"]
    return Settings.from_environment({f"TRIALCHAT_{name.upper().replace('-', '_')}_FILE": str(folder / name) for name in names})


def test_the_settings_read_each_of_them(tmp_path: Path) -> None:
    settings = made(tmp_path / "secrets")
    secrets = [settings.api_key, settings.admin_password, settings.engine_secret, settings.sealing_keys, settings.audit_key]
    assert min(map(len, secrets)) >= 20
    assert len(set(secrets)) == len(secrets)
    Sealer.of(settings.sealing_keys)
    assert settings.tracker_url == settings.database_url


def test_the_servers_are_told_the_passwords_that_the_machines_sign_in_with(tmp_path: Path) -> None:
    settings = made(tmp_path / "secrets", DATABASE_HOST="db.example", LOCKS_HOST="locks.example", EVENTS_HOST="events.example")
    password = (tmp_path / "secrets" / "postgres-password").read_text("utf-8").strip()
    assert settings.database_url == f"postgresql://trialchat:{password}@db.example:5432/trialchat"
    password = (tmp_path / "secrets" / "redis.conf").read_text("utf-8").split()[1]
    assert settings.locks_url == f"redis://:{password}@locks.example:6379/0"
    password = (tmp_path / "secrets" / "rabbitmq.conf").read_text("utf-8").split()[-1]
    assert settings.events_url == f"amqp://trialchat:{password}@events.example:5672/"


def test_nobody_else_may_enter_the_folder(tmp_path: Path) -> None:
    made(tmp_path / "secrets")
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


@pytest.mark.parametrize("there", ["folder", "file"])
def test_what_is_there_stays_as_it_is(tmp_path: Path, there: str) -> None:
    path = tmp_path / "secrets"
    path.mkdir() if there == "folder" else path.write_text("mine", "utf-8")
    done = subprocess.run([MAKE_SECRETS, path], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert "is there already" in done.stderr
    assert list(path.iterdir()) == [] if there == "folder" else path.read_text("utf-8") == "mine"
