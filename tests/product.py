"""`trialchat run`, or `serve`, as the tests start it: free ports, a home folder of its own, the model shared between runs."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.running.model import model_path
from bot.settings import PROJECT, Settings

#: The command, of the environment that the tests run in.
TRIALCHAT = Path(sys.executable).with_name("trialchat")
#: Trained once for all test runs, and again only when what it is made from changes.
MODELS = PROJECT / ".cache" / "test-models"
#: The first start of all may have to train.
START_SECONDS = 600


@dataclass
class Product:
    """A running product, and what is needed to talk to it."""

    base_url: str
    api_key: str
    home: Path
    port: int
    engine_port: int
    actions_port: int
    engine_secret: str
    process: subprocess.Popen[str]
    output: Path
    #: Set by tests that add to what the product prints.
    notes: dict[str, Any] = field(default_factory=dict)

    def said(self) -> str:
        """What `trialchat run` has printed so far."""
        return self.output.read_text("utf-8")

    def send(self, sender: str, message: str, metadata: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        """One turn through the REST channel; the test fails on any other answer than 200."""
        status, answer = self.post(
            "/webhooks/rest/webhook",
            {"sender": sender, "message": message} | ({"metadata": dict(metadata)} if metadata else {}),
            {"Authorization": f"Bearer {self.api_key}"},
        )
        assert status == 200, f"{status}: {answer}"
        messages: list[dict[str, Any]] = answer
        return messages

    def post(self, path: str, body: object, headers: Mapping[str, str] | None = None) -> tuple[int, Any]:
        """Status and JSON of a POST to the app."""
        return post(self.base_url + path, body, headers)


def post(url: str, body: object, headers: Mapping[str, str] | None = None, timeout: float = 60) -> tuple[int, Any]:
    """Status and JSON of a POST."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **(headers or {})})  # noqa: S310 - our own
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            text = error.read().decode("utf-8", "replace")
        with contextlib.suppress(ValueError):
            return error.code, json.loads(text)
        return error.code, text


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on just now."""
    with contextlib.ExitStack() as sockets:
        found = [sockets.enter_context(socket.socket()) for _ in range(count)]
        for each in found:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in found]


def environment(home: Path, **more: str) -> dict[str, str]:
    """For `trialchat run` in ``home``, on free ports; nothing of the person's own settings shines through."""
    port, engine, actions = free_ports(3)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRIALCHAT_") and name != "PORT"}
    return kept | {
        "PORT": str(port),
        "TRIALCHAT_ENGINE_PORT": str(engine),
        "TRIALCHAT_ACTIONS_PORT": str(actions),
        "TRIALCHAT_HOME": str(home),
        "TRIALCHAT_MODELS": str(MODELS),
        "TRIALCHAT_API_KEY": "a-key-for-tests-0123456789",
        "TRIALCHAT_ENGINE_SECRET": "an-engine-secret-for-tests-0123456789",
        **more,
    }


def train_once(home: Path) -> Path:
    """`trialchat train`, which trains only what was not trained before; returns the model."""
    given = environment(home)
    MODELS.mkdir(parents=True, exist_ok=True)
    with (MODELS / "training.lock").open("w") as lock:
        # The tests run in several processes; the others wait for the one that trains.
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(
            [str(TRIALCHAT), "train"], env=given, cwd=PROJECT, capture_output=True, text=True, timeout=START_SECONDS, check=False
        )
    if done.returncode != 0:
        raise RuntimeError(f"trialchat train: {done.stdout}{done.stderr}")
    return model_path(Settings.from_environment(given))


@contextlib.contextmanager
def running_product(home: Path, command: str = "run", **more: str) -> Iterator[Product]:
    """Start the product, by `trialchat run` or `serve`, wait until it says that it is ready, and stop it as Ctrl-C does."""
    train_once(home)
    given = environment(home, **more)
    output = home / "printed.txt"
    with output.open("w", encoding="utf-8") as printed:
        process = subprocess.Popen(
            [str(TRIALCHAT), command],
            env=given,
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    product = Product(
        base_url=f"http://127.0.0.1:{given['PORT']}",
        api_key=given["TRIALCHAT_API_KEY"],
        home=home,
        port=int(given["PORT"]),
        engine_port=int(given["TRIALCHAT_ENGINE_PORT"]),
        actions_port=int(given["TRIALCHAT_ACTIONS_PORT"]),
        engine_secret=given["TRIALCHAT_ENGINE_SECRET"],
        process=process,
        output=output,
    )
    try:
        _wait_until_ready(product, command)
        yield product
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def _wait_until_ready(product: Product, command: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    words = {"run": "Ctrl-C stops everything", "serve": "trialchat: ready"}[command]
    while time.monotonic() < deadline:
        if words in product.said():
            return
        if product.process.poll() is not None:
            raise RuntimeError(f"trialchat {command} ended with status {product.process.returncode}:\n{product.said()}")
        time.sleep(0.2)
    raise RuntimeError(f"trialchat {command} was not ready after {START_SECONDS} s:\n{product.said()}")
