"""`trialchat doctor` on the command line."""

from __future__ import annotations

import json
import os

import click

from bot.backup.making import sqlite_path
from bot.doctor.examining import examine
from bot.doctor.finding import Finding, Level
from bot.doctor.probing import look_around
from bot.running.errors import CannotRun
from bot.setting_values import with_files
from bot.settings import Settings, SettingsError


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
@click.pass_context
def doctor(context: click.Context, as_json: bool) -> None:
    """Say what is unsafe about this installation, and what to do.

    Run it on the machine and with the environment that the program runs with. A line for each finding; exit status 1 where
    something is unsafe, 0 where there are warnings at most. It changes nothing, and prints no secret.
    """
    try:
        settings = Settings.from_environment()
        _require_owner(settings)
        found = examine(look_around(settings, with_files(os.environ)))
    except (CannotRun, SettingsError) as problem:
        raise click.ClickException(str(problem)) from None
    click.echo(_as_json(found) if as_json else _as_lines(found))
    context.exit(1 if _number(found, Level.UNSAFE) else 0)


def _require_owner(settings: Settings) -> None:
    """SQLite makes files beside the database for whoever only reads: made by somebody else, the program itself could not open them."""
    path = sqlite_path(settings)
    if path is not None and path.exists() and path.stat().st_uid != os.geteuid():
        raise CannotRun(f"{path} belongs to another user; run this as the user that the program runs as")


def _number(found: list[Finding], level: Level) -> int:
    return sum(finding.level is level for finding in found)


def _as_lines(found: list[Finding]) -> str:
    summary = f"{_number(found, Level.UNSAFE)} unsafe, {_number(found, Level.WARNING)} to think about"
    return "\n".join([*(finding.line for finding in found), summary])


def _as_json(found: list[Finding]) -> str:
    findings = [{"level": one.level.value, "check": one.check, "what": one.what, "todo": one.todo} for one in found]
    return json.dumps({"safe": not _number(found, Level.UNSAFE), "findings": findings}, ensure_ascii=False, indent=2)
