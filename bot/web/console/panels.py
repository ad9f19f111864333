"""Parts that other rooms put on a conversation's page.

Each function gives the name of a part and what it shows. The page puts them into a mapping, `panels`, and includes
`console/parts/<name>.html` for each; the part finds what it shows under its name.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.store import Conversation, Unit
from bot.web.console.erasures import rights_panel
from bot.web.console.services import ConsoleServices
from bot.web.console.visitor import Visitor

PANELS: list[Callable[[ConsoleServices, Unit, Conversation, Visitor], tuple[str, object]]] = [rights_panel]
