"""Going on where a page ended: by the key of its last entry, so that nothing is left out or comes twice where something is added."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_SMALLEST = timedelta(microseconds=1)


def next_page(path: str, query: Mapping[str, Any], **key: object) -> str:
    """The address of what follows: the same filters, after this key."""
    given = {name: _text(value) for name, value in query.items() if value not in (None, "") and name not in key}
    return f"{path}?{urlencode({**given, **{name: str(value) for name, value in key.items()}})}"


def cursor_of(at: datetime, name: str | int) -> str:
    """A place in a list that is in order of moments: microseconds, and what tells apart those of the same one."""
    return f"{(at - _BEGINNING) // _SMALLEST}.{name}"


def place_of(cursor: str) -> tuple[datetime, str]:
    """The place that a cursor stands for, which has the shape of one."""
    moment, _, name = cursor.partition(".")
    return _BEGINNING + int(moment) * _SMALLEST, name


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
