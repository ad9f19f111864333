"""Small programs for the supervisor to watch. ``python -m tests.running.children NAME …``"""

from __future__ import annotations

import asyncio
import http.server
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from bot.running.guard import Guard
from bot.running.health import answers
from bot.running.process import Command
from bot.running.supervisor import Patience, Service, Supervisor

QUICKLY = Patience(first_pause=0.1, longest_pause=0.4, until_healthy=10, before_killing=1, between_checks=0.05)


class _Quiet(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"well")

    def log_message(self, format: str, *args: object) -> None:
        pass


def serve(port: str, pids: str, stubborn: str = "") -> None:
    """Answers over HTTP and has a child of its own, which ignores SIGTERM where it is to be stubborn."""
    ignoring = (
        "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)" if stubborn else "import time; time.sleep(600)"
    )
    grandchild = subprocess.Popen([sys.executable, "-c", ignoring])
    with Path(pids).open("a", encoding="utf-8") as file:
        file.write(f"{os.getpid()} {grandchild.pid}\n")
    if stubborn:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    http.server.HTTPServer(("127.0.0.1", int(port)), _Quiet).serve_forever()


def supervise(port: str, folder: str, stubborn: str = "") -> None:
    """A supervisor of one such server, until a signal."""
    guard = Guard()

    async def run() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await Supervisor([server(int(port), Path(folder), stubborn)], lambda text: print(text, flush=True), guard, QUICKLY).run(
            stop, lambda: print("ready", flush=True)
        )

    asyncio.run(run())
    guard.dismiss()


def server(port: int, folder: Path, stubborn: str = "") -> Service:
    """The service that `serve` is."""
    arguments = [
        sys.executable,
        "-m",
        "tests.running.children",
        "serve",
        str(port),
        str(folder / "pids"),
        *([stubborn] if stubborn else []),
    ]
    return Service(Command("the server", arguments, os.environ, Path.cwd(), folder / "server.log"), answers(port, "/"))


def exists(pid: int) -> bool:
    """Whether a process is there and not merely waiting to be reaped."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def all_gone(pids: list[int], within: float) -> bool:
    """Whether all of them end in time."""
    deadline = time.monotonic() + within
    while any(exists(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


if __name__ == "__main__":
    {"serve": serve, "supervise": supervise}[sys.argv[1]](*sys.argv[2:])
