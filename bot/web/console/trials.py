"""The trials there are, and bringing in others: from the registry by number, or out of a file of its records."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.web_request import FileField

from bot.accounts.roles import Permission
from bot.store import Unit
from bot.store.trial_settings import TrialFilter, TrialInList
from bot.trials.import_commands import told
from bot.trials.loading import Kept
from bot.trials.registry.files import Found
from bot.trials.sent_in import MOST, TooManyError, bring_in, numbers_in, studies_sent
from bot.web.console.rendering import page
from bot.web.console.route import Route
from bot.web.console.services import CONSOLE, ConsoleServices
from bot.web.console.visitor import Visitor

IN_A_PAGE = 30
MOST_CONVERSATIONS = 1_000
"""Conversations of a trial are counted up to so many: whoever needs the figure looks it up in the figures."""
LARGEST_FILE = 16 * 1024 * 1024
STATUSES = (
    "RECRUITING", "NOT_YET_RECRUITING", "ENROLLING_BY_INVITATION", "ACTIVE_NOT_RECRUITING", "SUSPENDED", "COMPLETED", "TERMINATED",
    "WITHDRAWN", "UNKNOWN",
)  # fmt: skip
_LONGEST = 200
_ACTIVE = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one record that was sent in."""

    origin: str
    said: str
    trial: str | None = None
    wrong: bool = False


async def listed(request: web.Request, visitor: Visitor) -> web.Response:
    """The trials of the visitor, a page of them; filters and the place stand in the address."""
    given = {name: value.strip()[:_LONGEST] for name, value in request.query.items()}
    wanted = TrialFilter(
        visitor.trials,
        text=given.get("q", ""),
        status=given.get("status") or None,
        active=_ACTIVE.get(given.get("active", "")),
        to_review=given.get("review") == "yes",
    )
    services = request.app[CONSOLE]
    found = await asyncio.to_thread(_trials, services, wanted, given.get("after", ""))
    kept = {name: value for name, value in given.items() if name in {"q", "status", "active", "review"} and value}
    more = urlencode({**kept, "after": found[IN_A_PAGE - 1].nct_id}) if len(found) > IN_A_PAGE else ""
    return page(
        request,
        visitor,
        "trials.html",
        trials=found[:IN_A_PAGE],
        wanted=wanted,
        statuses=STATUSES,
        more=more,
        start=urlencode(kept) if given.get("after") else None,
        filtered=bool(kept),
        most_conversations=MOST_CONVERSATIONS,
    )


def _trials(services: ConsoleServices, wanted: TrialFilter, after: str) -> list[TrialInList]:
    with services.store.reading() as unit:
        # One more of each than is shown, to know that there are more.
        return unit.list_trials(wanted, after=after, limit=IN_A_PAGE + 1, most_conversations=MOST_CONVERSATIONS + 1)


async def import_page(request: web.Request, visitor: Visitor) -> web.Response:
    """The forms to bring trials in."""
    return _import_page(request, visitor)


async def import_sent(request: web.Request, visitor: Visitor) -> web.Response:
    """Bring in what a form names or holds. The answer is the list of what became of it: importing the same again changes nothing."""
    services = request.app[CONSOLE]
    texts = services.texts["trials"]["import"]
    form = await request.post()
    numbers, sent = form.get("numbers", ""), form.get("file")
    content = await asyncio.to_thread(_read, sent) if isinstance(sent, FileField) else b""
    try:
        wanted, found = numbers_in(numbers if isinstance(numbers, str) else "")
        if isinstance(sent, FileField) and sent.filename:
            found += await asyncio.to_thread(studies_sent, content, PurePath(sent.filename).name[:80])
    except TooManyError:
        return _import_page(request, visitor, fault=texts["too_many"].format(most=MOST), status=413)
    if not wanted and not found:
        return _import_page(request, visitor, fault=texts["empty"], status=400)
    if wanted:
        try:
            services.registry()
        except ValueError as fault:  # its address, or whom to write to, is set wrongly
            return _import_page(request, visitor, fault=texts["no_registry"].format(fault=fault), status=503)
    return _import_page(request, visitor, lines=await asyncio.to_thread(_bring_in, services, visitor, wanted, found))


def _read(sent: FileField) -> bytes:
    with sent.file:
        return sent.file.read()


def _bring_in(services: ConsoleServices, visitor: Visitor, numbers: Sequence[str], sent: Sequence[Found]) -> list[Line]:
    def note(unit: Unit, kept: Kept) -> None:
        detail = {"outcome": kept.outcome, "changes": len(kept.changes.lines), "back_to_review": list(kept.changes.returned)}
        number = kept.record.nct_id
        unit.audit(visitor.actor, "trial_imported", "trial", number, at=services.clock(), trial_id=number, detail=detail)

    made = bring_in(
        services.store,
        services.keeper,
        services.registry,
        numbers,
        sent,
        may=visitor.sees_trial,
        not_theirs=services.texts["trials"]["import"]["not_theirs"],
        clock=services.clock,
        note=note,
    )
    return [
        Line(one.origin, str(one.problem), wrong=True)
        if one.kept is None
        else Line(one.origin, " ".join(told(one.kept).split()), one.kept.record.nct_id)
        for one in made
    ]


def _import_page(
    request: web.Request, visitor: Visitor, *, lines: Sequence[Line] | None = None, fault: str = "", status: int = 200
) -> web.Response:
    return page(
        request,
        visitor,
        "trials_import.html",
        status=status,
        lines=lines,
        fault=fault,
        most=MOST,
        megabytes=LARGEST_FILE // 1024**2,
    )


ROUTES = (
    Route("GET", "/console/trials", Permission.READ_TRIALS, listed),
    Route("GET", "/console/trials/import", Permission.MANAGE_TRIALS, import_page),
    Route("POST", "/console/trials/import", Permission.MANAGE_TRIALS, import_sent, largest_form=LARGEST_FILE + 64 * 1024),
)
