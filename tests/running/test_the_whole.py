"""`trialchat run`, the real one: what it prints, where it listens, how it survives and how it ends."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.product import Product, running_product
from tests.running.children import all_gone


@pytest.fixture(scope="module")
def whole(trained_model: Path, engine_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product of this module's own, since it is treated badly here."""
    with running_product(tmp_path_factory.mktemp("whole")) as product:
        yield product


def everyone(product: Product) -> list[psutil.Process]:
    """Every process that `trialchat run` has started."""
    return psutil.Process(product.process.pid).children(recursive=True)


def running(product: Product, module: str) -> psutil.Process:
    [found] = [each for each in everyone(product) if module in each.cmdline()]
    return found


def until(condition: Callable[[], bool], within: float) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def test_it_prints_the_addresses_the_login_and_the_key(whole: Product) -> None:
    said = whole.said()
    assert f"Site                {whole.base_url}" in said
    assert "Coordinator login   coordinator / " in said
    assert f"API key             {whole.api_key}" in said
    assert whole.engine_secret not in said


def test_it_listens_on_loopback_only(whole: Product) -> None:
    listening = {
        connection.laddr for each in everyone(whole) for connection in each.net_connections() if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {("127.0.0.1", port) for port in (whole.port, whole.engine_port, whole.actions_port)}


def test_everything_it_writes_is_in_its_home_folder_and_private_things_are_private(whole: Product) -> None:
    names = {path.name for path in whole.home.iterdir()}
    assert {"trialchat.db", "tracker.db", "events.db", "secrets.json", "logs"} <= names
    assert (whole.home / "secrets.json").stat().st_mode & 0o077 == 0
    for name in ("trialchat.db", "tracker.db", "events.db"):
        assert (whole.home / name).stat().st_mode & 0o077 == 0, f"{name} holds what people said"


@pytest.mark.parametrize(("module", "name"), [("bot.engine.launch", "the dialogue engine"), ("bot.web", "the app")])
def test_a_killed_process_is_replaced_and_the_conversation_goes_on(whole: Product, module: str, name: str) -> None:
    sender = f"survivor-{module}"
    assert whole.send(sender, "hello")
    victim = running(whole, module)
    victim.send_signal(signal.SIGKILL)
    until(lambda: f"{name} ended (signal SIGKILL); starting it again in 1 s" in whole.said(), within=5)
    until(lambda: f"{name} is up again" in whole.said(), within=60)
    assert running(whole, module).pid != victim.pid
    assert whole.send(sender, "yes")


def test_ctrl_c_ends_every_process(trained_model: Path, engine_python: Path, tmp_path: Path) -> None:
    with running_product(tmp_path) as product:
        pids = [each.pid for each in everyone(product)]
        assert len(pids) >= 3
        began = time.monotonic()
        product.process.send_signal(signal.SIGINT)
        assert product.process.wait(30) == 0
        assert time.monotonic() - began < 15
    assert all_gone(pids, within=1)
    assert product.said().rstrip().endswith("stopped")


def test_a_killed_supervisor_takes_every_process_with_it(trained_model: Path, engine_python: Path, tmp_path: Path) -> None:
    with running_product(tmp_path) as product:
        pids = [each.pid for each in everyone(product)]
        os.kill(product.process.pid, signal.SIGKILL)
        assert all_gone(pids, within=12)
