"""Where the engine keeps conversations, locks them, and hands events on: `endpoints.yml`, and servers where the environment names them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from rasa.core.utils import AvailableEndpoints
from rasa.shared.exceptions import RasaException
from rasa.shared.utils.common import class_from_module_path
from rasa.utils.endpoints import EndpointConfig

from bot.engine.servers import EVENTS, LOCKS, TRACKER

#: Where Rasa itself can keep conversations, and hand events on to, by the names that it has for them.
_RASAS = {"tracker_store": {"sql", "redis", "mongod", "dynamo"}, "event_broker": {"sql", "pika", "file", "kafka"}}


class EndpointError(ValueError):
    """A part of `endpoints.yml` that Rasa would pass over, going on with what is forgotten at the next start."""


def endpoints(path: Path, environment: Mapping[str, str]) -> AvailableEndpoints:
    """The file's endpoints, with the servers of the environment in the place of files of this machine.

    Raises `EndpointError` where conversations or events would not be kept.
    """
    found = AvailableEndpoints.read_endpoints(str(path))
    for part, names in _RASAS.items():
        _check(path, part, getattr(found, part), names)
    if url := environment.get(TRACKER):
        # What it is kept by is the file's; where, the environment's.
        found.tracker_store = EndpointConfig(url, type=found.tracker_store.type, dialect="postgresql")
    if url := environment.get(LOCKS):
        found.lock_store = EndpointConfig(type="redis", **redis_arguments(url))
    if url := environment.get(EVENTS):
        found.event_broker = EndpointConfig(url, type="bot.engine.events.ConfirmedEvents")
    return found


def _check(path: Path, part: str, config: EndpointConfig | None, names: set[str]) -> None:
    """Where Rasa does not know a kind, it warns, and keeps conversations in memory and events nowhere."""
    ours = "; see the one that trialchat comes with"
    if config is None or not config.type:
        raise EndpointError(f"{path.name} has no `{part}` with a `type`: what is said would be lost{ours}")
    if config.type.lower() in names:
        return
    try:
        class_from_module_path(config.type)
    except (ImportError, AttributeError, ValueError, RasaException) as error:
        raise EndpointError(f"{path.name}, `{part}`: there is no type {config.type!r}: what is said would be lost{ours}") from error


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
