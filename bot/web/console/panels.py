"""Parts of a conversation's page that other rooms bring: each gives a name for the template and what it shows there."""

from __future__ import annotations

from collections.abc import Callable

from bot.store import Conversation, Unit
from bot.web.console.services import ConsoleServices
from bot.web.console.visitor import Visitor

Panel = Callable[[ConsoleServices, Unit, Conversation, Visitor], tuple[str, object]]

PANELS: list[Panel] = []
"""Called by the conversation's page within its reading unit; their templates are `templates/console/parts/<name>.html`."""
