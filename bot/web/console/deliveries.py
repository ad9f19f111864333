"""Notifications: whom to tell when a patient asks to be contacted, and what became of each."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from bot.accounts.roles import Permission
from bot.deliveries.targets import LONGEST_ADDRESS, Targets
from bot.store import Delivery, DeliveryTarget
from bot.web.console.door import redirect
from bot.web.console.rendering import page
from bot.web.console.route import Route
from bot.web.console.services import CONSOLE, ConsoleServices
from bot.web.console.visitor import Visitor
from bot.web.outbox import OUTBOX

ON_A_PAGE = 50
_HERE = "/console/deliveries"
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class DeliveriesView:
    """The receivers and a page of the log; `older` is the id to go on before, None at the end."""

    targets: tuple[DeliveryTarget, ...]
    log: tuple[tuple[Delivery, DeliveryTarget], ...]
    older: int | None


async def deliveries(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """GET /console/deliveries?before=120"""
    return await _page(request, visitor)


async def add(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/deliveries/targets: the page it answers with is the only one that ever shows a webhook's secret."""
    services, form = request.app[CONSOLE], await request.post()
    trial = str(form.get("trial", "")).strip().upper() or None
    address = str(form.get("address", "")).strip()[: LONGEST_ADDRESS + 1]
    kind = str(form.get("kind", ""))
    targets = _targets(services, visitor)
    fault = targets.fault(trial, kind, address, request.app[OUTBOX].webhooks.networks)
    if fault is not None:
        return await _page(request, visitor, status=422, fault=fault, trial=trial or "", kind=kind, address=address)
    added = await asyncio.to_thread(targets.add, trial, "webhook" if kind == "webhook" else "mail", address, services.clock())
    if added.secret is None:
        return redirect(_HERE)
    return page(request, visitor, "deliveries_secret.html", secret=added.secret, address=address)


async def switch_off(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/deliveries/targets/{target}/off"""
    targets = _targets(request.app[CONSOLE], visitor)
    return await _done(request, lambda number: targets.switch(number, False, request.app[CONSOLE].clock()), "switched_off")


async def switch_on(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/deliveries/targets/{target}/on"""
    targets = _targets(request.app[CONSOLE], visitor)
    return await _done(request, lambda number: targets.switch(number, True, request.app[CONSOLE].clock()), "switched_on")


async def test(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/deliveries/targets/{target}/test"""
    targets = _targets(request.app[CONSOLE], visitor)
    return await _done(request, lambda number: targets.test(number, request.app[CONSOLE].clock()), "tested")


async def again(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/deliveries/{delivery}/again"""
    targets = _targets(request.app[CONSOLE], visitor)
    return await _done(request, lambda number: targets.send_again(number, request.app[CONSOLE].clock()), "again")


def _targets(services: ConsoleServices, visitor: Visitor) -> Targets:
    return Targets(services.store, services.sealer, services.site_url, visitor.actor, visitor.trials)


async def _done(request: web.Request, change: Callable[[int], bool], done: str) -> web.StreamResponse:
    """Change what the address numbers, and back to the page; 404 where that is nothing of theirs."""
    (given,) = request.match_info.values()
    if not _NUMBER.fullmatch(given) or not await asyncio.to_thread(change, int(given)):
        raise web.HTTPNotFound
    return redirect(f"{_HERE}?done={done}")


async def _page(
    request: web.Request, visitor: Visitor, *, status: int = 200, fault: str = "", trial: str = "", kind: str = "mail", address: str = ""
) -> web.StreamResponse:
    given = request.query.get("before", "")
    before = int(given) if _NUMBER.fullmatch(given) else None
    view = await asyncio.to_thread(_view, request.app[CONSOLE], visitor, before)
    return page(
        request,
        visitor,
        "deliveries.html",
        status=status,
        view=view,
        before=before,
        sends_mail=request.app[OUTBOX].sends_mail,
        fault=fault,
        trial=trial,
        kind=kind,
        address=address,
        longest=LONGEST_ADDRESS,
    )


def _view(services: ConsoleServices, visitor: Visitor, before: int | None) -> DeliveriesView:
    with services.store.reading() as unit:
        targets = unit.delivery_targets(visitor.trials)
        log = unit.deliveries(visitor.trials, before=before, limit=ON_A_PAGE + 1)
    shown = log[:ON_A_PAGE]
    return DeliveriesView(tuple(targets), tuple(shown), shown[-1][0].id if len(log) > ON_A_PAGE else None)


ROUTES = (
    Route("GET", "/console/deliveries", Permission.MANAGE_TRIALS, deliveries),
    Route("POST", "/console/deliveries/targets", Permission.MANAGE_TRIALS, add),
    Route("POST", "/console/deliveries/targets/{target}/off", Permission.MANAGE_TRIALS, switch_off),
    Route("POST", "/console/deliveries/targets/{target}/on", Permission.MANAGE_TRIALS, switch_on),
    Route("POST", "/console/deliveries/targets/{target}/test", Permission.MANAGE_TRIALS, test),
    Route("POST", "/console/deliveries/{delivery}/again", Permission.MANAGE_TRIALS, again),
)
