"""A conversation's page with nothing but its parts, for as long as the console has none of its own."""

from __future__ import annotations

import pytest
from aiohttp import web
from jinja2 import BaseLoader, ChoiceLoader, DictLoader

from bot.accounts.roles import Permission
from bot.web.console import rendering, routes
from bot.web.console.door import conversation_of
from bot.web.console.panels import PANELS
from bot.web.console.rendering import page
from bot.web.console.route import Route
from bot.web.console.services import CONSOLE
from bot.web.console.visitor import Visitor

ADDRESS = "/console/conversations/{conversation}"
_TEMPLATE = """{% extends "console/base.html" %}
{% block title %}Conversation{% endblock %}
{% block main %}<h1>Conversation</h1>{% include "console/parts/take_over.html" %}{% endblock %}"""


async def parts(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """As little of a conversation's page as its parts need."""
    services, conversation = request.app[CONSOLE], conversation_of(request)
    with services.store.reading() as unit:
        found = dict(panel(services, unit, conversation, visitor) for panel in PANELS)
    return page(request, visitor, "parts_page.html", **found)


def give_parts_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do so for every house that is built from now on. Does nothing where the console has a page at that address."""
    if any(route.path == ADDRESS for route in routes.ROUTES):
        return
    room = Route("GET", ADDRESS, Permission.READ_CONVERSATIONS, parts)
    monkeypatch.setattr(routes, "ROUTES", (*routes.ROUTES, room))
    loader = rendering._ENVIRONMENT.loader
    assert isinstance(loader, BaseLoader)
    monkeypatch.setattr(rendering._ENVIRONMENT, "loader", ChoiceLoader([DictLoader({"console/parts_page.html": _TEMPLATE}), loader]))
