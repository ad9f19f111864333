"""One machine, SQLite: a process is killed, the disk is full, the store is busy, in the middle of a conversation."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import pytest

from bot.store import Store
from tests.people import people
from tests.product import Product, running_product
from tests.surviving.killing import held, kill, listener, soon
from tests.surviving.patient import Patient, expect_all_kept_once

FITS = people("NCT06141070")[0].answers


@pytest.fixture(scope="module")
def product(engine_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product of this module's own: its processes are killed."""
    with running_product(tmp_path_factory.mktemp("faults")) as product:
        yield product


@pytest.fixture
def store(product: Product) -> Iterator[Store]:
    store = Store(f"sqlite:///{product.home / 'trialchat.db'}")
    yield store
    store.dispose()


@pytest.mark.parametrize("who", ["engine", "app"])
def test_a_process_killed_in_the_middle_of_a_turn_loses_and_doubles_nothing(product: Product, store: Store, who: str) -> None:
    patient = Patient(product)
    killed: list[bool] = []

    def kill_it() -> None:
        killed.append(kill(product, product.engine_port if who == "engine" else product.port))

    with soon(kill_it) as first, soon(kill_it) as second:
        assert patient.finish(FITS, {4: first, 12: second}).verdict == "likely"
    assert killed == [True, True]
    assert any(turn.tries for turn in patient.turns), "it was away, and the patient was told"
    expect_all_kept_once(store, patient, FITS)


def test_a_full_disk_is_told_and_what_was_said_is_kept_once_there_is_room(product: Product, store: Store) -> None:
    patient = Patient(product)
    processes = [process for port in (product.port, product.engine_port) if (process := listener(product, port)) is not None]
    assert len(processes) == 2

    def fill() -> None:
        # No file may grow any more, as on a full disk; what is there can be written over.
        for process in processes:
            process.rlimit(psutil.RLIMIT_FSIZE, (1, psutil.RLIM_INFINITY))
        time.sleep(4)
        for process in processes:
            process.rlimit(psutil.RLIMIT_FSIZE, (psutil.RLIM_INFINITY, psutil.RLIM_INFINITY))

    with soon(fill) as full:
        assert patient.finish(FITS, {6: full}).verdict == "likely"
    assert any(turn.tries for turn in patient.turns), "nothing could be written, and the patient was told"
    assert all(process.is_running() for process in processes), "both processes live through it"
    expect_all_kept_once(store, patient, FITS)


def test_a_store_that_is_busy_for_seconds_is_waited_for(product: Product, store: Store) -> None:
    patient = Patient(product)

    @contextmanager
    def keeping() -> Iterator[None]:
        with closing(sqlite3.connect(product.home / "trialchat.db", isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")

    with held(keeping, 6) as busy:
        assert patient.finish(FITS, {7: busy}).verdict == "likely"
    assert not any(turn.tries for turn in patient.turns)
    expect_all_kept_once(store, patient, FITS)
