"""The gazetteer of the language that ships, read once."""

from __future__ import annotations

import pytest

from bot.places import Gazetteer


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return Gazetteer.load()
