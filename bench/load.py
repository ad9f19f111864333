"""Two hundred conversations at once, from a second process, beside bare Rasa with an echo action in the same run.

`measure` takes a list of products, for whoever has several on one database; `main` starts one. `TRIALCHAT_BENCH_BASES` names others that
run already: addresses and keys of their REST channels, `http://127.0.0.1:8080=KEY,http://127.0.0.1:8081=KEY`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import psutil

from bench.load_driver import Plan
from bench.tables import percentile
from bench.turn import AS_IT_COMES, rasa_as_it_comes
from bot.settings import PROJECT
from tests.product import running_product, train_once

CONVERSATIONS = int(os.environ.get("TRIALCHAT_BENCH_CONVERSATIONS", "200"))
TURNS = int(os.environ.get("TRIALCHAT_BENCH_TURNS", "8"))
#: Seconds between a person's messages. Reading a question and answering it takes longer than this for most.
PAUSE = (10.0, 20.0)
_MEGABYTE = 1024 * 1024
_PARTS = {"bot.engine.launch": "engine", "bot.web": "app"}

Bases = Sequence[tuple[str, str]]


def main() -> None:
    """Print a line for each way of writing and each of those written to."""
    print(f"\n{CONVERSATIONS} conversations at once, {TURNS} turns each, from a second process")
    print(f"  {'':<44} {'turns':>6} {'p50 ms':>9} {'p95 ms':>9} {'p99 ms':>9} {'per s':>7}  errors")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "product"
        home.mkdir()
        with running_product(home) as product, rasa_as_it_comes(train_once(home), Path(folder) / "rasa") as rasa:
            measure([(rasa, "")], AS_IT_COMES, "rasa")
            measure([(product.base_url, product.api_key)], "trialchat, one engine")
            print(f"  memory: {_listed(memory(product.process.pid))}")
        if missing := [name for name in ("redis-server", "rabbitmq-server", "initdb", "nginx") if not is_installed(name)]:
            print(f"  several machines were not measured: {', '.join(missing)} is not installed")
        else:
            _measure_machines(Path(folder))
    named = [each.rpartition("=") for each in os.environ.get("TRIALCHAT_BENCH_BASES", "").split(",") if each]
    others = [(base, key) for base, _, key in named]
    if others:
        measure(others, f"those of TRIALCHAT_BENCH_BASES ({len(others)})")


def _measure_machines(folder: Path) -> None:
    """The layout of `deploy/`, all of it on this one machine: on the same cores, two of them are no faster than one."""
    from tests.many.layout import running_machines

    for number in (1, 2):
        homes = folder / f"machines-{number}"
        homes.mkdir()
        with running_machines(homes, number) as machines:
            bases = [(machine.base_url, machine.api_key) for machine in machines.machines]
            measure(bases, f"PostgreSQL, Redis, RabbitMQ; engines: {number}")
            print(f"  memory: {'; '.join(_listed(memory(machine.process.pid)) for machine in machines.machines)}")


def is_installed(program: str) -> bool:
    """Whether a server's program is here; Debian keeps PostgreSQL's beside the path."""
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin") is not None or any(
        Path("/usr/lib/postgresql").glob(f"*/bin/{program}")
    )


def measure(bases: Bases, name: str, channel: str = "rest") -> None:
    """Print what people get who all write at once: as fast as they are answered, and with pauses."""
    for pause, how in ((None, "at once"), (PAUSE, f"every {PAUSE[0]:.0f} to {PAUSE[1]:.0f} s")):
        plan = Plan(bases, CONVERSATIONS, TURNS, pause, channel)
        done = subprocess.run(
            [sys.executable, "-m", "bench.load_driver"],
            cwd=PROJECT, input=json.dumps(asdict(plan)), stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
        outcome = json.loads(done.stdout)
        seconds, errors = outcome["seconds"], outcome["errors"]
        figures = " ".join(f"{percentile(seconds, share):>9.0f}" for share in (0.5, 0.95, 0.99)) if seconds else f"{'-':>29}"
        told = ", ".join(f"{count} {kind}" for kind, count in errors.items()) or "none"
        print(f"  {f'{name}, {how}':<44} {len(seconds):>6} {figures} {len(seconds) / outcome['took']:>7.1f}  {told}", flush=True)


def memory(pid: int) -> dict[str, int]:
    """Megabytes resident, of each process of a product."""
    found: dict[str, int] = {"supervisor": psutil.Process(pid).memory_info().rss // _MEGABYTE}
    for process in psutil.Process(pid).children(recursive=True):
        line = process.cmdline()
        part = next((name for module, name in _PARTS.items() if module in line), None)
        if part is not None:
            found[part] = process.memory_info().rss // _MEGABYTE
    return found


def _listed(megabytes: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {size} MB" for name, size in megabytes.items())
