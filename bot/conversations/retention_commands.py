"""`trialchat retention` on the command line."""

from __future__ import annotations

from collections.abc import Mapping

import click

from bot.conversations.erasing import Erasures
from bot.conversations.retention import erase_what_is_due, tidy_up
from bot.many.engine_events import forgetting, queued_events
from bot.running.errors import CannotRun
from bot.running.secrets_file import with_known_audit_key
from bot.settings import Settings, SettingsError
from bot.store import Store, StoreError
from bot.store.clock import utc_now


@click.group()
def retention() -> None:
    """Erase what has been kept long enough. The running app does so once a day by itself."""


@retention.command()
@click.option("--dry-run", is_flag=True, help="Only say how many conversations that would be.")
def run(dry_run: bool) -> None:
    """Erase the conversations that were kept as long as their trial says, and say how many of which trial."""
    try:
        settings = with_known_audit_key(Settings.from_environment())
        store = Store(settings.database_url, settings.audit_key)
        try:
            store.check()
            if dry_run:
                with store.reading() as unit:
                    due = unit.count_due(utc_now(), settings.keep_days)
                _say(due, "would be erased")
                return
            erasures = Erasures(store, forgetting(settings, queued_events(settings, store)), utc_now)
            _say(erase_what_is_due(store, erasures, utc_now, settings.keep_days), "erased")
            tidy_up(store, utc_now)
            with store.reading() as unit:
                waiting = len(unit.erasures_to_complete())
        finally:
            store.dispose()
    except (CannotRun, SettingsError, StoreError) as problem:
        raise click.ClickException(str(problem)) from None
    if waiting:
        click.echo(f"{waiting} of all erasures still wait for the engine's files; the running app goes on trying")


def _say(numbers: Mapping[str | None, int], what: str) -> None:
    for trial_id, number in sorted(numbers.items(), key=lambda each: each[0] or ""):
        click.echo(f"{trial_id or 'searches':<12} {number:>7} {what}")
    if not numbers:
        click.echo(f"0 {what}")
