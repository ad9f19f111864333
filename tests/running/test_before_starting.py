"""What keeps it from running is said in one line that names the thing and what to do."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest

from bot.running.errors import CannotRun
from bot.running.home import occupied
from bot.running.model import fingerprint
from bot.running.ports import check_ports, settle_inner_ports
from bot.running.secrets_file import with_secrets
from bot.settings import PROJECT, Settings, SettingsError
from tests.product import TRIALCHAT, environment, free_ports


def settings(tmp_path: Path, **more: str) -> Settings:
    return Settings.from_environment({"TRIALCHAT_HOME": str(tmp_path / "home"), **more})


class TestSettings:
    def test_follow_from_the_port_and_the_home_folder(self, tmp_path: Path) -> None:
        made = settings(tmp_path, PORT="9000")
        assert (made.port, made.engine_port, made.actions_port) == (9000, 9001, 9002)
        assert made.database_url == f"sqlite:///{tmp_path / 'home' / 'trialchat.db'}"

    @pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "80.5", "٣"])
    def test_a_port_that_is_none_is_named(self, tmp_path: Path, port: str) -> None:
        with pytest.raises(SettingsError, match=f"PORT={port}: expected a port number"):
            settings(tmp_path, PORT=port)

    def test_ports_must_differ(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match="must differ"):
            settings(tmp_path, PORT="9000", TRIALCHAT_ENGINE_PORT="9000")

    @pytest.mark.parametrize("hours", ["abc", "0", "-1", "1.5", "99999", "٣"])
    def test_hours_that_are_none_are_named(self, tmp_path: Path, hours: str) -> None:
        with pytest.raises(SettingsError, match=f"TRIALCHAT_TAKEOVER_HOURS={hours}: expected a number of hours"):
            settings(tmp_path, TRIALCHAT_TAKEOVER_HOURS=hours)

    def test_survive_the_way_through_an_environment(self, tmp_path: Path) -> None:
        made = settings(tmp_path, PORT="9000", TRIALCHAT_API_KEY="k", TRIALCHAT_ENGINE_SECRET="s", TRIALCHAT_TAKEOVER_HOURS="3")
        assert Settings.from_environment(made.as_environment()) == made

    PROVIDER: ClassVar[dict[str, str]] = {
        "TRIALCHAT_OIDC_ISSUER": "https://login.example.org/realms/staff/",
        "TRIALCHAT_OIDC_CLIENT_ID": "trialchat",
        "TRIALCHAT_OIDC_CLIENT_SECRET": "secret",
        "TRIALCHAT_OIDC_NAME": "St. Mary's",
    }

    def test_of_signing_in_survive_it_too(self, tmp_path: Path) -> None:
        made = settings(tmp_path, TRIALCHAT_REQUIRE_SECOND_FACTOR="1", **self.PROVIDER)
        assert Settings.from_environment(made.as_environment()) == made
        assert (made.require_second_factor, made.oidc_issuer) == (True, "https://login.example.org/realms/staff/")
        assert settings(tmp_path).require_second_factor is False

    @pytest.mark.parametrize(
        "issuer",
        ["login.example.org", "http://login.example.org", "https://", "https://a b", "https://a.org?x=1", "http://localhost.evil.org"],
    )
    def test_name_a_provider_that_cannot_be_asked_safely(self, tmp_path: Path, issuer: str) -> None:
        with pytest.raises(SettingsError, match=r"TRIALCHAT_OIDC_ISSUER=.*: expected https://"):
            settings(tmp_path, **self.PROVIDER | {"TRIALCHAT_OIDC_ISSUER": issuer})

    @pytest.mark.parametrize("issuer", ["http://127.0.0.1:9000", "http://localhost/realms/x", "https://login.example.org:8443/x"])
    def test_take_a_provider_on_this_machine_or_over_tls(self, tmp_path: Path, issuer: str) -> None:
        assert settings(tmp_path, **self.PROVIDER | {"TRIALCHAT_OIDC_ISSUER": issuer}).oidc_issuer == issuer

    @pytest.mark.parametrize("missing", ["TRIALCHAT_OIDC_CLIENT_ID", "TRIALCHAT_OIDC_CLIENT_SECRET"])
    def test_name_what_a_provider_needs_as_well(self, tmp_path: Path, missing: str) -> None:
        with pytest.raises(SettingsError, match=rf"TRIALCHAT_OIDC_ISSUER needs .*{missing}"):
            settings(tmp_path, **self.PROVIDER | {missing: ""})

    def test_say_yes_or_no_to_a_second_factor_for_all(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match="TRIALCHAT_REQUIRE_SECOND_FACTOR=yes: expected one of 0, 1"):
            settings(tmp_path, TRIALCHAT_REQUIRE_SECOND_FACTOR="yes")


class TestSecrets:
    def test_are_made_once_and_kept_for_the_owner_alone(self, tmp_path: Path) -> None:
        plain = settings(tmp_path)
        plain.home.mkdir()
        first = with_secrets(plain)
        assert with_secrets(plain) == first
        assert min(len(first.api_key), len(first.admin_password), len(first.engine_secret)) >= 16
        assert stat.S_IMODE((plain.home / "secrets.json").stat().st_mode) == 0o600

    def test_that_the_environment_gives_are_used_and_not_written_down(self, tmp_path: Path) -> None:
        given = settings(tmp_path, TRIALCHAT_API_KEY="given-key", TRIALCHAT_ADMIN_PASSWORD="given-password")
        given.home.mkdir()
        made = with_secrets(given)
        assert (made.api_key, made.admin_password) == ("given-key", "given-password")
        assert list(json.loads((given.home / "secrets.json").read_text("utf-8"))) == ["engine_secret", "sealing_keys", "audit_key"]

    @pytest.mark.parametrize("content", ["{", "[]", '{"api_key": 1}'])
    def test_a_broken_file_is_named(self, tmp_path: Path, content: str) -> None:
        plain = settings(tmp_path)
        plain.home.mkdir()
        (plain.home / "secrets.json").write_text(content, "utf-8")
        with pytest.raises(CannotRun, match=r"secrets\.json .*repair it, or remove it"):
            with_secrets(plain)


def test_an_inner_port_that_nobody_asked_for_gives_way(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        made = settings(tmp_path, PORT=str(port - 1))
        settled = settle_inner_ports(made, {})
        assert made.engine_port == port
        assert port not in (settled.engine_port, settled.actions_port)
        assert len({settled.port, settled.engine_port, settled.actions_port}) == 3
        asked_for = {"TRIALCHAT_ENGINE_PORT": str(port)}
        assert settle_inner_ports(made, asked_for).engine_port == port


@pytest.mark.parametrize("variable", ["PORT", "TRIALCHAT_ENGINE_PORT", "TRIALCHAT_ACTIONS_PORT"])
def test_a_port_in_use_is_named_with_the_variable_that_changes_it(tmp_path: Path, variable: str) -> None:
    given = environment(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotRun, match=rf"port {port} .* is in use by another program; .*{variable}="):
            check_ports(Settings.from_environment(given | {variable: str(port)}))
    check_ports(Settings.from_environment(given))


def test_the_command_says_so_in_one_line_and_starts_nothing(tmp_path: Path, engine_python: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [str(TRIALCHAT), "run"], env=environment(tmp_path, PORT=port), cwd=PROJECT, capture_output=True, text=True, check=False
        )
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert f"port {port}" in done.stderr


class TestHome:
    def test_is_used_by_one_at_a_time(self, tmp_path: Path) -> None:
        with (
            occupied(settings(tmp_path)),
            pytest.raises(CannotRun, match=f"running with this home folder already .process {os.getpid()}"),
            occupied(settings(tmp_path)),
        ):
            pass
        with occupied(settings(tmp_path)):
            pass

    def test_that_cannot_be_made_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "home").write_text("a file", "utf-8")
        with pytest.raises(CannotRun, match="TRIALCHAT_HOME"), occupied(settings(tmp_path)):
            pass

    def test_without_room_is_told_before_anything_is_written(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        class Full:
            free = 7_000_000

        monkeypatch.setattr("bot.running.home.shutil.disk_usage", lambda _: Full)
        with pytest.raises(CannotRun, match="only 7 MB are free"), occupied(settings(tmp_path)):
            pass


class TestModelName:
    @pytest.fixture
    def project(self, tmp_path: Path) -> Path:
        for name, content in {"config.yml": "a", "domain.yml": "b", "data/nlu/x.yml": "c", "bot/engine/safety.py": "d"}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, "utf-8")
        (tmp_path / "bot/screening").mkdir()
        (tmp_path / "bot/screening/safety.py").write_text("e", "utf-8")
        (tmp_path / ".venv-engine/lib/python3.10/site-packages/rasa-3.6.21.dist-info").mkdir(parents=True)
        return tmp_path

    @pytest.mark.parametrize("changed", ["config.yml", "domain.yml", "data/nlu/x.yml", "data/rules/new.yml", "bot/engine/safety.py"])
    def test_changes_with_what_it_is_made_from(self, project: Path, changed: str) -> None:
        before = fingerprint(project)
        (project / changed).parent.mkdir(exist_ok=True)
        (project / changed).write_text("changed", "utf-8")
        assert fingerprint(project) != before

    def test_changes_with_an_installed_package(self, project: Path) -> None:
        before = fingerprint(project)
        (project / ".venv-engine/lib/python3.10/site-packages/other-1.0.dist-info").mkdir()
        assert fingerprint(project) != before

    def test_stays_when_anything_else_changes(self, project: Path) -> None:
        before = fingerprint(project)
        for name in ("trials/NCT00000000.yaml", "words/en/safety.yaml", "lexicon/attributes.yaml", "bot/web/app.py"):
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            (project / name).write_text("new", "utf-8")
        assert fingerprint(project) == before


def script(name: str, *arguments: str, cwd: Path = PROJECT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(cwd / "scripts" / name), *arguments], env=environment, cwd=cwd, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder of the commands that every system has, and no Python."""
    for name in (
        "sh",
        "dirname",
        "date",
        "df",
        "awk",
        "cat",
        "cksum",
        "mkdir",
        "rm",
        "rmdir",
        "sleep",
        "grep",
        "sed",
        "cut",
        "tail",
        "kill",
        "id",
    ):
        for folder in ("/usr/bin", "/bin"):
            if (Path(folder) / name).exists():
                (tmp_path / name).symlink_to(Path(folder) / name)
                break
    return tmp_path


def program(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    path.chmod(0o755)


class TestFindingInterpreters:
    @pytest.mark.parametrize(("kind", "version"), [("engine", "3.10"), ("app", "3.11, 3.12, 3.13 or 3.14")])
    def test_a_missing_one_is_named_with_how_to_get_it(self, bare: Path, kind: str, version: str) -> None:
        done = script("find-python", kind, PATH=str(bare), HOME=str(bare))
        assert done.returncode == 1
        [line] = done.stderr.splitlines()
        assert f"no Python {version}" in line
        assert "Install" in line

    def test_one_that_only_pretends_is_passed_over(self, bare: Path, engine_python: Path) -> None:
        program(bare / "python3.10", 'echo "pyenv: python3.10: command not found" >&2; exit 127')
        real = bare / "pyenv" / "versions" / "3.10.99" / "bin" / "python3.10"
        program(real, f'exec {engine_python} "$@"')
        done = script("find-python", "engine", PATH=str(bare), HOME=str(bare), PYENV_ROOT=str(bare / "pyenv"))
        assert done.returncode == 0, done.stderr
        assert Path(done.stdout.strip()).is_absolute()

    def test_one_of_another_version_is_passed_over(self, bare: Path) -> None:
        program(bare / "python3.10", f'exec {TRIALCHAT.with_name("python")} "$@"')
        assert script("find-python", "engine", PATH=str(bare), HOME=str(bare)).returncode == 1

    def test_one_without_a_needed_module_is_passed_over(self, bare: Path, engine_python: Path) -> None:
        program(bare / "python3.10", f"exec {engine_python} -c \"raise ModuleNotFoundError('sqlite3')\"")
        assert script("find-python", "engine", PATH=str(bare), HOME=str(bare)).returncode == 1

    def test_a_chosen_one_that_does_not_fit_is_named(self, bare: Path) -> None:
        done = script("find-python", "app", PATH=str(bare), HOME=str(bare), TRIALCHAT_PYTHON="/bin/true")
        assert "TRIALCHAT_PYTHON=/bin/true is not a working Python" in done.stderr


class TestSetUp:
    @pytest.fixture
    def clone(self, tmp_path: Path) -> Path:
        """As much of a clone as the set-up reads before it installs."""
        folder = tmp_path / "clone"
        (folder / "scripts").mkdir(parents=True)
        for path in (*(PROJECT / "scripts").iterdir(), PROJECT / "pyproject.toml", PROJECT / "uv.lock"):
            copy = folder / path.relative_to(PROJECT)
            copy.write_bytes(path.read_bytes())
            copy.chmod(path.stat().st_mode)
        return folder

    @pytest.fixture
    def with_pythons(self, bare: Path, engine_python: Path) -> Callable[..., dict[str, Any]]:
        program(bare / "python3.10", f'exec {engine_python} "$@"')
        program(bare / "python3.13", f'exec {TRIALCHAT.with_name("python")} "$@"')
        return lambda **more: {"PATH": str(bare), "HOME": str(bare), "TRIALCHAT_PYTHON": str(TRIALCHAT.with_name("python")), **more}

    def test_a_full_disk_is_told_before_anything_is_installed(
        self, clone: Path, bare: Path, with_pythons: Callable[..., dict[str, Any]]
    ) -> None:
        program(bare / "df", "echo Filesystem 1024-blocks Used Available; echo /dev/full 1 1 2048 99% /")
        done = script("setup", "engine", "app", cwd=clone, **with_pythons())
        assert done.returncode == 1
        [line] = done.stderr.splitlines()
        assert "not enough disk space: 2 MB are free" in line
        assert not (clone / ".venv-engine").exists()
        assert not (clone / ".cache" / "setup.lock").exists(), "the next try need not wait for this one"

    def test_an_index_that_is_away_is_told_in_one_line(self, clone: Path, with_pythons: Callable[..., dict[str, Any]]) -> None:
        [port] = free_ports(1)
        nowhere = f"http://127.0.0.1:{port}/simple"
        done = script("setup", "app", cwd=clone, **with_pythons(PIP_INDEX_URL=nowhere, PIP_RETRIES="0", PIP_CONFIG_FILE=os.devnull))
        assert done.returncode == 1
        assert "the package index cannot be reached" in done.stderr.splitlines()[-1]

    def test_done_already_it_takes_a_moment(self) -> None:
        for _ in range(2):
            began = time.monotonic()
            done = script("setup", "dev", PATH=os.environ["PATH"], HOME=os.environ["HOME"])
        assert (done.returncode, done.stderr) == (0, "")
        assert time.monotonic() - began < 10  # setting up takes far more
