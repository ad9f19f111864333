"""deploy/Containerfile, read: no engine for containers is needed here. What it copies is there, and what it leaves out is not needed."""

from __future__ import annotations

import re

from bot.running.model import INPUTS
from bot.settings import PROJECT

TEXT = (PROJECT / "deploy" / "Containerfile").read_text("utf-8")
INSTRUCTIONS = [line for line in TEXT.replace("\\\n", " ").splitlines() if line and not line.startswith("#")]
TAKEN = {line[2:] for line in (PROJECT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!/")}


def stages() -> list[list[str]]:
    found: list[list[str]] = []
    for line in INSTRUCTIONS:
        if line.startswith("FROM "):
            found.append([])
        found[-1].append(line)
    return found


def test_what_it_copies_from_the_folder_is_in_the_folder_and_not_left_out() -> None:
    copied = [part for line in INSTRUCTIONS if line.startswith("COPY ") and "--from" not in line for part in line.split()[1:-1]]
    assert copied
    assert [part for part in copied if part != "." and part not in TAKEN] == []
    assert [part for part in TAKEN if not (PROJECT / part).exists()] == []


def test_what_the_model_is_made_from_and_what_the_program_reads_is_not_left_out() -> None:
    assert [path for path in INPUTS if path.split("/")[0] not in TAKEN] == []
    assert {"trials", "lexicon", "words", "data", "actions", "bot", "endpoints.yml", "credentials.yml"} <= TAKEN


def test_nothing_that_running_makes_gets_in() -> None:
    assert {".venv", ".venv-engine", ".cache", "var", ".git", "deploy"} & TAKEN == set()
    assert (PROJECT / ".dockerignore").read_text("utf-8").splitlines()[1] == "*", "what is not named is left out"


def test_the_image_has_the_two_pythons_that_the_set_up_looks_for() -> None:
    wanted = (PROJECT / "scripts" / "find-python").read_text("utf-8")
    engine, app = re.findall(r"^FROM \S+/python:(3\.\d+)-slim-(\w+)", TEXT, re.MULTILINE)
    assert engine[0] in wanted
    assert app[0] in wanted
    assert engine[1] == app[1], "of one release of Debian: they share its libraries"


def test_what_runs_is_not_root_and_is_the_service() -> None:
    *_, last = stages()
    assert "USER 10001:10001" in last
    assert last[-1] == 'CMD ["trialchat", "serve"]'
    assert not any("build-essential" in line for line in last)


def test_it_is_made_by_the_commands_that_everybody_uses() -> None:
    [build] = [stage for stage in stages() if stage[0].endswith(" AS build")]
    commands = " ".join(line for line in build if line.startswith("RUN "))
    assert "scripts/setup engine" in commands
    assert "scripts/setup app" in commands
    assert "trialchat train" in commands
