"""What forms and addresses of the console carry, made harmless for a database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from multidict import MultiDict

from bot.web.requests import printable

# The largest id that a column of either database holds.
_LARGEST = 2**31 - 1
_PASSWORD = 1_000
"""More than is taken, so that a password that is too long is refused and not cut."""


async def texts_of(request: web.Request) -> MultiDict[str]:
    """The texts of a form, without what PostgreSQL would refuse; files are left out."""
    return MultiDict((name, printable(value)) for name, value in (await request.post()).items() if isinstance(value, str))


def field(form: Mapping[str, Any], name: str, longest: int = 200) -> str:
    """A line of a form, trimmed; empty where it is not there. Control characters, which PostgreSQL would refuse, are left out."""
    value = form.get(name, "")
    text = value if isinstance(value, str) else ""
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\t").strip()[:longest]


def password(form: Mapping[str, Any], name: str = "password") -> str:
    """A password, as it was typed."""
    value = form.get(name, "")
    return value[:_PASSWORD] if isinstance(value, str) else ""


def number_of(request: web.Request, name: str) -> int:
    """An id in the address; 404 where it cannot be one."""
    text = request.match_info[name]
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= _LARGEST):
        raise web.HTTPNotFound
    return int(text)
