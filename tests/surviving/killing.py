"""Processes of a running product, found by the port that they listen on, and ended as the kernel ends them."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import psutil

from tests.product import Product


def listener(machine: Product, port: int) -> psutil.Process | None:
    """The process of a machine that listens on a port."""
    for process in psutil.Process(machine.process.pid).children(recursive=True):
        try:
            if any(found.laddr.port == port and found.status == psutil.CONN_LISTEN for found in process.net_connections("tcp")):
                return process
        except psutil.NoSuchProcess:
            continue
    return None


def kill(machine: Product, port: int) -> bool:
    """kill -9 of whoever listens there; whether anybody did."""
    process = listener(machine, port)
    if process is None:
        return False
    os.kill(process.pid, signal.SIGKILL)
    return True


@contextmanager
def soon(happens: Callable[[], object]) -> Iterator[Callable[[], None]]:
    """Something to call as a message is sent: a moment later, while the turn is under way, `happens`."""
    threads: list[threading.Thread] = []

    def start() -> None:
        thread = threading.Timer(random.uniform(0.0, 0.06), happens)  # noqa: S311 - no secret
        threads.append(thread)
        thread.start()

    yield start
    for thread in threads:
        thread.join()


@contextmanager
def held(keeping: Callable[[], AbstractContextManager[object]], seconds: float) -> Iterator[Callable[[], None]]:
    """Something to call before a message is sent: from then on, for so long, another one holds what `keeping` takes."""
    is_held = threading.Event()

    def hold() -> None:
        with keeping():
            is_held.set()
            time.sleep(seconds)

    thread = threading.Thread(target=hold)

    def start() -> None:
        thread.start()
        is_held.wait()

    yield start
    thread.join()
