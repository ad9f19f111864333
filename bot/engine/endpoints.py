"""Where the engine keeps conversations, locks them, and hands events on: `endpoints.yml`, and servers where the environment names them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from rasa.core.utils import AvailableEndpoints
from rasa.utils.endpoints import EndpointConfig

from bot.engine.servers import EVENTS, LOCKS, TRACKER


def endpoints(path: Path, environment: Mapping[str, str]) -> AvailableEndpoints:
    """The file's endpoints, with the servers of the environment in the place of files of this machine."""
    found = AvailableEndpoints.read_endpoints(str(path))
    if url := environment.get(TRACKER):
        # What it is kept by is the file's; where, the environment's.
        found.tracker_store = EndpointConfig(url, type=found.tracker_store.type, dialect="postgresql")
    if url := environment.get(LOCKS):
        found.lock_store = EndpointConfig(type="redis", **redis_arguments(url))
    if url := environment.get(EVENTS):
        found.event_broker = EndpointConfig(url, type="bot.engine.events.ConfirmedEvents")
    return found


def redis_arguments(url: str) -> dict[str, object]:
    """What Rasa's Redis lock store wants to be told, from `redis[s]://[user[:password]]@host[:port][/number]`."""
    parts = urlsplit(url)
    number = parts.path.strip("/")
    return {
        "url": parts.hostname or "localhost",
        "port": parts.port or 6379,
        "db": int(number) if number.isdigit() else 0,
        "username": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "use_ssl": parts.scheme == "rediss",
        "key_prefix": "trialchat",
        "socket_timeout": 5.0,
    }
