"""Reviewing a trial's criteria: the official text beside what was read, and what a decision would change before it is taken."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.accounts.roles import Permission
from bot.figures.shielding import SMALL
from bot.trials.records import TrialRecord
from bot.trials.reviewing import WORDS, ReviewFault, waiting
from bot.trials.side_by_side import Sides, sides
from bot.web.console.deciding import LONGEST_WORDS, Form, book_of, criterion_of, next_waiting, previewed, saved
from bot.web.console.door import redirect, trial_of
from bot.web.console.rendering import page
from bot.web.console.route import Route
from bot.web.console.services import CONSOLE, ConsoleServices
from bot.web.console.visitor import Visitor


async def listed(request: web.Request, visitor: Visitor) -> web.Response:
    """A trial's criteria and which of them wait for review."""
    services = request.app[CONSOLE]
    record = await asyncio.to_thread(_record, services, trial_of(request))
    words = record.in_words("en")
    return page(request, visitor, "criteria.html", record=record, words=words.criteria, title=words.title, waiting=waiting(record))


async def show(request: web.Request, visitor: Visitor) -> web.Response:
    """One criterion, side by side."""
    return await _criterion_page(request, visitor)


async def preview(request: web.Request, visitor: Visitor) -> web.Response:
    """What a decision would change in words, rule and past screenings. Nothing is kept but that it was looked at."""
    services = request.app[CONSOLE]
    form = await request.post()
    try:
        made = await asyncio.to_thread(previewed, services, visitor, trial_of(request), request.match_info["criterion"], form)
    except ReviewFault as fault:
        return await _criterion_page(request, visitor, fault=str(fault), form=form, status=400)
    record = await asyncio.to_thread(_record, services, trial_of(request))
    criterion = criterion_of(record, request.match_info["criterion"])
    return page(
        request,
        visitor,
        "criterion_preview.html",
        record=record,
        criterion=criterion,
        made=made,
        action=made.decision.action.value,
        given={name: str(value) for name, value in form.items()},
        names_some=visitor.may(Permission.REVEAL),
        few=SMALL,
    )


async def save(request: web.Request, visitor: Visitor) -> web.Response:
    """Take a decision that was looked at, and go on to the next criterion that waits."""
    services = request.app[CONSOLE]
    trial_id, criterion_id, form = trial_of(request), request.match_info["criterion"], await request.post()
    try:
        action, following = await asyncio.to_thread(saved, services, visitor, trial_id, criterion_id, form)
    except ReviewFault as fault:
        return await _criterion_page(request, visitor, fault=str(fault), form=form, status=409)
    here = f"/console/trials/{trial_id}/criteria"
    return redirect(f"{here}/{following}?done={action}&of={criterion_id}" if following else f"{here}?done={action}&of={criterion_id}")


# -- one criterion


async def _criterion_page(
    request: web.Request, visitor: Visitor, *, fault: str = "", form: Form | None = None, status: int = 200
) -> web.Response:
    services = request.app[CONSOLE]
    record, shown, imported = await asyncio.to_thread(_sides, services, trial_of(request), request.match_info["criterion"])
    given = {} if form is None else {name: str(value) for name, value in form.items()}
    ids = [one.id for one in record.criteria]
    at = ids.index(shown.criterion.id)
    return page(
        request,
        visitor,
        "criterion.html",
        status=status,
        record=record,
        title=record.in_words("en").title,
        shown=shown,
        criterion=shown.criterion,
        imported=imported,
        editable=imported and shown.criterion.fingerprint is not None and visitor.may(Permission.MANAGE_TRIALS),
        previous=ids[at - 1] if at else None,
        following=ids[at + 1] if at + 1 < len(ids) else None,
        next_waiting=next_waiting(record, shown.criterion.id),
        left=len(waiting(record)),
        fault=fault,
        given=given,
        names=WORDS,
        longest_words=LONGEST_WORDS,
    )


def _sides(services: ConsoleServices, trial_id: str, criterion_id: str) -> tuple[TrialRecord, Sides, bool]:
    with services.store.reading() as unit:
        record = services.desk.stored_record(unit, trial_id)
        if record is None:
            raise web.HTTPNotFound
        criterion = criterion_of(record, criterion_id)
        reviews, imported = unit.criterion_reviews(trial_id), unit.registry_record(trial_id) is not None
    return record, sides(record, criterion, reviews, services.reader, book_of(services)), imported


def _record(services: ConsoleServices, trial_id: str) -> TrialRecord:
    with services.store.reading() as unit:
        record = services.desk.stored_record(unit, trial_id)
    if record is None:
        raise web.HTTPNotFound
    return record


ROUTES = (
    Route("GET", "/console/trials/{trial}/criteria", Permission.READ_TRIALS, listed),
    Route("GET", "/console/trials/{trial}/criteria/{criterion}", Permission.READ_TRIALS, show),
    Route("POST", "/console/trials/{trial}/criteria/{criterion}/preview", Permission.MANAGE_TRIALS, preview),
    Route("POST", "/console/trials/{trial}/criteria/{criterion}/save", Permission.MANAGE_TRIALS, save),
)
