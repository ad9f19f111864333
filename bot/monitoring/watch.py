"""Watching requests, turns, calls of the engine and actions: how long they take and what becomes of them, as metrics and as spans.

None of it knows a text, a person or a trial: a route's template, a channel's name, an action's name, and an outcome of a list.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bot.monitoring.tracing import Attributes, Kind, Tracing, Unrecorded

if TYPE_CHECKING:
    # Loaded where it is set up, alone.
    from bot.monitoring.metrics import Metrics

TurnOutcome = Literal["answered", "repeated", "silent", "erased", "engine_away", "refused", "failed"]
CallOutcome = Literal["answered", "away", "refused", "failed"]
ActionOutcome = Literal["done", "handed_on", "unknown", "failed"]


@dataclass(slots=True)
class Seen:
    """What is seen of something while it is under way. `outcome`: what becomes of it, unless something goes wrong first."""

    outcome: str = "failed"


class Watch:
    """Who watches. Without metrics and a collector it is next to nothing."""

    def __init__(self, metrics: Metrics | None = None, tracing: Tracing | None = None) -> None:
        self.metrics = metrics
        self.tracing = tracing or Unrecorded()

    @contextmanager
    def request(self, method: str, route: str) -> Iterator[Seen]:
        """A request of the public port; the outcome is the status. Metrics of it are the middleware's (`bot.web.monitoring`)."""
        attributes = {"http.request.method": method, "http.route": route}
        with self._seen(f"{method} {route}", "server", attributes, None) as seen:
            yield seen

    @contextmanager
    def turn(self, channel: str) -> Iterator[Seen]:
        """A turn of a conversation, from when the message came in."""
        metrics = self.metrics

        def tell(outcome: str, seconds: float) -> None:
            if metrics is not None:
                metrics.turn_seconds.labels(channel, outcome).observe(seconds)

        with self._seen("turn", "internal", {"trialchat.channel": channel}, tell) as seen:
            yield seen

    @contextmanager
    def engine_call(self) -> Iterator[Seen]:
        """A call of the engine within a turn."""
        metrics = self.metrics

        def tell(outcome: str, seconds: float) -> None:
            if metrics is not None:
                metrics.engine_seconds.labels(outcome).observe(seconds)

        with self._seen("engine", "client", {}, tell) as seen:
            yield seen

    @contextmanager
    def action(self, name: str) -> Iterator[Seen]:
        """An action that the engine has run. The name must be one of ours."""
        metrics = self.metrics

        def tell(outcome: str, seconds: float) -> None:
            if metrics is not None:
                metrics.action_seconds.labels(name, outcome).observe(seconds)

        with self._seen(name, "server", {"trialchat.action": name}, tell) as seen:
            yield seen

    @contextmanager
    def _seen(self, name: str, kind: Kind, attributes: Attributes, tell: Callable[[str, float], None] | None) -> Iterator[Seen]:
        seen, began = Seen(), time.perf_counter()
        with self.tracing.span(name, kind, attributes) as note:
            try:
                yield seen
            finally:
                note({"trialchat.outcome": seen.outcome})
                if tell is not None:
                    tell(seen.outcome, time.perf_counter() - began)
