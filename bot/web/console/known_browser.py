"""The cookies by which a browser is known again that somebody signed in with. They open nothing; see `bot/accounts/known_browsers.py`."""

from __future__ import annotations

import re

from aiohttp import web

from bot.accounts.known_browsers import KNOWN_FOR, Known
from bot.web.console.services import CONSOLE, ConsoleServices

# One for each account: people share computers.
_COOKIE = "trialchat_known_"
_ID = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)


def known_in(request: web.Request) -> Known:
    """What a browser brings to be known by."""
    begins = _begins(request.app[CONSOLE])
    named = ((name.removeprefix(begins), token) for name, token in request.cookies.items() if name.startswith(begins))
    return {int(account_id): token for account_id, token in named if _ID.fullmatch(account_id)}


def make_known(response: web.StreamResponse, services: ConsoleServices, account_id: int, token: str) -> None:
    """Let the browser be known the next time; signing out does not change that."""
    response.set_cookie(
        f"{_begins(services)}{account_id}",
        token,
        max_age=int(KNOWN_FOR.total_seconds()),
        path="/",
        httponly=True,
        samesite="Lax",
        secure=services.is_secure,
    )


def _begins(services: ConsoleServices) -> str:
    return f"__Host-{_COOKIE}" if services.is_secure else _COOKIE
