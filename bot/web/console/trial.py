"""One trial: its record's facts, where it runs and whom to ask, its versions, and what the study team decided about it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.accounts.roles import Permission
from bot.store import TrialVersion
from bot.store.trial_settings import TrialSettings
from bot.trials import Site, TrialRecord
from bot.trials.records import OPEN
from bot.trials.reviewing import waiting
from bot.web.console.door import redirect, trial_of
from bot.web.console.rendering import page
from bot.web.console.route import Route
from bot.web.console.services import CONSOLE, ConsoleServices
from bot.web.console.visitor import Visitor

MOST_SITES = 100
"""Sites that the page shows; some trials have a thousand."""
MOST_VERSIONS = 50
LONGEST_KEPT = 3_650
"""Days."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A trial as the page shows it."""

    record: TrialRecord
    settings: TrialSettings
    versions: tuple[TrialVersion, ...]
    sites: tuple[Site, ...]
    to_review: int


async def show(request: web.Request, visitor: Visitor) -> web.Response:
    """A trial's page."""
    return await _page(request, visitor)


async def change(request: web.Request, visitor: Visitor) -> web.Response:
    """Activate or deactivate a trial, say how long its conversations are kept, and whether people may leave contact data."""
    services = request.app[CONSOLE]
    trial_id, form = trial_of(request), await request.post()
    days = str(form.get("keep_days", "")).strip()
    if days and not (days.isascii() and days.isdigit() and len(days) < 6 and 1 <= int(days) <= LONGEST_KEPT):
        return await _page(request, visitor, fault="days", status=400)
    settings = TrialSettings(
        active=form.get("active") == "yes",
        keep_days=int(days) if days else None,
        takes_contacts=form.get("takes_contacts") == "yes",
    )
    if not await asyncio.to_thread(_change, services, visitor, trial_id, settings, str(form.get("seen", ""))):
        return await _page(request, visitor, fault="changed_meanwhile", status=409)
    return redirect(f"/console/trials/{trial_id}?done=saved#settings")


def _change(services: ConsoleServices, visitor: Visitor, trial_id: str, settings: TrialSettings, seen: str) -> bool:
    """Keep the settings with an entry of the audit for what is otherwise now; False where the form was made of others than they are.

    A form holds all the settings: sent late, it would take back what somebody else has decided meanwhile, and a shorter time to keep
    conversations erases some.
    """
    with services.store.unit() as unit:
        if unit.trial(trial_id) is None:
            raise web.HTTPNotFound
        before = unit.trial_settings(trial_id, hold=True)
        if before != settings:
            if seen != _as_seen(before):
                return False
            unit.change_trial_settings(trial_id, settings)
            detail: dict[str, Any] = {
                name: [old, new]
                for name in ("active", "keep_days", "takes_contacts")
                if (old := getattr(before, name)) != (new := getattr(settings, name))
            }
            unit.audit(visitor.actor, "trial_settings_changed", "trial", trial_id, at=services.clock(), trial_id=trial_id, detail=detail)
    return True


def _as_seen(settings: TrialSettings) -> str:
    """The settings that a form was made of, as it brings them back."""
    days = "as installed" if settings.keep_days is None else f"{settings.keep_days} days"
    return f"{'shown' if settings.active else 'hidden'}, {days}, {'contacts' if settings.takes_contacts else 'no contacts'}"


async def _page(request: web.Request, visitor: Visitor, *, fault: str = "", status: int = 200) -> web.Response:
    services = request.app[CONSOLE]
    shown = await asyncio.to_thread(_shown, services, trial_of(request))
    if shown is None:
        raise web.HTTPNotFound
    return page(
        request,
        visitor,
        "trial.html",
        status=status,
        shown=shown,
        seen=_as_seen(shown.settings),
        record=shown.record,
        title=shown.record.in_words("en").title,
        open_codes=OPEN,
        fault=fault,
        longest_kept=LONGEST_KEPT,
    )


def _shown(services: ConsoleServices, trial_id: str) -> Shown | None:
    with services.store.reading() as unit:
        record = services.desk.stored_record(unit, trial_id)
        if record is None:
            return None
        # Whoever takes people comes first, then by place.
        sites = sorted(record.sites, key=lambda one: (one.status not in OPEN, one.country, one.city, one.facility or ""))
        return Shown(
            record=record,
            settings=unit.trial_settings(trial_id),
            versions=tuple(reversed(unit.trial_versions(trial_id, MOST_VERSIONS))),
            sites=tuple(sites[:MOST_SITES]),
            to_review=len(waiting(record)),
        )


ROUTES = (
    Route("GET", "/console/trials/{trial}", Permission.READ_TRIALS, show),
    Route("POST", "/console/trials/{trial}/settings", Permission.MANAGE_TRIALS, change),
)
