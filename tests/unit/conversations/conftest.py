"""A library of words, a store in a file of its own, and people to talk to the desk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store import Store
from bot.trials import load_records
from bot.trials.loading import store_records
from bot.words import Library, load_library
from tests.conversing import NOW, Talk

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library()


@pytest.fixture
def store(tmp_path: Path, library: Library) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'store.db'}")
    store.migrate()
    store_records(store, load_records(ROOT / "trials", library.attributes), NOW)
    yield store
    store.dispose()


@pytest.fixture
def talk(store: Store, library: Library) -> Talk:
    return Talk.open(store, library)
