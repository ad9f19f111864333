"""A store of each kind, a keeper of trials, and the command line on them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.settings import PROJECT
from bot.store import Store
from bot.trials import TrialRecord, commands_setup, load_records
from bot.trials.loading import Keeper
from bot.trials.registry.record import Reader
from bot.words import Library
from tests.conftest import NO_SHARED_DATA
from tests.shipped import shipped_library
from tests.store.conftest import database_url, postgres_template, store

__all__ = ["database_url", "postgres_template", "store"]

NOON = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
SHARED = PROJECT.parent / "shared"

Run = Callable[..., Result]


@pytest.fixture(scope="session")
def library() -> Library:
    return shipped_library()


@pytest.fixture(scope="session")
def reader(library: Library) -> Reader:
    return Reader.load(library)


@pytest.fixture(scope="session")
def shipped(library: Library) -> tuple[TrialRecord, ...]:
    return load_records(PROJECT / "trials", library.attributes)


@pytest.fixture
def keeper(reader: Reader, shipped: tuple[TrialRecord, ...]) -> Keeper:
    return Keeper(shipped, lambda: reader)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of data beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip(NO_SHARED_DATA)
    return SHARED


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: Library, reader: Reader) -> Run:
    """`trialchat …` on a store of the test's own. The words are loaded once for all tests: that takes a second each time."""
    monkeypatch.setattr(commands_setup, "load_library", lambda: library)
    monkeypatch.setattr(Reader, "load", lambda *_: reader)
    monkeypatch.setenv("TRIALCHAT_DATABASE_URL", database_url)
    monkeypatch.setenv("TRIALCHAT_HOME", str(tmp_path / "home"))
    return lambda *arguments: CliRunner().invoke(main, list(map(str, arguments)), catch_exceptions=False)


def written(path: Path, data: Any) -> Path:
    """A file of JSON; a text is written as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(data if isinstance(data, str) else json.dumps(data), "utf-8")
    return path


def stored(store: Store, nct_id: str) -> TrialRecord:
    """The record of a trial that must be there."""
    with store.reading() as unit:
        found = unit.trial(nct_id)
    assert found is not None, f"{nct_id} is not stored"
    return TrialRecord.model_validate(found.record)
