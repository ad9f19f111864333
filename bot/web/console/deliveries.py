"""Notifications: whom to tell of what, and what became of each."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from multidict import MultiMapping

from bot.accounts.roles import Permission
from bot.conversations.retention import LOG_KEPT
from bot.deliveries.targets import LONGEST_ADDRESS, Targets, choices
from bot.store import Delivery, DeliveryTarget, Event
from bot.store.event_names import CHOICES, FOR_PEOPLE
from bot.store.records import OUTCOMES, DeliveryOutcome, TargetKind
from bot.web.console.door import redirect
from bot.web.console.fields import number_of
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


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the log is narrowed to. What cannot be understood narrows nothing, and the form shows it open."""

    target: int | None = None
    event: Event | None = None
    outcome: DeliveryOutcome | None = None
    before: int | None = None

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Wanted:
        """From the fields of an address."""
        return cls(
            target=_number(given.get("target", "")),
            event=next((event for event in Event if event.value == given.get("event")), None),
            outcome=next((outcome for outcome in OUTCOMES if outcome == given.get("outcome")), None),
            before=_number(given.get("before", "")),
        )

    def address(self, **more: int) -> str:
        """The address of the log narrowed like this, and nothing else said in it."""
        filled = {"target": self.target, "event": self.event, "outcome": self.outcome, **more}
        query = urlencode({name: value for name, value in filled.items() if value is not None})
        return f"{_HERE}?{query}#log" if query else f"{_HERE}#log"

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return (self.target, self.event, self.outcome) != (None, None, None)


async def deliveries(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """GET /console/deliveries?target=3&event=handoff.created&outcome=given_up&before=120"""
    return await _page(request, visitor)


async def add(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/deliveries/targets: the page it answers with is the only one that ever shows a webhook's secret."""
    services, form = request.app[CONSOLE], await request.post()
    trial = str(form.get("trial", "")).strip().upper() or None
    address = str(form.get("address", "")).strip()[: LONGEST_ADDRESS + 1]
    kind = str(form.get("kind", ""))
    events = _events(form)
    targets = _targets(services, visitor)
    outbox = request.app[OUTBOX]
    fault = targets.fault(trial, kind, address, events, outbox.webhooks.networks)
    if fault is None and kind == "mail" and not outbox.sends_mail:
        # With a receiver, patients are told that the team gets a note.
        fault = "no_mail"
    if fault is not None:
        return await _page(request, visitor, status=422, fault=fault, trial=trial or "", kind=kind, address=address, events=events)
    way: TargetKind = "webhook" if kind == "webhook" else "mail"
    added = await asyncio.to_thread(targets.add, trial, way, address, events, services.clock())
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


async def choice(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """GET /console/deliveries/targets/{target}/choice: what a receiver is told."""
    return await _choice(request, visitor)


async def choose(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/deliveries/targets/{target}/choice"""
    services, number, events = request.app[CONSOLE], number_of(request, "target"), _events(await request.post())
    fault = await asyncio.to_thread(_targets(services, visitor).choose, number, events, services.clock())
    if fault == "none":
        raise web.HTTPNotFound
    return redirect(f"{_HERE}?done=chosen") if fault is None else await _choice(request, visitor, fault, events)


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


def _events(form: MultiMapping[Any]) -> frozenset[Event]:
    """What is ticked in a form."""
    ticked = {value for value in form.getall("events", ()) if isinstance(value, str)}
    return frozenset(event for event in CHOICES if event.value in ticked)


def _number(given: str) -> int | None:
    return int(given) if _NUMBER.fullmatch(given) else None


async def _choice(request: web.Request, visitor: Visitor, fault: str = "", events: frozenset[Event] | None = None) -> web.StreamResponse:
    number = number_of(request, "target")
    target = await asyncio.to_thread(_target, request.app[CONSOLE], visitor, number)
    if target is None:
        raise web.HTTPNotFound
    return page(
        request,
        visitor,
        "deliveries_choice.html",
        status=422 if fault else 200,
        target=target,
        choices=choices(target.kind),
        chosen=target.events if events is None else events,
        fault=fault,
    )


def _target(services: ConsoleServices, visitor: Visitor, number: int) -> DeliveryTarget | None:
    with services.store.reading() as unit:
        return unit.delivery_target(number, visitor.trials)


async def _page(
    request: web.Request,
    visitor: Visitor,
    *,
    status: int = 200,
    fault: str = "",
    trial: str = "",
    kind: str = "mail",
    address: str = "",
    events: frozenset[Event] = frozenset(FOR_PEOPLE),
) -> web.StreamResponse:
    wanted = Wanted.of(request.query)
    view = await asyncio.to_thread(_view, request.app[CONSOLE], visitor, wanted)
    return page(
        request,
        visitor,
        "deliveries.html",
        status=status,
        view=view,
        wanted=wanted,
        for_people=FOR_PEOPLE,
        by_webhook=[event for event in CHOICES if event not in FOR_PEOPLE],
        all_events=[*CHOICES, Event.TEST],
        outcomes=OUTCOMES,
        days_kept=LOG_KEPT.days,
        chosen=events,
        sends_mail=request.app[OUTBOX].sends_mail,
        fault=fault,
        trial=trial,
        kind=kind,
        address=address,
        longest=LONGEST_ADDRESS,
    )


def _view(services: ConsoleServices, visitor: Visitor, wanted: Wanted) -> DeliveriesView:
    with services.store.reading() as unit:
        targets = unit.delivery_targets(visitor.trials)
        log = unit.deliveries(
            visitor.trials,
            before=wanted.before,
            limit=ON_A_PAGE + 1,
            target=wanted.target,
            event=wanted.event,
            outcome=wanted.outcome,
        )
    shown = log[:ON_A_PAGE]
    return DeliveriesView(tuple(targets), tuple(shown), shown[-1][0].id if len(log) > ON_A_PAGE else None)


ROUTES = (
    Route("GET", "/console/deliveries", Permission.MANAGE_TRIALS, deliveries),
    Route("POST", "/console/deliveries/targets", Permission.MANAGE_TRIALS, add),
    Route("POST", "/console/deliveries/targets/{target}/off", Permission.MANAGE_TRIALS, switch_off),
    Route("POST", "/console/deliveries/targets/{target}/on", Permission.MANAGE_TRIALS, switch_on),
    Route("GET", "/console/deliveries/targets/{target}/choice", Permission.MANAGE_TRIALS, choice),
    Route("POST", "/console/deliveries/targets/{target}/choice", Permission.MANAGE_TRIALS, choose),
    Route("POST", "/console/deliveries/targets/{target}/test", Permission.MANAGE_TRIALS, test),
    Route("POST", "/console/deliveries/{delivery}/again", Permission.MANAGE_TRIALS, again),
)
