"""`trialchat backup` and `trialchat restore` on the command line."""

from __future__ import annotations

import os
from pathlib import Path

import click

from bot.backup.errors import BackupError
from bot.running.errors import CannotRun
from bot.settings import Settings, SettingsError
from bot.store import StoreError
from bot.store.clock import utc_now

FOR = "TRIALCHAT_BACKUP_FOR"


@click.group(invoke_without_command=True)
@click.option("--to", "to", type=click.Path(path_type=Path, dir_okay=False), help="The file to write; it must not be there yet.")
@click.option("--for", "recipients", multiple=True, metavar="AGE1…", help=f"Who can open it; several may be named. Else {FOR} says it.")
@click.pass_context
def backup(context: click.Context, to: Path | None, recipients: tuple[str, ...]) -> None:
    """Write everything into one encrypted file, while the program runs."""
    if context.invoked_subcommand is not None:
        return
    for_whom = list(recipients) or os.environ.get(FOR, "").split()
    if to is None:
        raise click.UsageError("--to: which file to write")
    if not for_whom:
        raise click.UsageError(f"--for, or {FOR}: for whom; `trialchat backup key FILE` makes a key")
    if to.exists():
        raise click.ClickException(f"{to} is there already; name another file")
    from bot.backup.making import back_up

    try:
        manifest = back_up(Settings.from_environment(), to, for_whom, utc_now())
    except (BackupError, CannotRun, SettingsError, StoreError) as problem:
        raise click.ClickException(str(problem)) from None
    click.echo(f"{to}: {', '.join(manifest.members)}; {to.stat().st_size / 1e6:.1f} MB")


@backup.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def key(file: Path) -> None:
    """Make a key: into FILE what opens backups, on the screen what they are made for.

    Keep FILE where no backup is, and not on the machine that makes them: who has both reads everything.
    """
    from bot.backup.archive import new_identity

    identity, recipient = new_identity()
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(f"# opens backups that are made for {recipient}\n{identity}\n")
    except OSError as problem:
        raise click.ClickException(f"{file} cannot be written ({problem.strerror})") from None
    click.echo(recipient)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--key", "key_file", required=True, type=click.Path(path_type=Path, dir_okay=False, exists=True), help="What opens it.")
@click.option("--replace", is_flag=True, help="Move aside what is there, and erase again whoever was erased since.")
def restore(file: Path, key_file: Path, replace: bool) -> None:
    """Put a backup back into TRIALCHAT_HOME, while nothing runs there."""
    from bot.backup.restoring import put_back

    try:
        done = put_back(Settings.from_environment(), file, key_file.read_text("utf-8", "replace"), utc_now, replace=replace)
    except (BackupError, CannotRun, SettingsError, StoreError) as problem:
        raise click.ClickException(str(problem)) from None
    click.echo(f"as of {done.manifest.at}: {done.conversations} conversations")
    if done.moved is not None:
        click.echo(f"what was there before is in {done.moved}; {done.erased} who were erased since the backup are erased again")
        click.echo("remove that folder when all is well: it holds what people said")
    else:
        click.echo("whoever was erased after the backup is here again: erase them once more, by the receipts that the study team has")
