"""Every address of the console. What is not listed here is not there; the tests of the door go through this list."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web

from bot.web.console import (
    accounts,
    audit,
    contact,
    conversation,
    conversation_work,
    criteria,
    deliveries,
    erasures,
    exports,
    figures,
    inbox,
    invitations,
    keys,
    me,
    misreading,
    my_second_factor,
    second_step,
    signing_in,
    single_sign_on,
    taking_over,
    trial,
    trials,
    undelivered,
)
from bot.web.console.door import served
from bot.web.console.live import add_streams
from bot.web.console.route import PublicRoute, Route
from bot.web.console.services import CONSOLE, ConsoleServices
from bot.web.console.taking_over import add_take_overs
from bot.web.delivering import DELIVERS

ROUTES: tuple[Route | PublicRoute, ...] = (
    *signing_in.ROUTES,
    *second_step.ROUTES,
    *single_sign_on.ROUTES,
    *invitations.ROUTES,
    *me.ROUTES,
    *my_second_factor.ROUTES,
    *accounts.ROUTES,
    *keys.ROUTES,
    *inbox.ROUTES,
    *taking_over.ROUTES,
    *conversation.ROUTES,
    *conversation_work.ROUTES,
    *misreading.ROUTES,
    *contact.ROUTES,
    *undelivered.ROUTES,
    *deliveries.ROUTES,
    *exports.ROUTES,
    *erasures.ROUTES,
    *audit.ROUTES,
    *trials.ROUTES,
    *trial.ROUTES,
    *criteria.ROUTES,
    *figures.ROUTES,
)


def add_console(app: web.Application, services: ConsoleServices) -> None:
    """Add the console to the public app."""
    delivers = app[DELIVERS]
    app[CONSOLE] = services = replace(services, delivers=delivers)
    add_take_overs(app, services)
    add_streams(app)
    for route in ROUTES:
        app.router.add_route(route.method, route.path, served(route))
