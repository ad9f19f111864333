"""Every address of the console. What is not listed here is not there; the tests of the door go through this list."""

from __future__ import annotations

from aiohttp import web

from bot.web.console import criteria, figures, inbox, signing_in, trial, trials
from bot.web.console.door import served
from bot.web.console.route import PublicRoute, Route
from bot.web.console.services import CONSOLE, ConsoleServices

ROUTES: tuple[Route | PublicRoute, ...] = (
    *signing_in.ROUTES,
    *inbox.ROUTES,
    *trials.ROUTES,
    *trial.ROUTES,
    *criteria.ROUTES,
    *figures.ROUTES,
)


def add_console(app: web.Application, services: ConsoleServices) -> None:
    """Add the console to the public app."""
    app[CONSOLE] = services
    for route in ROUTES:
        app.router.add_route(route.method, route.path, served(route))
