"""scripts/ensure-servers: quick where all is there, and plain about what is missing; nothing is started that nobody asked for."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from bot.settings import PROJECT

SCRIPT = PROJECT / "scripts" / "ensure-servers"


def program(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    path.chmod(0o755)


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder of the commands that the script needs; who calls it is nobody in particular."""
    for name in ("dirname", "date", "sh", "tail", "mkdir", "env", "rm", "chmod", "tee"):
        (tmp_path / name).symlink_to(next(folder / name for folder in (Path("/usr/bin"), Path("/bin")) if (folder / name).exists()))
    program(tmp_path / "id", "echo 1000")
    return tmp_path


def ensure(path: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["/bin/sh", SCRIPT], env={"PATH": path}, capture_output=True, text=True, timeout=60, check=False)


def test_where_all_is_there_it_says_nothing_and_takes_a_moment(bare: Path) -> None:
    for name in ("nginx", "redis-server", "rabbitmq-server", "psql", "postgres"):
        program(bare / name, "exit 1")
    began = time.monotonic()
    done = ensure(str(bare))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert time.monotonic() - began < 10  # asking a package manager would take more


def test_what_is_missing_and_cannot_be_installed_is_named_with_what_follows(bare: Path) -> None:
    done = ensure(str(bare))
    assert done.returncode == 3
    [line] = done.stderr.splitlines()
    assert "will be SKIPPED" in line
    assert line.endswith("postgresql")
    assert "redis-server" in line.partition("apt-get install")[2]


def test_the_tests_are_run_whatever_it_says() -> None:
    assert "scripts/ensure-servers || true" in (PROJECT / "scripts" / "test").read_text("utf-8")
    assert os.access(SCRIPT, os.X_OK)
