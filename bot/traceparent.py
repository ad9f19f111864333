"""Which trace something belongs to: the W3C's `traceparent`, carried along with a request, a turn or a call of an action.

Shared by the app and the engine (Python 3.10): the one begins a trace, the other hands it on, and the lines that both log name it.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

HEADER = "traceparent"

#: Empty where nothing is under way that belongs to a trace.
_CURRENT: ContextVar[str] = ContextVar("traceparent", default="")
_FORM = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")


def current() -> str:
    """The `traceparent` of what is under way; empty where there is none."""
    return _CURRENT.get()


def trace_id() -> str:
    """The trace's id: 32 hexadecimal digits, or nothing."""
    return _CURRENT.get()[3:35]


def as_header() -> dict[str, str]:
    """What to send along, so that the other side goes on with this trace."""
    traceparent = _CURRENT.get()
    return {HEADER: traceparent} if traceparent else {}


def is_traceparent(text: str) -> bool:
    """Whether it has the form of one: hexadecimal digits, so that nothing else is carried, sent or logged by it."""
    return _FORM.fullmatch(text) is not None


def parts(traceparent: str) -> tuple[int, int, int] | None:
    """Trace, span and flags as numbers; None where it is none."""
    found = _FORM.fullmatch(traceparent)
    return None if found is None else (int(found[1], 16), int(found[2], 16), int(found[3], 16))


def new_traceparent() -> str:
    """A trace that begins here, and that nobody records."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"


@contextmanager
def carrying(traceparent: str) -> Iterator[None]:
    """Everything within belongs to that trace; what is no `traceparent` is not taken."""
    token = _CURRENT.set(traceparent if is_traceparent(traceparent) else "")
    try:
        yield
    finally:
        _CURRENT.reset(token)
