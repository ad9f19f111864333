"""The audit: who did, saw, revealed, exported and changed what, and whether the chain of it is whole."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot.accounts.roles import Permission
from bot.audit.actions import Action
from bot.audit.chain import Entry
from bot.exports import audit_files
from bot.store.verifying import verify
from bot.web.console.door import redirect
from bot.web.console.downloads import download
from bot.web.console.erasures import names_of
from bot.web.console.fields import texts_of
from bot.web.console.rendering import page
from bot.web.console.route import Route
from bot.web.console.services import CONSOLE, ConsoleServices
from bot.web.console.visitor import Visitor

PAGE = 50
_AT_ONCE = 1_000
_MOST_NAMED = 20
VERIFIED: Action = "audit_verified"
_LAST_YEAR = 9_000
_FIELDS = ("actor", "action", "kind", "object", "since", "until")


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to; what cannot be understood narrows nothing, and the form shows it empty."""

    actor: str = ""
    action: str = ""
    kind: str = ""
    object: str = ""
    since: date | None = None
    until: date | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Wanted:
        """From the fields of an address or a form."""
        text = {name: str(given.get(name, "")).strip()[:80] for name in _FIELDS}
        # An id alone is one of a conversation: those are what people look for.
        kind = text["kind"] or ("conversation" if text["object"] else "")
        return cls(text["actor"], text["action"], kind, text["object"], _day(text["since"]), _day(text["until"]))

    @property
    def narrowed(self) -> dict[str, Any]:
        """As the store takes it; the last day counts whole."""
        return {
            "actor": self.actor,
            "action": self.action,
            "object_kind": self.kind,
            "object_id": self.object,
            "since": _midnight(self.since),
            "until": None if self.until is None else _midnight(self.until + timedelta(days=1)),
        }

    @property
    def fields(self) -> dict[str, str]:
        """The fields that are filled in, as they stand in an address."""
        shown = {name: getattr(self, name) for name in _FIELDS}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in shown.items() if value}


async def entries(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """GET /console/audit"""
    wanted = Wanted.of(request.query)
    before = request.query.get("before", "")
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
    view = await asyncio.to_thread(_view, request.app[CONSOLE], visitor, wanted, number)
    return page(request, visitor, "audit.html", wanted=wanted, address=urlencode(wanted.fields), **view)


async def export(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/audit/export"""
    services, form = request.app[CONSOLE], await texts_of(request)
    wanted, as_json = Wanted.of(form), form.get("format") == "json"
    names = await asyncio.to_thread(_note_export, services, visitor, wanted, "json" if as_json else "csv")
    name = f"trialchat-audit-{services.clock():%Y-%m-%d}"
    batches = _batches(services, visitor, wanted)
    if as_json:
        return await download(request, f"{name}.json", "application/json", _json(batches, names))
    return await download(request, f"{name}.csv", "text/csv", _csv(batches, names))


async def verify_now(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/audit/verify"""
    await asyncio.to_thread(_verify, request.app[CONSOLE], visitor)
    return redirect("/console/audit?done=verified")


def _view(services: ConsoleServices, visitor: Visitor, wanted: Wanted, before: int | None) -> dict[str, Any]:
    with services.store.reading() as unit:
        found = unit.audit_entries(before=before, limit=PAGE + 1, trials=visitor.trials, **wanted.narrowed)
        return {
            "entries": found[:PAGE],
            "older": found[PAGE - 1].number if len(found) > PAGE else None,
            "names": names_of(unit),
            "verified": next(iter(unit.audit_entries(object_kind="audit", object_id="entries", action=VERIFIED, limit=1)), None),
        }


def _note_export(services: ConsoleServices, visitor: Visitor, wanted: Wanted, format_: str) -> dict[str, str]:
    with services.store.unit() as unit:
        detail = {"format": format_, "filters": sorted(wanted.fields)}
        unit.audit(visitor.actor, "audit_exported", "audit", "entries", at=services.clock(), detail=detail)
        return names_of(unit)


def _verify(services: ConsoleServices, visitor: Visitor) -> None:
    found = verify(services.store)
    numbers = sorted({fault.number for fault in found.faults if fault.number is not None})[:_MOST_NAMED]
    with services.store.unit() as unit:
        detail = {"entries": found.entries, "faults": len(found.faults), "numbers": numbers}
        unit.audit(visitor.actor, VERIFIED, "audit", "entries", at=services.clock(), detail=detail)


def _batches(services: ConsoleServices, visitor: Visitor, wanted: Wanted) -> Iterator[list[Entry]]:
    before: int | None = None
    while True:
        with services.store.reading() as unit:
            batch = unit.audit_entries(before=before, limit=_AT_ONCE, trials=visitor.trials, **wanted.narrowed)
        if not batch:
            return
        yield batch
        before = batch[-1].number


def _csv(batches: Iterator[list[Entry]], names: Mapping[str, str]) -> Iterator[str]:
    yield audit_files.head_of_csv()
    for batch in batches:
        yield audit_files.as_csv(batch, names)


def _json(batches: Iterator[list[Entry]], names: Mapping[str, str]) -> Iterator[str]:
    yield "["
    between = "\n"
    for batch in batches:
        yield between + ",\n".join(audit_files.as_json(batch, names))
        between = ",\n"
    yield "\n]\n"


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year < _LAST_YEAR else None


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)


ROUTES = (
    Route("GET", "/console/audit", Permission.READ_AUDIT, entries),
    Route("POST", "/console/audit/export", Permission.READ_AUDIT, export),
    Route("POST", "/console/audit/verify", Permission.READ_AUDIT, verify_now),
)
