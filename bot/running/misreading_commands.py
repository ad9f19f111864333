"""`trialchat misreadings` on the command line."""

from __future__ import annotations

import os
from pathlib import Path

import click

from bot.conversations.review.exporting import EXAMPLES_FILE, EXPECTED_FILE, WARNING, exported
from bot.running.errors import CannotRun
from bot.running.secrets_file import with_secrets
from bot.settings import Settings, SettingsError
from bot.store import Store, StoreError
from bot.store.clock import utc_now


@click.group()
def misreadings() -> None:
    """Messages that coordinators flagged as misread."""


@misreadings.command()
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), required=True, help="The folder that they go into.")
def export(folder: Path) -> None:
    """Write flagged messages and what they meant: to test by, and to look at.

    misreadings.jsonl has a line for each: {"id", "utterance", "attribute", "expected"}. misreadings.yml has those that a
    classifier could learn from, in the format of data/nlu.
    """
    try:
        settings = _settings()
        store = Store(settings.database_url, settings.audit_key)
        try:
            store.check()
            with store.unit() as unit:
                found = exported(unit.flagged_messages())
                unit.audit("system", "exported_misreadings", "misreadings", "all", at=utc_now(), detail={"messages": found.messages})
                # Within the transaction: where a file cannot be written, nothing was exported.
                _write(folder, {EXPECTED_FILE: found.expected, EXAMPLES_FILE: found.examples})
        finally:
            store.dispose()
    except StoreError as problem:
        raise click.ClickException(str(problem)) from None
    except OSError as problem:
        raise click.ClickException(f"{folder}: {problem.strerror}; choose a folder that can be written to") from None
    click.echo(
        f"{found.messages} messages in {folder / EXPECTED_FILE}, {found.messages - found.left_out} of them in {folder / EXAMPLES_FILE}"
    )
    click.echo(WARNING, err=True)


def _settings() -> Settings:
    try:
        return with_secrets(Settings.from_environment())
    except (SettingsError, CannotRun) as problem:
        raise click.ClickException(str(problem)) from None


def _write(folder: Path, files: dict[str, str]) -> None:
    """Readable for nobody else on this machine."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, text in files.items():
        path = folder / name
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            # It may have been there, open to others.
            path.chmod(0o600)
            file.write(text)
