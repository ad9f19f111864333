"""What docs/operating.md tells to type, typed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bot.cli import COMMANDS
from bot.sealing import Sealer, new_key
from bot.settings import PROJECT
from bot.store import Store
from bot.store.clock import utc_now

PAGE = (PROJECT / "docs" / "operating.md").read_text("utf-8")
SHELL = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
BACKUPS = [snippet for snippet in SHELL if "backup" in snippet]
#: What needs systemd, a container engine or a cluster: not typed here, but what it names of this project has to be there.
ELSEWHERE = re.findall(r"^```console\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
AUDIT_KEY = "the audit's key of this test"


def typed(snippet: str, folder: Path, home: Path, **settings: str) -> str:
    """What it printed. The program is that of these tests."""
    done = attempted(snippet, folder, home, **settings)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def attempted(snippet: str, folder: Path, home: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRIALCHAT_")}
    given = {"TRIALCHAT_HOME": str(home), "TRIALCHAT_AUDIT_KEY": AUDIT_KEY, "BACKUPS": str(folder), **settings}
    snippet = snippet.replace(".venv/bin/trialchat", str(Path(sys.executable).with_name("trialchat")))
    snippet = snippet.replace("deploy/make-secrets", str(PROJECT / "deploy" / "make-secrets"))
    return subprocess.run(["sh", "-e", "-c", snippet], cwd=folder, env=environment | given, capture_output=True, text=True, check=False)


def snippet(words: str) -> str:
    """The one that has these words."""
    [found] = [each for each in SHELL if words in each]
    return str(found)


def test_a_backup_is_made_and_put_back_as_it_is_written_there(tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    store = Store(f"sqlite:///{home}/trialchat.db", AUDIT_KEY)
    store.migrate()
    store.dispose()
    make_key, make, put_back = BACKUPS
    recipient = typed(make_key, tmp_path, home)
    (shown,) = set(re.findall(r"age1[a-z0-9]{58}", PAGE))
    assert "store.db" in typed(make.replace(shown, recipient), tmp_path, home)
    assert "0 conversations" in typed(put_back, tmp_path, elsewhere)
    assert (elsewhere / "trialchat.db").exists()


def test_secrets_are_made_as_it_is_written_there(tmp_path: Path) -> None:
    typed(snippet("make-secrets"), tmp_path, tmp_path)
    assert {"api-key", "sealing-keys", "database-url"} <= {path.name for path in (tmp_path / "secrets").iterdir()}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path}/trialchat.db", AUDIT_KEY)
    store.migrate()
    yield store
    store.dispose()


def test_sealing_keys_are_changed_as_it_is_written_there(tmp_path: Path, store: Store) -> None:
    old = new_key()
    new = typed(snippet("seal new-key"), tmp_path, tmp_path)
    # On the way, machines have the new key behind the old one, and in front of it: each opens what the other sealed.
    behind, first = Sealer.of(f"{old},{new}"), Sealer.of(f"{new},{old}")
    assert behind.open(first.seal("x")) == first.open(behind.seal("x")) == "x"
    said = typed(snippet("seal rotate"), tmp_path, tmp_path, TRIALCHAT_SEALING_KEYS=f"{new},{old}")
    assert "The other key can be dropped" in said


def test_the_audits_key_is_changed_as_it_is_written_there(tmp_path: Path, store: Store) -> None:
    note(store)
    verify = snippet("audit verify")
    assert "1 of 1 entries are fine" in typed(verify, tmp_path, tmp_path)
    early = attempted(verify, tmp_path, tmp_path, TRIALCHAT_AUDIT_KEY="the new key")
    assert early.returncode == 1
    assert "end of the chain" in early.stdout, "until the next entry is written"
    renewed = Store(f"sqlite:///{tmp_path}/trialchat.db", "the new key")
    note(renewed)
    renewed.dispose()
    assert "2 of 2 entries are fine" in typed(verify, tmp_path, tmp_path, TRIALCHAT_AUDIT_KEY="the new key")


def note(store: Store) -> None:
    with store.unit() as unit:
        unit.audit("system", "password_set_by_installation", "account", "1", at=utc_now())


def test_all_that_is_typed_there_is_tried_here() -> None:
    tried = {*BACKUPS, snippet("make-secrets"), snippet("seal new-key"), snippet("seal rotate"), snippet("audit verify")}
    assert set(SHELL) == tried


@pytest.mark.parametrize("block", ELSEWHERE)
def test_what_cannot_be_typed_here_names_files_and_commands_that_are_there(block: str) -> None:
    made = ("deploy/compose/secrets", "deploy/compose/certificates/", "deploy/kubernetes/secrets")
    for name in re.findall(r"(?<![\w/])(?:deploy|scripts)/[\w@./*-]+", block):
        assert name in made or list(PROJECT.glob(name)), name
    for command in re.findall(r"(?:\.venv/bin/|machine-1 )trialchat ([a-z-]+)", block):
        assert command in COMMANDS
    for unit in re.findall(r"trialchat@\w+", block):
        assert (PROJECT / "deploy" / "systemd" / "trialchat@.service").exists(), unit
    services = yaml.safe_load((PROJECT / "deploy" / "compose.yaml").read_text("utf-8"))["services"]
    assert [name for name in re.findall(r"\bmachine-\d\b", block) if name not in services] == []
