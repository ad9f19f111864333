"""One turn of one person, beside the same Rasa with an action that only echoes.

Both engines are the same launcher, model, tracker store and event broker, on the same machine
in the same run; turns of the two alternate, so that both meet the same noise. The product's
turn is measured at its public REST door, the echo's at the engine's own, so the difference is
all that we add: app, reading, criteria, planner, store.
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
from tests.product import environment, post, running_product, train_once

CONVERSATIONS = 12
WARM_UP = 2


def main() -> None:
    """Print the table."""
    fits = people("NCT06141070")[0].answers
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        model = train_once(home)
        product_home, echo_home = home / "product", home / "echo"
        product_home.mkdir()
        with running_product(product_home) as product, _echo(model, echo_home) as echo:
            ours: list[float] = []
            theirs: list[float] = []
            for number in range(CONVERSATIONS + WARM_UP):
                sender, conversation = str(uuid.uuid4()), str(uuid.uuid4())
                text: str | None = "hello"
                while text is not None:
                    begun = time.perf_counter()
                    messages = product.send(sender, text, {"trial_id": "NCT06141070"})
                    between = time.perf_counter()
                    _say(echo, conversation, text)
                    ended = time.perf_counter()
                    if number >= WARM_UP:
                        ours.append(between - begun)
                        theirs.append(ended - between)
                    text = _next(messages, fits)
    show(
        "One turn, one person (ms)",
        {"Rasa with an empty echo action": theirs, "trialchat, at its REST door": ours},
        beside="Rasa with an empty echo action",
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
def _echo(model: Path, home: Path) -> Iterator[Settings]:
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


def _wait(url: str) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the echo engine did not start")
