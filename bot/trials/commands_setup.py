"""The store and the keeper of its trials, for commands that run beside the product or without it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from bot.settings import PROJECT, Settings, SettingsError
from bot.store import Store, StoreError
from bot.trials.loading import Keeper
from bot.trials.records import RecordFault, load_records
from bot.trials.registry.record import Reader
from bot.words import Library, WordsFault, load_library


@contextmanager
def opened() -> Iterator[tuple[Settings, Library, Store, Keeper]]:
    """Everything a command needs; what goes wrong on the way ends the command with a message that says what to do."""
    try:
        settings = Settings.from_environment()
        library = load_library()
        keeper = Keeper(load_records(PROJECT / "trials", library.attributes), lambda: Reader.load(library))
        settings.home.mkdir(parents=True, exist_ok=True)
        store = Store(settings.database_url)
        try:
            store.migrate()
            yield settings, library, store, keeper
        finally:
            store.dispose()
    except (SettingsError, WordsFault, RecordFault, StoreError) as fault:
        raise click.ClickException(str(fault)) from fault
