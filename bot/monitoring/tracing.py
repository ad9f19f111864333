"""Spans of a trace: what began when, within what, and how long it took.

Where no collector is set up nobody records them; a trace has an id all the same, which the lines of logs name (`bot.json_logs`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Literal, Protocol

from bot import traceparent

Kind = Literal["server", "internal", "client"]
Attributes = Mapping[str, str | int]
Note = Callable[[Attributes], None]


class Tracing(Protocol):
    """Who records spans."""

    def span(self, name: str, kind: Kind, attributes: Attributes) -> AbstractContextManager[Note]:
        """A span, within the one that is under way. What is given is a function that notes more about it."""
        ...

    def close(self) -> None:
        """Send what was not sent yet."""
        ...


class Unrecorded:
    """Gives each trace an id, and keeps nothing."""

    @contextmanager
    def span(self, name: str, kind: Kind, attributes: Attributes) -> Iterator[Note]:
        """Nothing but the id."""
        with traceparent.carrying(traceparent.current() or traceparent.new_traceparent()):
            yield _nothing

    def close(self) -> None:
        """There is nothing to send."""


def _nothing(_attributes: Attributes) -> None:
    return
