"""What every kind of test shares: strictness, the engine's interpreter, and the whole product running once."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from aiohttp import web_app

from bot.settings import PROJECT
from tests.product import Product, running_product, train_once

#: Why tests that read the data beside the checkout are skipped.
NO_SHARED_DATA = "../shared is not beside this checkout"
STRICT = os.environ.get("TRIALCHAT_TEST_STRICT") == "1"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With TRIALCHAT_TEST_STRICT=1 a skipped test has failed: its reason becomes the failure. Data that do not belong to the
    project may be missing all the same."""
    report = yield
    if STRICT and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if NO_SHARED_DATA in reason:
            return report
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: nothing may be skipped here (TRIALCHAT_TEST_STRICT=1), but: {reason}"
    return report


_FILE = pytest.StashKey[Path]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Words, records and models live as long as the run, and going through their two million objects again and again took a third
    of its time: they are looked at once, when a file begins, and the rest less often.

    Then, and not when a file ends: what its last test had is only gone once the next one is there, and would be kept for good.
    """
    if item.session.stash.get(_FILE, None) != item.path:
        item.session.stash[_FILE] = item.path
        gc.set_threshold(20_000, 20, 20)
        gc.collect()
        gc.freeze()


def pytest_runtest_logfinish() -> None:
    """aiohttp remembers a thousand handlers with their apps: an app of each test, with all that it has."""
    web_app._cached_build_middleware.cache_clear()


@pytest.fixture(scope="session")
def engine_python() -> Path:
    """The engine's own interpreter."""
    path = PROJECT / ".venv-engine" / "bin" / "python"
    if not path.exists():
        pytest.skip("the engine's environment is not installed; run: make setup")
    return path


@pytest.fixture(scope="session")
def trained_model(engine_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model of the present training data; trained now if it never was."""
    return train_once(tmp_path_factory.mktemp("training"))


@pytest.fixture(scope="session")
def product(engine_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The real thing, started once by `trialchat run`: engine, actions and app, in a home folder of its own."""
    with running_product(tmp_path_factory.mktemp("home")) as product:
        yield product
