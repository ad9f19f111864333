"""Looking for words in everything that an installation keeps: each column of each table, each file of a folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, Table, create_engine, select

from bot.store import Store
from bot.store.engine import database_url


def in_tables(store_or_url: Store | str, words: Iterable[str]) -> list[str]:
    """Where one of the words stands: `table: word`. Every value is looked at as a text."""
    url = store_or_url if isinstance(store_or_url, str) else store_or_url._engine.url.render_as_string(hide_password=False)
    engine = create_engine(database_url(url))
    metadata = MetaData()
    try:
        metadata.reflect(engine)
        with engine.connect() as connection:
            return [
                f"{table.name}: {word}"
                for table in metadata.sorted_tables
                for row in connection.execute(select(table))
                for word in words
                if any(word.casefold() in str(value).casefold() for value in row)
            ]
    finally:
        engine.dispose()


def counts(store: Store) -> dict[str, int]:
    """How many rows each table has."""
    engine = create_engine(store._engine.url)
    metadata = MetaData()
    try:
        metadata.reflect(engine)
        with engine.connect() as connection:
            return {table.name: _count(connection, table) for table in metadata.sorted_tables}
    finally:
        engine.dispose()


def _count(connection: Any, table: Table) -> int:
    return len(connection.execute(select(table)).all())


def in_files(folder: Path, words: Iterable[str]) -> list[str]:
    """Which files hold one of the words, as UTF-8 or as JSON writes it."""
    wanted = [word.encode() for word in words]
    return [
        f"{path.relative_to(folder)}: {word.decode()}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for word in wanted
        if word.lower() in path.read_bytes().lower()
    ]
