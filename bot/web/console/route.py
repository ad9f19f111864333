"""What a page of the console is: an address, who may open it, and what answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from aiohttp import web

from bot.accounts.roles import Permission
from bot.web.console.visitor import Visitor

Handler = Callable[[web.Request, Visitor], Awaitable[web.StreamResponse]]
PublicHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Access(Enum):
    """Where a permission is not the question."""

    SIGNED_IN = "whoever is signed in, about themselves"
    SETTING_UP = "the same, also where they must set up a second factor before anything else"
    HALF = "whoever gave the password and not yet the second factor"


@dataclass(frozen=True, slots=True)
class Route:
    """One address of the console.

    `{conversation}` and `{trial}` in a path are looked up by the door before the handler is called: what the visitor may not
    see is not there (404). The handler finds them by `conversation_of` and `trial_of`.
    """

    method: Literal["GET", "POST"]
    path: str
    needs: Permission | Access
    handler: Handler
    # What a page asks for by itself is no sign that somebody sits before it, and keeps no session awake.
    by_itself: bool = False
    # Bytes of a form, where files are sent along; None: as everywhere.
    largest_form: int | None = None


@dataclass(frozen=True, slots=True)
class PublicRoute:
    """An address that is open to whoever is not signed in: signing in, an invitation.

    A `POST` here is guarded by where it comes from (`Sec-Fetch-Site`, `Origin`), there being no session to hold a token.
    """

    method: Literal["GET", "POST"]
    path: str
    handler: PublicHandler
