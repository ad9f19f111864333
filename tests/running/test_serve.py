"""`trialchat serve`: what it refuses to start with, whom it tells that it is ready, and how soon it ends."""

from __future__ import annotations

import base64
import os
import secrets
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.running.errors import CannotRun
from bot.running.health import reached_at
from bot.running.notifying import tell_systemd
from bot.running.serve import serve
from bot.settings import Settings
from tests.product import MODELS, Product, free_ports, running_product
from tests.running.children import all_gone

SECRETS = {
    "TRIALCHAT_API_KEY": "an-api-key-of-these-tests",
    "TRIALCHAT_ADMIN_PASSWORD": "a-password-of-these-tests",
    "TRIALCHAT_ENGINE_SECRET": "an-engine-secret-of-these-tests",
    "TRIALCHAT_SEALING_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    "TRIALCHAT_AUDIT_KEY": "an-audit-key-of-these-tests",
}
OPEN = "0.0.0.0"  # noqa: S104 - what is tested


@pytest.fixture(autouse=True)
def _mask() -> Iterator[None]:
    """It keeps its files from everybody else on the machine; tests after these do not."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


def refusal(home: Path, **given: str) -> str:
    """Why it does not start."""
    with pytest.raises(CannotRun) as refused:
        serve(Settings.from_environment({"TRIALCHAT_HOME": str(home), **given}))
    return str(refused.value)


class TestItDoesNotStart:
    def test_without_its_secrets_and_names_all_that_are_missing_at_once(self, tmp_path: Path) -> None:
        told = refusal(tmp_path)
        assert told.startswith(f"not set: {', '.join(SECRETS)}; a service makes up no secrets")
        assert "_FILE" in told
        assert list(tmp_path.iterdir()) == [], "and it has made none"

    def test_without_one_of_them(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, **SECRETS | {"TRIALCHAT_AUDIT_KEY": ""}).startswith("not set: TRIALCHAT_AUDIT_KEY; ")

    def test_by_secrets_that_an_earlier_run_made_but_says_where_they_are(self, tmp_path: Path) -> None:
        (tmp_path / "secrets.json").write_text("{}", "utf-8")
        assert str(tmp_path / "secrets.json") in refusal(tmp_path)

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ({}, ["TRIALCHAT_PUBLIC_URL to the https://", "TRIALCHAT_PROXIES"]),
            (
                {"TRIALCHAT_PUBLIC_URL": "http://trials.example.org", "TRIALCHAT_PROXIES": "10.0.0.5"},
                ["TRIALCHAT_PUBLIC_URL to the https://"],
            ),
            ({"TRIALCHAT_PUBLIC_URL": "https://trials.example.org"}, ["TRIALCHAT_PROXIES"]),
        ],
    )
    def test_open_to_other_machines_without_a_proxy_that_speaks_tls(self, tmp_path: Path, given: dict[str, str], told: list[str]) -> None:
        said = refusal(tmp_path, **SECRETS, TRIALCHAT_LISTEN=OPEN, **given)
        assert said.startswith(f"TRIALCHAT_LISTEN={OPEN} opens the app to other machines")
        assert [words for words in ("TRIALCHAT_PUBLIC_URL to the https://", "TRIALCHAT_PROXIES") if words in said] == told

    def test_without_the_model_of_this_release(self, engine_python: Path, tmp_path: Path) -> None:
        said = refusal(tmp_path, **SECRETS)
        assert said.startswith(f"the model of this release is not there ({tmp_path / 'models'}")
        assert "`trialchat train`" in said

    def test_on_other_ports_than_it_was_told(self, trained_model: Path, tmp_path: Path) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen(1)
            port, _ = free_ports(2)
            given = {"PORT": str(port), "TRIALCHAT_ENGINE_PORT": str(taken.getsockname()[1]), "TRIALCHAT_MODELS": str(MODELS)}
            said = refusal(tmp_path, **SECRETS, **given)
        assert "(for the dialogue engine) is in use" in said

    def test_at_an_address_of_another_machine(self, trained_model: Path, tmp_path: Path) -> None:
        given = {"TRIALCHAT_PUBLIC_URL": "https://trials.example.org", "TRIALCHAT_PROXIES": "10.0.0.5", "TRIALCHAT_MODELS": str(MODELS)}
        assert refusal(tmp_path, **SECRETS, **given, TRIALCHAT_LISTEN="192.0.2.1").startswith("TRIALCHAT_LISTEN=192.0.2.1 is no address of")

    def test_and_the_terminal_is_told_in_one_line(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        for name in SECRETS:
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("TRIALCHAT_HOME", str(tmp_path))
        done = CliRunner().invoke(main, ["serve"])
        assert done.exit_code == 1
        assert done.output.startswith("Error: not set: ")
        assert len(done.output.splitlines()) == 1


@pytest.mark.parametrize(
    ("listen", "reached"), [(OPEN, "127.0.0.1"), ("::", "::1"), ("127.0.0.1", "127.0.0.1"), ("10.0.0.11", "10.0.0.11"), ("::1", "::1")]
)
def test_the_app_is_asked_for_its_health_where_it_listens(listen: str, reached: str) -> None:
    assert reached_at(listen) == reached


class TestTellingSystemd:
    @pytest.mark.parametrize("kind", ["path", "abstract"])
    def test_it_hears_what_it_asked_for(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str) -> None:
        name = str(tmp_path / "notify") if kind == "path" else f"@trialchat-test-{secrets.token_hex(8)}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
            systemd.bind(name.replace("@", "\0", 1))
            systemd.settimeout(5)
            monkeypatch.setenv("NOTIFY_SOCKET", name)
            tell_systemd("READY=1")
            assert systemd.recv(100) == b"READY=1"

    @pytest.mark.parametrize("address", ["", "vsock:2:1234", "/nobody/listens/here"])
    def test_nothing_fails_where_nobody_listens(self, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        tell_systemd("READY=1")


@pytest.fixture(scope="module")
def notified(tmp_path_factory: pytest.TempPathFactory) -> Iterator[socket.socket]:
    """What systemd would listen on."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path_factory.mktemp("systemd") / "notify"))
        systemd.settimeout(10)
        yield systemd


@pytest.fixture(scope="module")
def served(trained_model: Path, notified: socket.socket, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product as a service; its sealing key comes as a file."""
    home = tmp_path_factory.mktemp("served")
    key = tmp_path_factory.mktemp("secrets") / "sealing-keys"
    key.write_text(SECRETS["TRIALCHAT_SEALING_KEYS"] + "\n", "utf-8")
    given = {name: value for name, value in SECRETS.items() if name != "TRIALCHAT_SEALING_KEYS"}
    files = {"TRIALCHAT_SEALING_KEYS_FILE": str(key), "NOTIFY_SOCKET": notified.getsockname()}
    # Another address of the loopback: where it listens is where it is asked for its health.
    with running_product(home, "serve", **given, **files, TRIALCHAT_LISTEN="127.0.0.2") as product:
        product.base_url = f"http://127.0.0.2:{product.port}"
        yield product


class TestInService:
    def test_it_tells_that_it_is_ready_and_answers(self, served: Product, notified: socket.socket) -> None:
        assert notified.recv(100) == b"READY=1"
        assert served.send("somebody", "hello")

    def test_it_prints_no_secret_and_writes_none_down(self, served: Product) -> None:
        said = served.said()
        assert [name for name, secret in SECRETS.items() if secret in said] == []
        assert not (served.home / "secrets.json").exists()
        assert not (served.home / "logs").exists(), "what it has to say goes to whoever started it"

    def test_only_it_tells_how_far_it_is(self, served: Product) -> None:
        children = psutil.Process(served.process.pid).children(recursive=True)
        environments = [each.environ() for each in children if "bot.running.guard" not in each.cmdline()]
        assert len(environments) >= 2
        assert all("NOTIFY_SOCKET" not in found and "TRIALCHAT_SEALING_KEYS_FILE" not in found for found in environments)

    def test_it_ends_on_sigterm_long_before_it_would_be_killed(self, served: Product, notified: socket.socket) -> None:
        pids = [each.pid for each in psutil.Process(served.process.pid).children(recursive=True)]
        began = time.monotonic()
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(30) == 0
        assert time.monotonic() - began < 15
        assert notified.recv(100) == b"STOPPING=1"
        assert all_gone(pids, within=1)
        assert served.said().rstrip().endswith("trialchat: stopped")
