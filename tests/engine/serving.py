"""The engine by itself, as `trialchat run` starts it, with stand-ins for the actions."""

from __future__ import annotations

import os
import subprocess
import time
import urllib.request
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.settings import PROJECT, Settings
from tests.engine.standin_actions import StandInActions
from tests.product import post


@dataclass
class Engine:
    """A running engine, and one conversation with it."""

    settings: Settings
    actions: StandInActions
    process: subprocess.Popen[bytes]
    log: Path
    conversation: str = ""
    started: set[str] = field(default_factory=set)

    def turn(self, text: str, event: str | None = None, secret: str | None = None, paused: bool = False) -> tuple[int, Any]:
        return self.post(
            "webhook",
            {"conversation": self.conversation, "text": text, "event": event, "message_id": str(uuid.uuid4()), "paused": paused},
            secret,
        )

    def pause(self, paused: bool) -> tuple[int, Any]:
        return self.post("pause", {"conversation": self.conversation, "paused": paused})

    def post(self, path: str, body: object, secret: str | None = None) -> tuple[int, Any]:
        key = self.settings.engine_secret if secret is None else secret
        return post(f"{self.settings.engine_url}/webhooks/trialchat/{path}", body, {"X-Trialchat-Secret": key})

    def texts(self, text: str) -> list[str]:
        status, answer = self.turn(text)
        assert status == 200, answer
        return [message.get("text", "") for message in answer["messages"]]

    def called(self, since: int) -> list[str]:
        return [name for name, _, _ in self.actions.calls[since:]]


def start_engine(
    model: Path, engine_python: Path, settings: Settings, log: Path, path: Path = PROJECT, **more: str
) -> subprocess.Popen[bytes]:
    """Start the engine alone and wait until it serves. ``path`` is where Python looks first."""
    given = {"PYTHONPATH": f"{path}:{PROJECT}", "HOME": str(settings.home / "nobodys-home")} | more
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(engine_python), "-m", "bot.engine.launch", "--model", str(model), "--port", str(settings.engine_port)],
            cwd=PROJECT,
            env=os.environ | settings.as_environment() | given,
            stdout=output,
            stderr=output,
        )
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(settings.engine_url, timeout=2):  # noqa: S310 - our own
                return process
        except OSError:
            time.sleep(0.2)
    process.kill()
    raise RuntimeError(f"the engine did not start:\n{log.read_text('utf-8')[-3000:]}")
