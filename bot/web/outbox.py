"""The outbox in the app: emptied as long as the app runs."""

from __future__ import annotations

from aiohttp import web

from bot.deliveries.outbox import Outbox
from bot.web.background import in_background

OUTBOX: web.AppKey[Outbox] = web.AppKey("outbox", Outbox)


def add_outbox(app: web.Application, outbox: Outbox, *, at_work: bool = True) -> None:
    """Let the app's handlers find it; `at_work`: and empty it. What is under way when the app stops is sent again by the next."""
    app[OUTBOX] = outbox
    if at_work:
        in_background(app, outbox.run)
