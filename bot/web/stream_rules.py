"""How many streams the widgets may hold open, and for how long."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StreamRules:
    """Each stream holds a connection open, and a process has about a thousand of those.

    Who finds no room asks again later and misses nothing: the transcript has every line.
    """

    at_most: int = 500
    # Of one conversation, such as in several tabs; one more closes the oldest, which may be that of a laptop that fell asleep.
    of_one: int = 3
    # Proxies close what is silent for long; and what was missed is looked for then.
    every_seconds: float = 15.0
    lasts_seconds: float = 300.0
