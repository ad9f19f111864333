"""What runs is kept running, and what is stopped is stopped whole."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.running.errors import CannotRun
from bot.running.guard import Guard
from bot.running.process import Command
from bot.running.supervisor import Service, Supervisor
from bot.settings import PROJECT
from tests.product import free_ports
from tests.running.children import QUICKLY, all_gone, exists, server


@pytest.fixture
def guard() -> Iterator[Guard]:
    guard = Guard()
    yield guard
    guard.dismiss()


def started_pids(folder: Path) -> list[list[int]]:
    """For each start so far: the server's process and its child's."""
    path = folder / "pids"
    return [[int(pid) for pid in line.split()] for line in path.read_text("utf-8").splitlines()] if path.exists() else []


async def until(condition: object, within: float = 15) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.05)


async def test_a_service_that_dies_is_started_again_and_said_so(guard: Guard, tmp_path: Path) -> None:
    said: list[str] = []
    stop, ready = asyncio.Event(), asyncio.Event()
    supervisor = Supervisor([server(free_ports(1)[0], tmp_path)], said.append, guard, QUICKLY)
    running = asyncio.create_task(supervisor.run(stop, ready.set))
    await asyncio.wait_for(ready.wait(), 10)
    [[first, child]] = started_pids(tmp_path)

    os.kill(first, signal.SIGKILL)
    await until(lambda: "the server is up again" in said)

    assert said[0] == "the server ended (signal SIGKILL); starting it again in 0.1 s"
    assert all_gone([first, child], within=2), "nothing of the dead one is left"
    second = started_pids(tmp_path)[1]
    assert all(exists(pid) for pid in second)
    stop.set()
    await running
    assert all_gone(second, within=2)


async def test_the_pause_grows_while_it_keeps_dying(guard: Guard, tmp_path: Path) -> None:
    said: list[str] = []
    stop, ready = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(Supervisor([server(free_ports(1)[0], tmp_path)], said.append, guard, QUICKLY).run(stop, ready.set))
    await asyncio.wait_for(ready.wait(), 10)
    for starts in (1, 2, 3, 4):
        await until(lambda starts=starts: len(started_pids(tmp_path)) == starts)
        os.kill(started_pids(tmp_path)[-1][0], signal.SIGKILL)
    await until(lambda: sum("starting it again" in line for line in said) == 4)
    stop.set()
    await running
    assert [line.rsplit(" in ")[1] for line in said if "again in" in line] == ["0.1 s", "0.2 s", "0.4 s", "0.4 s"]


async def test_a_service_that_cannot_start_is_told_with_its_last_line(guard: Guard, tmp_path: Path) -> None:
    async def never() -> bool:
        return False

    arguments = [sys.executable, "-c", "import sys; sys.exit('the cupboard is bare')"]
    service = Service(Command("the server", arguments, os.environ, PROJECT, tmp_path / "server.log"), never)
    with pytest.raises(ExceptionGroup) as caught:
        await Supervisor([service], lambda _: None, guard, QUICKLY).run(asyncio.Event(), lambda: None)
    [error] = caught.value.exceptions
    assert isinstance(error, CannotRun)
    assert "the server does not start (exit status 1)" in str(error)
    assert "the cupboard is bare" in str(error)
    assert str(tmp_path / "server.log") in str(error)


async def test_a_service_that_never_answers_is_told_with_its_log(guard: Guard, tmp_path: Path) -> None:
    async def never() -> bool:
        return False

    service = replace(server(free_ports(1)[0], tmp_path), is_healthy=never)
    with pytest.raises(ExceptionGroup) as caught:
        await Supervisor([service], lambda _: None, guard, replace(QUICKLY, until_healthy=0.5)).run(asyncio.Event(), lambda: None)
    assert "the server did not become ready within" in str(caught.value.exceptions[0])
    [pids] = started_pids(tmp_path)
    assert all_gone(pids, within=2)


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    yield from _supervised(tmp_path)


@pytest.fixture
def supervised_stubborn(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The server and its child ignore SIGTERM."""
    yield from _supervised(tmp_path, "stubborn")


def _supervised(tmp_path: Path, *stubborn: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.running.children", "supervise", str(free_ports(1)[0]), str(tmp_path), *stubborn],
        cwd=PROJECT, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_every_process(supervised: subprocess.Popen[str], tmp_path: Path, number: signal.Signals) -> None:
    [pids] = started_pids(tmp_path)
    supervised.send_signal(number)
    assert supervised.wait(60) == 0
    assert all_gone(pids, within=1)


def test_who_ignores_the_request_is_killed(supervised_stubborn: subprocess.Popen[str], tmp_path: Path) -> None:
    [pids] = started_pids(tmp_path)
    supervised_stubborn.send_signal(signal.SIGTERM)
    assert supervised_stubborn.wait(60) == 0
    assert all_gone(pids, within=1)


def test_a_killed_supervisor_leaves_nothing_behind(supervised: subprocess.Popen[str], tmp_path: Path) -> None:
    [pids] = started_pids(tmp_path)
    supervised.kill()
    assert all_gone(pids, within=5)


def test_not_even_what_ignores_signals(supervised_stubborn: subprocess.Popen[str], tmp_path: Path) -> None:
    [pids] = started_pids(tmp_path)
    supervised_stubborn.kill()
    assert all_gone(pids, within=10)
