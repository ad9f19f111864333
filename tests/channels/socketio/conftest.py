"""The channel served, in a test's own loop or in a thread; and what npm brings for the tests that need it."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.settings import PROJECT
from bot.words import Library
from tests.channels.socketio.served import Visitor, furnished
from tests.console.house import House

HERE = Path(__file__).parent
INSTALLED = PROJECT / ".cache" / "socketio-widgets"


@pytest.fixture
async def house(tmp_path: Path, migrated_store: Path, library: Library) -> AsyncIterator[House]:
    shutil.copy(migrated_store, tmp_path / "store.db")
    house = furnished(tmp_path, library)
    server = TestServer(house.app)
    await server.start_server()
    house.url = str(server.make_url("")).rstrip("/")
    yield house
    await server.close()
    house.store.dispose()


@pytest.fixture
async def visitor(house: House) -> AsyncIterator[Callable[[], Visitor]]:
    """Somebody new, each time."""
    came: list[Visitor] = []

    def come() -> Visitor:
        came.append(Visitor(house.url))
        return came[-1]

    yield come
    for one in came:
        await one.leave()


@pytest.fixture(scope="session")
def packages() -> Path:
    """The folder of the packages of `package-lock.json`, installed once."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("no node and npm on this machine: install Debian's `nodejs` and `npm`")
    pins = (HERE / "package-lock.json").read_text()
    stamp = INSTALLED / "installed"
    if not stamp.exists() or stamp.read_text() != pins:
        # Beside its place, then put there in one step: another worker may be at it, too.
        made = INSTALLED.with_name(f"{INSTALLED.name}-{os.getpid()}")
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, made)
        done = subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=made, capture_output=True, text=True)
        if done.returncode != 0:
            shutil.rmtree(made, ignore_errors=True)
            pytest.skip(f"npm could not install the widgets: {done.stderr.strip()[-300:]}")
        (made / "installed").write_text(pins)
        shutil.rmtree(INSTALLED, ignore_errors=True)
        try:
            made.rename(INSTALLED)
        except OSError:
            shutil.rmtree(made, ignore_errors=True)
    return INSTALLED / "node_modules"


@contextmanager
def in_a_thread(app: web.Application) -> Iterator[tuple[str, Callable[[Awaitable[object]], object]]]:
    """Serve until the block ends: the address, and what runs something in the loop that serves."""
    loop = asyncio.new_event_loop()
    runner = web.AppRunner(app, access_log=None)

    async def start() -> int:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address: tuple[str, int] = runner.addresses[0]
        return address[1]

    async def awaited(what: Awaitable[object]) -> object:
        return await what

    thread = threading.Thread(target=loop.run_forever, name="the app", daemon=True)
    thread.start()
    try:
        port = asyncio.run_coroutine_threadsafe(start(), loop).result(20)
        yield f"http://127.0.0.1:{port}", lambda what: asyncio.run_coroutine_threadsafe(awaited(what), loop).result(20)
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
