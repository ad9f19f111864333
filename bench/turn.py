"""One turn of one person, beside Rasa with an action that only echoes: as Rasa comes, and as we start it.

Same model, tracker store and event broker on SQLite files, same machine, same run; turns of the three alternate, so that all meet the
same noise. The product's turn is measured at its public REST door, that of Rasa as it comes at its own REST channel, that of the engine as
we start it (with our corrections) at the engine's door: between the last two is what we add: app, reading, criteria, planner, store.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.tables import show
from bot.settings import PROJECT, Settings
from tests.engine.standin_actions import StandInActions
from tests.people import people
from tests.product import environment, free_ports, post, running_product, train_once

CONVERSATIONS = 12
WARM_UP = 2
AS_IT_COMES = "Rasa as it comes, with an echo action"


def main() -> None:
    """Print the table."""
    fits = people("NCT06141070")[0].answers
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        model = train_once(home)
        product_home, echo_home = home / "product", home / "echo"
        product_home.mkdir()
        with running_product(product_home) as product, echo(model, echo_home) as bare, rasa_as_it_comes(model, home / "rasa") as rasa:
            as_it_comes: list[float] = []
            ours: list[float] = []
            theirs: list[float] = []
            for number in range(CONVERSATIONS + WARM_UP):
                sender, conversation = str(uuid.uuid4()), str(uuid.uuid4())
                text: str | None = "hello"
                while text is not None:
                    begun = time.perf_counter()
                    messages = product.send(sender, text, {"trial_id": "NCT06141070"})
                    between = time.perf_counter()
                    _say(bare, conversation, text)
                    ended = time.perf_counter()
                    say_to_rasa(rasa, conversation, text)
                    last = time.perf_counter()
                    if number >= WARM_UP:
                        ours.append(between - begun)
                        theirs.append(ended - between)
                        as_it_comes.append(last - ended)
                    text = _next(messages, fits)
    show(
        "One turn, one person (ms)",
        {AS_IT_COMES: as_it_comes, "Rasa as we start it, with an echo action": theirs, "trialchat, at its REST door": ours},
        beside=AS_IT_COMES,
    )


def _next(messages: list[dict[str, Any]], answers: dict[str, str]) -> str | None:
    asked = [message["custom"]["attribute"] for message in messages if message.get("custom", {}).get("type") == "question"]
    return answers[asked[-1]] if asked else None


def _say(settings: Settings, conversation: str, text: str) -> None:
    status, answer = post(
        f"{settings.engine_url}/webhooks/trialchat/webhook",
        {"conversation": conversation, "text": text, "event": None, "message_id": str(uuid.uuid4())},
        {"X-Trialchat-Secret": settings.engine_secret},
    )
    if status != 200:
        raise RuntimeError(f"the echo answered {status}: {json.dumps(answer)}")


@contextmanager
def echo(model: Path, home: Path) -> Iterator[Settings]:
    """The engine alone, with an action that takes every message and says a line."""
    home.mkdir()
    settings = Settings.from_environment(environment(home))
    actions = StandInActions(settings.engine_secret)
    with actions.serving(settings.actions_port), (home / "engine.log").open("wb") as log:
        process = subprocess.Popen(
            [PROJECT / ".venv-engine/bin/python", "-m", "bot.engine.launch", "--model", model, "--port", str(settings.engine_port)],
            cwd=PROJECT,
            env=os.environ | settings.as_environment() | {"PYTHONPATH": str(PROJECT)},
            stdout=log,
            stderr=log,
        )
        try:
            _wait(settings.engine_url)
            yield settings
        finally:
            process.terminate()
            process.wait(20)


@contextmanager
def rasa_as_it_comes(model: Path, home: Path) -> Iterator[str]:
    """`rasa run` with the same model and the echo action, nothing of ours around it but the components of its pipeline; its address."""
    home.mkdir()
    port, actions_port = free_ports(2)
    (home / "credentials.yml").write_text("rest:\n", "utf-8")
    (home / "endpoints.yml").write_text(
        f"action_endpoint:\n  url: http://127.0.0.1:{actions_port}/webhook\n"
        f"tracker_store:\n  type: SQL\n  dialect: sqlite\n  db: {home}/tracker.db\n"
        f"event_broker:\n  type: SQL\n  dialect: sqlite\n  db: {home}/events.db\n",
        "utf-8",
    )
    command: list[str | Path] = [PROJECT / ".venv-engine/bin/python", "-m", "rasa", "run", "--model", model]
    command += ["--port", str(port), "-i", "127.0.0.1"]
    command += ["--endpoints", home / "endpoints.yml", "--credentials", home / "credentials.yml"]
    given = {"PYTHONPATH": str(PROJECT), "RASA_TELEMETRY_ENABLED": "false", "HOME": str(home), "CUDA_VISIBLE_DEVICES": ""}
    with StandInActions("").serving(actions_port), (home / "rasa.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=home, env=os.environ | given, stdout=log, stderr=log)
        try:
            _wait(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)


def say_to_rasa(url: str, sender: str, text: str) -> None:
    """A turn at Rasa's own REST channel."""
    status, answer = post(f"{url}/webhooks/rest/webhook", {"sender": sender, "message": text})
    if status != 200:
        raise RuntimeError(f"Rasa answered {status}: {json.dumps(answer)}")


def _wait(url: str) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the echo engine did not start")
