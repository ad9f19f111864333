"""What `channels.yaml` has that a check needs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.channels.setup import read_channels
from bot.doctor.deployment import ChannelFacts, ChannelSecret
from bot.settings import SettingsError

_SECRET = re.compile(r"token|secret|password|private_key")


def channel_facts(path: Path | None, environment: Mapping[str, str]) -> ChannelFacts:
    """The channels of a file, if there is one."""
    if path is None:
        return ChannelFacts()
    try:
        channels = read_channels(path, environment)
        written = yaml.safe_load(path.read_text("utf-8"))
    except SettingsError as problem:
        return ChannelFacts(problem=str(problem))
    except (OSError, ValueError, yaml.YAMLError):
        return ChannelFacts(problem=f"TRIALCHAT_CHANNELS={path}: it cannot be read")
    secrets: list[ChannelSecret] = []
    addresses: list[tuple[str, str, str]] = []
    for name, provider in channels.providers.items():
        fields: dict[str, Any] = provider.config.model_dump()
        for field, value in fields.items():
            if isinstance(value, str) and _SECRET.search(field):
                secrets.append(ChannelSecret(name, field, value, "${" not in str(written[name].get(field, ""))))
            elif isinstance(value, str) and field.endswith("url"):
                addresses.append((name, field, value))
    return ChannelFacts(secrets=tuple(secrets), addresses=tuple(addresses))
