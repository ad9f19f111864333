"""What the checks look at: the settings, and what was found out about the world around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from bot.settings import Settings
from bot.store import Account, DeliveryTarget


@dataclass(frozen=True, slots=True)
class Modes:
    """Whose a file or folder is to read and write."""

    path: Path
    mode: int
    is_folder: bool = False

    @property
    def others_read(self) -> bool:
        return bool(self.mode & 0o044)

    @property
    def others_write(self) -> bool:
        return bool(self.mode & 0o022)


@dataclass(frozen=True, slots=True)
class ChannelSecret:
    """A secret of `channels.yaml`: whose it is, and whether it stands there itself rather than the name of a variable."""

    channel: str
    field: str
    value: str
    literal: bool


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """What `channels.yaml` has. `problem`: it cannot be used, in words that repeat none of its values."""

    problem: str = ""
    secrets: tuple[ChannelSecret, ...] = ()
    # channel and field → an address that answers are sent to
    addresses: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """What the database says. With a `problem` nothing else is known."""

    problem: str = ""
    accounts: tuple[Account, ...] = ()
    sealed: int = 0
    # How many rows no key opens; None where there is no key that could be tried.
    unopenable: int | None = 0
    audit_entries: int = 0
    # None: without the audit's key it cannot be told.
    audit_faults: int | None = 0
    targets: tuple[DeliveryTarget, ...] = ()
    # Whether anybody asked to be contacted, ever.
    handoffs: bool = False
    # Seconds that the database's clock is ahead of ours; None where it has none of its own.
    skew: float | None = None


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """The computer, and what runs on it."""

    python: tuple[int, int] = (3, 13)
    engine_python: tuple[int, int] | None = None
    openssl: tuple[int, int] = (3, 5)
    openssl_name: str = "OpenSSL 3.5"
    free_megabytes: int = 100_000
    is_root: bool = False
    # The date of today, as 2026-11.
    month: str = "2026-11"


@dataclass(frozen=True, slots=True)
class Deployment:
    """Everything that is looked at."""

    settings: Settings
    # Names of secrets that `trialchat run` made, because nobody gave them.
    made: frozenset[str] = frozenset()
    environment: Mapping[str, str] = field(default_factory=dict)
    # Of the engine and the actions: (name, address that is not loopback, port) where somebody answered.
    open_inside: tuple[tuple[str, str, int], ...] = ()
    modes: tuple[Modes, ...] = ()
    # What kind of file system the SQLite file is on; empty where there is none, or it cannot be told.
    file_system: str = ""
    channels: ChannelFacts = field(default_factory=ChannelFacts)
    store: StoreFacts = field(default_factory=StoreFacts)
    machine: MachineFacts = field(default_factory=MachineFacts)

    @property
    def exposed(self) -> bool:
        """Whether others than the people at this machine are meant to come in."""
        return not is_here(self.settings.listen) or bool(self.settings.public_url and not is_here(host_of(self.settings.public_url)))

    @property
    def several(self) -> bool:
        """Whether the engine shares what it keeps with others, as on several machines."""
        return bool(self.settings.tracker_url or self.settings.locks_url or self.settings.events_url)


def host_of(url: str) -> str:
    """The host of an address; empty where it names none, such as for a local socket."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_here(host: str) -> bool:
    """Whether a host is this very machine, so that nothing crosses a network."""
    if host in {"", "localhost"} or host.startswith("/"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
