"""`trialchat seal` on the command line."""

from __future__ import annotations

import click

from bot.resealing import ResealingRefusedError, left_behind, seal_anew
from bot.running.errors import CannotRun
from bot.running.secrets_file import kept_secrets
from bot.sealing import Sealer, SealingError, new_key
from bot.settings import Settings, SettingsError
from bot.store import Store, StoreError


@click.group()
def seal() -> None:
    """Keys that contact data and other secrets are sealed with."""


@seal.command("new-key")
def make_key() -> None:
    """Print a new key.

    Put it first in TRIALCHAT_SEALING_KEYS, before those that are there, separated by a comma. Restart the program. Then
    `trialchat seal rotate`.
    """
    click.echo(new_key())


@seal.command()
def rotate() -> None:
    """Seal everything anew with the newest key.

    It may be interrupted, and run again, at any time. It says when older keys can be dropped.
    """
    try:
        settings = Settings.from_environment()
        keys = settings.sealing_keys or kept_secrets(settings).get("sealing_keys", "")
        sealer = Sealer.of(keys)
        store = Store(settings.database_url)
        try:
            store.check()
            changed = seal_anew(store, sealer)
            newest, *older = [key.strip() for key in keys.split(",") if key.strip()]
            left = left_behind(store, newest)
        finally:
            store.dispose()
    except (SettingsError, SealingError, StoreError, ResealingRefusedError, CannotRun) as problem:
        raise click.ClickException(str(problem)) from None
    for table, number in changed.items():
        click.echo(f"{table}: {number} sealed anew")
    if left:
        click.echo(f"{left} were sealed with an older key meanwhile: restart the program, so that it uses the newest, and run this again.")
    elif older:
        click.echo(
            f"Everything is sealed with the newest key. The other {'key' if len(older) == 1 else f'{len(older)} keys'} can be dropped from "
            "TRIALCHAT_SEALING_KEYS, once every running program was started with the newest."
        )
    else:
        click.echo("Everything is sealed with the one key there is. `trialchat seal new-key` makes another.")
