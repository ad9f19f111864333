"""`trialchat`, the command: everything it lists is there, and listing it loads none of it."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from bot.cli import COMMANDS, main
from bot.settings import PROJECT


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_listed_is_there_and_explains_itself(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert "Usage:" in result.output


def test_help_lists_the_commands_with_a_line_each() -> None:
    output = CliRunner().invoke(main, ["--help"]).output
    for name, (_, _, line) in COMMANDS.items():
        assert name in output
        assert line in output


def test_an_unknown_command_is_refused() -> None:
    result = CliRunner().invoke(main, ["nonsense"])
    assert result.exit_code == 2
    assert "No such command" in result.output


def test_the_command_line_starts_without_loading_what_it_does_not_need() -> None:
    program = "import sys, bot.cli; print([name for name in ('sqlalchemy', 'pydantic', 'aiohttp', 'yaml') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_setting_that_cannot_be_used_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "many")
    result = CliRunner().invoke(main, ["run"])
    assert result.exit_code == 1
    assert result.output == "Error: PORT=many: expected a port number from 1 to 65535\n"
    assert isinstance(main, click.Group)
