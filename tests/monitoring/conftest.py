"""The public app with metrics, as the tests of the web have it."""

from __future__ import annotations

import pytest

from bot.monitoring.metrics import Metrics
from bot.monitoring.watch import Watch
from tests.web.conftest import door, rates, stream_rules, words

__all__ = ["door", "rates", "stream_rules", "words"]


@pytest.fixture
def metrics() -> Metrics:
    return Metrics("1.2.3")


@pytest.fixture
def watch(metrics: Metrics) -> Watch:
    return Watch(metrics)
