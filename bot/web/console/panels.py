"""The parts of a conversation's page: each room that has something to show there registers what its template needs."""

from __future__ import annotations

from collections.abc import Callable

from bot.store import Conversation, Unit
from bot.web.console.services import ConsoleServices
from bot.web.console.taking_over import take_over_panel
from bot.web.console.visitor import Visitor

Panel = Callable[[ConsoleServices, Unit, Conversation, Visitor], tuple[str, object]]
"""Gives a name and a value: what the part's template knows it by, and what is in it."""

PANELS: list[Panel] = [take_over_panel]
