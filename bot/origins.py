"""Which websites may open a chat, for all trials and for some."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    # The engine's Python, which reads the settings too, does not have it.
    from typing import Self

ANY = "*"
"""Stands for every website."""
_PORTS = {"http": 80, "https": 443}
_TRIAL = re.compile(r"NCT\d{8}")


class OriginsFault(ValueError):
    """A list that cannot be used; says which part of it, and what is expected."""


@dataclass(frozen=True, slots=True)
class AllowedOrigins:
    """`general` is for every trial without a list of its own, and for a search among all. None: every website."""

    general: frozenset[str] | None = None
    of_trials: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    #: Where the site itself is found: its own pages may open any chat.
    own: frozenset[str] = frozenset()

    @classmethod
    def of(cls, text: str, *own: str) -> Self:
        """Read `https://a.example; NCT06141070=https://b.example https://c.example`. Raises `OriginsFault`."""
        lists: dict[str | None, set[str]] = {}
        for entry in filter(None, (part.strip() for part in re.split(r"[;\n]", text))):
            named, is_of_trial, rest = entry.partition("=")
            trial = named.strip().upper() if is_of_trial else None
            if trial is not None and not _TRIAL.fullmatch(trial):
                raise OriginsFault(f"{named.strip()} is no trial's number; expected such as NCT06141070=https://hospital.example")
            origins = (rest if is_of_trial else entry).split()
            if not origins:
                raise OriginsFault(f"{trial} has no origin; expected such as {trial}=https://hospital.example")
            lists.setdefault(trial, set()).update(one if one == ANY else _origin(one) for one in origins)
        read = {trial: None if ANY in origins else frozenset(origins) for trial, origins in lists.items()}
        general = read.pop(None, None)
        return cls(general, {trial: origins for trial, origins in read.items() if trial}, frozenset(_origin(one) for one in own))

    def allow(self, origin: str | None, trial_id: str | None) -> bool:
        """Whether a page of this origin may open a chat about this trial, or about none yet.

        Browsers always name the page's origin, and no page can make them name another. A program that is no browser can
        name any, or none: this list is no lock against programs, and so nothing is gained by refusing those that name none.
        """
        listed = self.of_trials.get(trial_id, self.general) if trial_id else self.general
        return origin is None or listed is None or origin.lower() in listed | self.own

    def allow_some(self, origin: str | None) -> bool:
        """Whether a page of this origin may open a chat about any trial at all, or about none."""
        return self.allow(origin, None) or any(self.allow(origin, trial) for trial in self.of_trials)


def _origin(text: str) -> str:
    """An origin as browsers write it: in small letters, without the port that goes without saying."""
    expected = f"{text} is no origin; expected https:// and a host, without a path, such as https://hospital.example"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise OriginsFault(expected) from None
    more = parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in _PORTS or not host or more or not re.fullmatch(r"[a-z0-9._-]+|[0-9a-f:.]+", host):
        raise OriginsFault(expected)
    if ":" in host:
        host = f"[{host}]"
    return f"{parts.scheme}://{host}" + ("" if port in (None, _PORTS[parts.scheme]) else f":{port}")
