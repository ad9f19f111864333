"""Running small programs inside the engine's environment."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.settings import PROJECT

Inside = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def inside(engine_python: Path) -> Inside:
    """Run a script of ``tests/engine/inside`` in the engine's environment; returns what it prints as JSON."""

    def run(script: str, *arguments: str, environment: dict[str, str] | None = None) -> dict[str, Any]:
        done = subprocess.run(
            [str(engine_python), "-W", "ignore", str(Path(__file__).with_name("inside") / script), *arguments],
            cwd=PROJECT,
            env=os.environ | {"PYTHONPATH": str(PROJECT)} | (environment or {}),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return result

    return run
