"""Every messaging channel, set up with what its made-up provider has; nobody listens where answers would go."""

from __future__ import annotations

from pathlib import Path

import yaml

from bot.channels.setup import Channels, read_channels
from tests.channels.conftest import ALL
from tests.fakes.providers.base import FakeProvider


def all_fakes() -> dict[str, FakeProvider]:
    """The providers, by the name of their channel."""
    fakes = {fake.name: fake() for fake in ALL}
    for fake in fakes.values():
        fake.url = "http://127.0.0.1:9"
        # As its provider knows it: some sign the address too.
        fake.hook = f"https://trials.example.org/webhooks/{fake.name}/webhook"
    return fakes


def set_up(folder: Path, fakes: dict[str, FakeProvider]) -> Channels:
    """The channels as an installation has them."""
    path = folder / "channels.yaml"
    path.write_text(yaml.safe_dump({name: fake.config() for name, fake in fakes.items()}), "utf-8")
    return read_channels(path, {})
