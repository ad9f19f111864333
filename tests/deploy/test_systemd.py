"""deploy/systemd: units that systemd takes, whose commands are there, and which keep the service in."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.setting_values import SECRETS
from bot.settings import PROJECT, Settings

FOLDER = PROJECT / "deploy" / "systemd"
UNIT = FOLDER / "trialchat@.service"
UNITS = ("trialchat@.service", "trialchat-backup.service", "trialchat-backup.timer")


def entries(path: Path) -> list[tuple[str, str]]:
    """Each line that says something."""
    lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith(("#", "["))]
    assert all("=" in line for line in lines), path
    return [(name, value) for name, _, value in (line.partition("=") for line in lines)]


def environment(*paths: Path) -> dict[str, str]:
    given = [value for path in paths for name, value in entries(path) if name == "Environment"]
    return dict(part.split("=", 1) for value in given for part in value.split())


def credentials(*paths: Path) -> dict[str, str]:
    return dict(value.split(":", 1) for path in paths for name, value in entries(path) if name == "LoadCredential")


def drop_in(unit: str) -> Path:
    return FOLDER / f"{unit}.d" / "servers.conf"


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The units as they are installed, of this very folder."""
    for path in FOLDER.rglob("*"):
        if path.is_file():
            to = tmp_path / path.relative_to(FOLDER)
            to.parent.mkdir(exist_ok=True)
            to.write_text(path.read_text("utf-8").replace("/opt/trialchat", str(PROJECT)), "utf-8")
    return tmp_path


def test_systemd_takes_the_units(installed: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:  # Where there is no systemd, the tests below still hold them against what they are for.
        return
    for unit in UNITS:
        done = subprocess.run([program, "verify", "--man=no", installed / unit], capture_output=True, text=True, check=False, timeout=60)
        said = [line for line in done.stderr.splitlines() if str(installed) in line or line.startswith("trialchat")]
        assert said == []


def test_every_file_has_one_section_for_each_kind_of_thing() -> None:
    for path in FOLDER.rglob("*"):
        if path.suffix in (".service", ".timer", ".conf"):
            sections = re.findall(r"^\[(\w+)\]$", path.read_text("utf-8"), re.MULTILINE)
            assert len(sections) == len(set(sections))
            assert set(sections) <= {"Unit", "Service", "Timer", "Install"}


@pytest.mark.parametrize(("unit", "needed"), [("trialchat@.service", 5), ("trialchat-backup.service", 0)])
def test_secrets_come_as_files_and_each_that_is_named_is_loaded(unit: str, needed: int) -> None:
    for paths in ((FOLDER / unit,), (FOLDER / unit, drop_in(unit))):
        files = {name.removesuffix("_FILE"): value for name, value in environment(*paths).items() if name.endswith("_FILE")}
        assert set(files) <= set(SECRETS)
        assert {value.removeprefix("%d/") for value in files.values()} == set(credentials(*paths))
        assert all(value == f"/etc/trialchat/secrets/{name}" for name, value in credentials(*paths).items())
        if len(paths) == 1:
            assert len(files) == needed


def test_the_secrets_are_those_that_make_secrets_makes(tmp_path: Path) -> None:
    subprocess.run([PROJECT / "deploy" / "make-secrets", tmp_path / "secrets"], check=True, timeout=60)
    assert set(credentials(UNIT, drop_in("trialchat@.service"))) <= {path.name for path in (tmp_path / "secrets").iterdir()}


def test_the_service_is_told_to_be_ready_and_has_time_to_end() -> None:
    said = dict(entries(UNIT))
    assert (said["Type"], said["NotifyAccess"]) == ("notify", "main")
    assert said["ExecStart"].endswith("/.venv/bin/trialchat serve")
    assert int(said["TimeoutStopSec"]) >= 15
    assert int(said["TimeoutStartSec"]) > 120, "longer than it tries by itself"


@pytest.mark.parametrize("unit", ["trialchat@.service", "trialchat-backup.service"])
def test_it_may_do_little(unit: str) -> None:
    said = dict(entries(FOLDER / unit))
    assert said["User"] == "trialchat"
    assert said["ProtectSystem"] == "strict"
    assert said["CapabilityBoundingSet"] == ""
    yes = ["NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "RestrictNamespaces", "RestrictSUIDSGID", "LockPersonality"]
    assert [name for name in yes if said.get(name) != "yes"] == []


def test_the_example_of_a_machines_settings_can_be_used() -> None:
    given = dict(entries(FOLDER / "machine.env.example"))
    settings = Settings.from_environment(given)
    assert settings.public_url.startswith("https://")
    assert set(given) & set(SECRETS) == set()


@pytest.mark.parametrize("several", [False, True])
def test_a_command_gets_what_its_machine_is_told(tmp_path: Path, several: bool) -> None:
    subprocess.run([PROJECT / "deploy" / "make-secrets", tmp_path / "secrets"], check=True, timeout=60)
    (tmp_path / "one.env").write_text("# of this test\nPORT=9000\nTRIALCHAT_LISTEN=10.0.0.11\n", "utf-8")
    if several:
        (tmp_path / "servers.conf").touch()
    program = tmp_path / ".venv" / "bin" / "trialchat"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "$@"\nenv\n', "utf-8")
    setpriv = tmp_path / "setpriv"
    # As nobody else: this test may run as anybody.
    setpriv.write_text('#!/bin/sh\nwhile [ "${1#--}" != "$1" ]; do shift; done\nexec "$@"\n', "utf-8")
    script = (FOLDER / "as-machine").read_text("utf-8")
    for there in ("/etc/systemd/system/trialchat@.service.d", "/etc/trialchat", "/opt/trialchat"):
        assert there in script
        script = script.replace(there, str(tmp_path))
    here = tmp_path / "as-machine"
    here.write_text(script, "utf-8")
    for path in (program, setpriv, here):
        path.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    done = subprocess.run([here, "one", "audit", "verify"], env={"PATH": path}, capture_output=True, text=True, check=True, timeout=60)
    command, *lines = done.stdout.splitlines()
    assert command == "audit verify"
    told = dict(line.split("=", 1) for line in lines)
    settings = Settings.from_environment(told)
    assert (settings.port, settings.listen, settings.home) == (9000, "10.0.0.11", Path("/var/lib/trialchat/one"))
    paths = (UNIT, drop_in("trialchat@.service")) if several else (UNIT,)
    given = {name.removesuffix("_FILE") for name in environment(*paths) if name.endswith("_FILE")}
    assert {name for name in told if name in SECRETS} == given
    assert settings.audit_key == (tmp_path / "secrets" / "audit-key").read_text("utf-8").strip()
