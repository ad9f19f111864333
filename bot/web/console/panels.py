"""What other rooms put on a conversation's page: a part of a page each, with a view of its own.

A room gives a function here and a template `console/parts/<name>.html`, which finds its view as `<name>` and as
`panels.<name>`, and besides it `conversation`, `visitor`, `csrf` and all else that a page has. The page includes a part
that is there, and asks for no other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.store import Conversation, Unit
from bot.web.console.contact import contact_panel
from bot.web.console.erasures import rights_panel
from bot.web.console.services import ConsoleServices
from bot.web.console.taking_over import take_over_panel
from bot.web.console.undelivered import undelivered_panel
from bot.web.console.visitor import Visitor

Panel = Callable[[ConsoleServices, Unit, Conversation, Visitor], tuple[str, object]]
"""Reads in the transaction of the page (which only reads) and gives the part's name and its view."""

PANELS: list[Panel] = [take_over_panel, contact_panel, rights_panel, undelivered_panel]
"""In the order in which they are read; where a part stands on the page is the page's to say."""


def panels_of(services: ConsoleServices, unit: Unit, conversation: Conversation, visitor: Visitor) -> dict[str, Any]:
    """The views of all parts, by name."""
    return dict(panel(services, unit, conversation, visitor) for panel in PANELS)
