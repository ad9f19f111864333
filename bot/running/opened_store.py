"""The store of this installation, for a command that writes into its audit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from bot.running.errors import CannotRun
from bot.running.secrets_file import with_known_audit_key
from bot.settings import Settings, SettingsError
from bot.store import Store, StoreError


@contextmanager
def opened_store() -> Iterator[tuple[Store, Settings]]:
    """The store, in order and with the key of its audit, and the settings; what is wrong is said in one line."""
    try:
        settings = with_known_audit_key(Settings.from_environment())
        store = Store(settings.database_url, settings.audit_key)
        try:
            store.check()
            yield store, settings
        finally:
            store.dispose()
    except (CannotRun, SettingsError, StoreError) as problem:
        raise click.ClickException(str(problem)) from None
