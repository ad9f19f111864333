"""The app's process starts on an empty folder, serves both ports to this machine only, and stops when told to."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.settings import Settings, SettingsError
from bot.web.assembly import assemble

ROOT = Path(__file__).resolve().parents[2]


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for opened in sockets:
            opened.bind(("127.0.0.1", 0))
        return [opened.getsockname()[1] for opened in sockets]


def _environment(home: Path, ports: list[int]) -> dict[str, str]:
    names = ["PORT", "TRIALCHAT_ENGINE_PORT", "TRIALCHAT_ACTIONS_PORT"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRIALCHAT_")}
    return (
        kept
        | dict(zip(names, map(str, ports), strict=True))
        | {
            "TRIALCHAT_HOME": str(home),
            "TRIALCHAT_API_KEY": "the-api-key-of-this-test",
            "TRIALCHAT_ENGINE_SECRET": "the-engine-secret-of-this-test",
            "TRIALCHAT_ADMIN_PASSWORD": "the-first-password-of-this-test",
            "TRIALCHAT_SEALING_KEYS": base64.urlsafe_b64encode(b"32 bytes, made for this test too").decode(),
            "TRIALCHAT_AUDIT_KEY": "the-audit-key-of-this-test",
        }
    )


@dataclass
class Started:
    """The process, its ports and its log."""

    process: subprocess.Popen[bytes]
    ports: list[int]
    log: Path


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """One process for all tests of this file; the last of them ends it."""
    home, ports = tmp_path_factory.mktemp("home"), _free_ports(3)
    log = home / "app.log"
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-m", "bot.web"], cwd=ROOT, env=_environment(home, ports), stdout=output, stderr=output)
    try:
        until = time.monotonic() + 60
        while not _listens(ports[0]):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.1)
        yield Started(process, ports, log)
    finally:
        process.kill()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def test_it_serves_the_site_without_the_engine_and_says_that_the_chat_is_away(running: Started) -> None:
    ports = running.ports
    base = f"http://127.0.0.1:{ports[0]}"
    async with ClientSession() as session:
        async with session.get(f"{base}/health") as response:
            assert await response.json() == {"status": "degraded", "engine": "away", "store": "up"}
        async with session.get(f"{base}/trials/NCT06141070") as response:
            assert response.status == 200
        async with session.post(f"{base}/chat/session", json={"trial_id": "NCT06141070"}) as response:
            assert response.status == 503
        async with session.post(f"http://127.0.0.1:{ports[2]}/webhook", json={"next_action": "action_help"}) as response:
            assert response.status == 401


async def test_the_actions_answer_the_engine(running: Started) -> None:
    ports = running.ports
    call = {"next_action": "action_help", "tracker": {"sender_id": "nobody", "slots": {}, "latest_message": {}, "events": []}}
    async with (
        ClientSession() as session,
        session.post(
            f"http://127.0.0.1:{ports[2]}/webhook", json=call, headers={"X-Trialchat-Secret": "the-engine-secret-of-this-test"}
        ) as response,
    ):
        assert response.status in {200, 500}  # 500: there is no such conversation


async def test_it_stops_when_told_to_and_says_nothing_alarming(running: Started) -> None:
    process, log = running.process, running.log
    process.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(process.wait, 60) == 0
    assert "Traceback" not in log.read_text()
    assert "stopping" in log.read_text().splitlines()[-1]


@pytest.mark.parametrize("missing", ["TRIALCHAT_API_KEY", "TRIALCHAT_ENGINE_SECRET", "TRIALCHAT_ADMIN_PASSWORD", "TRIALCHAT_AUDIT_KEY"])
def test_a_missing_secret_is_named_before_anything_is_opened(tmp_path: Path, missing: str) -> None:
    environment = _environment(tmp_path, _free_ports(3)) | {missing: ""}
    with pytest.raises(SettingsError, match=missing):
        assemble(Settings.from_environment(environment))
    assert list(tmp_path.iterdir()) == []


def test_a_port_in_use_is_said_in_one_line(tmp_path: Path) -> None:
    ports = _free_ports(3)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", ports[0]))
        taken.listen()
        done = subprocess.run(
            [sys.executable, "-m", "bot.web"], cwd=ROOT, env=_environment(tmp_path, ports), capture_output=True, text=True, check=False
        )
    assert done.returncode == 1
    assert "in use" in done.stderr
    assert "Traceback" not in done.stderr
