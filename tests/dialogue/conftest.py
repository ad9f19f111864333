"""Tests here talk to the real, trained engine: ask for the fixture `product`, or for `talk` to hold a conversation."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.product import Product

Talk = Callable[..., list[dict[str, Any]]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/dialogue/" in item.path.as_posix():
            item.add_marker(pytest.mark.dialogue)


@pytest.fixture
def talk(product: Product) -> Talk:
    """Say something in a conversation of this test's own; returns the bot's messages."""
    sender = f"test-{uuid.uuid4()}"

    def say(message: str, **metadata: str) -> list[dict[str, Any]]:
        return product.send(sender, message, metadata or None)

    return say
