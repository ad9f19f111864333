"""The desk without an engine: words, a store in a file of its own for each test, and someone to talk to it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import PROJECT
from bot.store import Store
from bot.trials import load_records
from bot.trials.loading import store_records
from bot.words import Library
from tests.conversing import NOW, Talk
from tests.shipped import shipped_library


@pytest.fixture(scope="session")
def library() -> Library:
    return shipped_library()


@pytest.fixture(scope="session")
def migrated_store(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with its tables and the trials that ship, to be copied: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("store") / "store.db"
    store = Store(f"sqlite:///{path}")
    store.migrate()
    store_records(store, load_records(PROJECT / "trials", library.attributes), NOW)
    store.dispose()
    return path


@pytest.fixture
def store(tmp_path: Path, migrated_store: Path) -> Iterator[Store]:
    path = shutil.copy(migrated_store, tmp_path / "store.db")
    store = Store(f"sqlite:///{path}")
    yield store
    store.dispose()


@pytest.fixture
def talk(store: Store, library: Library) -> Talk:
    return Talk.open(store, library)
