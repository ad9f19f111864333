"""The layout of several machines is started once for each file of tests that asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store import Store
from tests.many.layout import Machines, running_machines


@pytest.fixture(scope="module")
def machines(engine_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    """Two machines behind nginx."""
    with running_machines(tmp_path_factory.mktemp("machines")) as machines:
        yield machines


@pytest.fixture
def store(machines: Machines) -> Iterator[Store]:
    """The store of both machines."""
    store = machines.store()
    yield store
    store.dispose()
