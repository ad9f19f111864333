"""The inbox: conversations, the latest first."""

from __future__ import annotations

from aiohttp import web

from bot.accounts.roles import Permission
from bot.web.console.rendering import page
from bot.web.console.route import Route
from bot.web.console.visitor import Visitor


async def inbox(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """GET /console/inbox"""
    return page(request, visitor, "inbox.html")


ROUTES = (Route("GET", "/console/inbox", Permission.READ_CONVERSATIONS, inbox),)
