"""How conversations go, in figures: from start to handoff, where people stop, what is not understood, how long it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot.accounts.roles import Permission
from bot.conversations.review.study_words import capital, study_words
from bot.figures.counting import STOPPED_AFTER, Selection
from bot.figures.period import Period, period_of
from bot.figures.report import Counts, Report, report
from bot.figures.weeks import written
from bot.web.console.csv_file import csv_response
from bot.web.console.figure_tables import GROUPS, Figure, Figures, minutes
from bot.web.console.rendering import page
from bot.web.console.route import Route
from bot.web.console.services import CONSOLE, ConsoleServices
from bot.web.console.visitor import Visitor

_LONGEST = 80
"""Characters of a filter in an address."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for."""

    selection: Selection
    period: Period
    by: str

    @property
    def address(self) -> dict[str, str]:
        """The same, as the parts of an address."""
        chosen = self.selection
        parts = {"trial_id": chosen.trial_id, "channel": chosen.channel, "locale": chosen.locale}
        weeks = {"from": written(self.period.first), "to": written(self.period.last)}
        return {**{name: value for name, value in parts.items() if value}, **weeks, "by": self.by}


async def show(request: web.Request, visitor: Visitor) -> web.Response:
    """All figures, with the filters of the address."""
    services = request.app[CONSOLE]
    asked = _asked(request, visitor, services)
    found = await asyncio.to_thread(_report, services, asked)
    keep_back = not visitor.may(Permission.READ_CONVERSATIONS)
    made = Figures(found, _texts(services), _question(services), keep_back=keep_back, whole=False).all()
    chosen = asked.selection
    return page(
        request,
        visitor,
        "figures.html",
        made=made,
        report=found,
        asked=asked,
        first=written(chosen.first),
        last=written(chosen.last),
        groups=GROUPS,
        minutes=minutes,
        keep_back=keep_back,
        trials=None if visitor.trials is None else sorted(visitor.trials),
        address=lambda **other: urlencode({**asked.address, **other}),
    )


async def as_file(request: web.Request, visitor: Visitor) -> web.Response:
    """One table as a file. It travels, so small counts are kept back; that it was made is audited."""
    services = request.app[CONSOLE]
    name = request.match_info["figure"]
    asked = _asked(request, visitor, services)
    figure = await asyncio.to_thread(_file, services, visitor, asked, name)
    if figure is None:
        raise web.HTTPNotFound
    weeks = f"{written(asked.selection.first)}-to-{written(asked.selection.last)}"
    return csv_response(f"{name}-{weeks}", figure.header, figure.rows)


def _file(services: ConsoleServices, visitor: Visitor, asked: Asked, name: str) -> Figure | None:
    wanted = replace(asked, by=name)
    figures = Figures(_report(services, wanted), _texts(services), _question(services), keep_back=True, whole=True)
    figure = figures.all().get(name)
    if figure is not None:
        detail: Mapping[str, Any] = {"table": name, **{key: value for key, value in wanted.address.items() if key != "by"}}
        with services.store.unit() as unit:
            chosen = asked.selection.trial_id
            unit.audit(visitor.actor, "figures_exported", "figures", name, at=services.clock(), trial_id=chosen, detail=dict(detail))
    return figure


def _report(services: ConsoleServices, asked: Asked) -> Report:
    chosen = asked.selection
    with services.store.reading() as unit:
        counts = Counts(
            # Of every channel and language, so that each can be chosen.
            progress=tuple(unit.progress_by_week(replace(chosen, channel=None, locale=None))),
            stopped=tuple(unit.stopped_at(chosen, services.clock() - STOPPED_AFTER)),
            unread=tuple(unit.unread_counts(chosen)),
            decided=tuple(unit.times_to_a_result(chosen)),
            by_trial=tuple(unit.progress_by_trial(chosen)) if asked.by == "trial" else (),
        )
    return report(chosen, counts)


def _asked(request: web.Request, visitor: Visitor, services: ConsoleServices) -> Asked:
    given = {name: value.strip()[:_LONGEST] or None for name, value in request.query.items()}
    period = period_of(given.get("from") or "", given.get("to") or "", services.clock())
    trial_id = given.get("trial_id")
    selection = Selection(
        visitor.trials,
        period.first,
        period.last,
        trial_id=None if trial_id is None else trial_id.upper()[:20],
        channel=given.get("channel"),
        locale=given.get("locale"),
    )
    by = given.get("by") or ""
    return Asked(selection, period, by if by in GROUPS else GROUPS[0])


def _texts(services: ConsoleServices) -> Mapping[str, Any]:
    """The room's own texts, and what all rooms call alike."""
    return {**services.texts["states"], **services.texts["figures"]}


def _question(services: ConsoleServices) -> Any:
    words = study_words(services.library.in_locale(None), services.texts["conversation"])

    def name(attribute: str) -> str:
        """What an attribute is called; one that this release no longer knows keeps its name."""
        return capital(words.attribute_name(attribute)) if attribute in services.library.attributes else attribute

    return name


ROUTES = (
    Route("GET", "/console/figures", Permission.READ_FIGURES, show),
    Route("GET", "/console/figures/{figure}.csv", Permission.READ_FIGURES, as_file),
)
