"""Exports: of a filtered list, or of one conversation. Written while it is read, a batch at a time; each is audited before it begins."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from aiohttp import web

from bot.accounts.roles import Permission
from bot.audit.actions import Action
from bot.exports.files import ExportFile, ExportFormat, Exporting
from bot.store import Conversation, Unit
from bot.store.records import STAGES, VERDICTS, WORK_STATUSES, ConversationFile, ExportFilter
from bot.trials import TrialRecord
from bot.trials.record_cache import RecordCache
from bot.web.console.door import conversation_of
from bot.web.console.downloads import download
from bot.web.console.fields import texts_of
from bot.web.console.rendering import error_page, page
from bot.web.console.route import Route
from bot.web.console.services import CONSOLE, ConsoleServices
from bot.web.console.visitor import Visitor

BATCH = 200
_LAST_YEAR = 9_000
_TRIAL = re.compile(r"NCT\d{8}", re.ASCII)
REASONS = ("verification", "safety", "care", "patient", "law")
"""Why somebody may need an export that says who it is about; the audit keeps which of these, never what was typed."""
SHORTEST_REASON = 10


class BadFormError(ValueError):
    """A form that a person can mend; the code's words are in the room's texts."""


@dataclass(frozen=True)
class Wanted:
    """What a form asks for."""

    format: ExportFormat
    narrowed: ExportFilter
    bom: bool
    # Which of the reasons; None for a de-identified export.
    reason: str | None


async def form_page(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """GET /console/exports"""
    return await _form(request, visitor)


async def export_list(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/exports"""
    return await _export_list(request, visitor, identified=False)


async def export_list_identified(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/exports/identified"""
    return await _export_list(request, visitor, identified=True)


async def export_one(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/conversations/{conversation}/export"""
    return await _export_one(request, visitor, identified=False)


async def export_one_identified(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/conversations/{conversation}/export/identified"""
    return await _export_one(request, visitor, identified=True)


async def _export_list(request: web.Request, visitor: Visitor, *, identified: bool) -> web.StreamResponse:
    form = _Form(dict(await texts_of(request)))
    try:
        wanted = form.wanted(visitor, identified=identified)
    except BadFormError as problem:
        return await _form(request, visitor, form, str(problem))
    services = request.app[CONSOLE]
    await asyncio.to_thread(_audit_list, services, visitor, wanted)
    return await _sent(request, services, wanted, lambda file: _batches(services, file, wanted.narrowed, visitor.trials))


async def _export_one(request: web.Request, visitor: Visitor, *, identified: bool) -> web.StreamResponse:
    conversation = conversation_of(request)
    form = _Form(dict(await texts_of(request)))
    try:
        wanted = replace(form.wanted(visitor, identified=identified), narrowed=ExportFilter())
    except BadFormError as problem:
        return await _form(request, visitor, form, str(problem), conversation)
    services = request.app[CONSOLE]
    found = await asyncio.to_thread(_audit_one, services, visitor, conversation, wanted)
    if found is None:
        return error_page(request, visitor, "not_found", 404)
    return await _sent(request, services, wanted, lambda _file: iter([[found]]))


async def _form(
    request: web.Request, visitor: Visitor, form: _Form | None = None, problem: str = "", conversation: Conversation | None = None
) -> web.StreamResponse:
    """The page with the form, as it was filled in where something is wrong with it."""
    trials = await asyncio.to_thread(_trials, request.app[CONSOLE], visitor)
    return page(
        request,
        visitor,
        "exports.html",
        status=422 if problem else 200,
        form=form or _Form(dict(request.query)),
        problem=problem,
        trials=trials,
        conversation=conversation,
        formats=[each.value for each in ExportFormat],
        stages=STAGES,
        verdicts=VERDICTS,
        statuses=WORK_STATUSES,
        reasons=REASONS,
    )


@dataclass(frozen=True)
class _Form:
    """What was filled in."""

    fields: dict[str, str]

    def get(self, name: str) -> str:
        """A field, as it goes back into the page."""
        return self.fields.get(name, "").strip()

    def wanted(self, visitor: Visitor, *, identified: bool) -> Wanted:
        """What that asks for; `BadFormError` where it is not to be understood."""
        trial = self.get("trial").upper()
        # Who sees all trials sees whatever is named so; the audit takes a trial's number and nothing else.
        if trial and not (_TRIAL.fullmatch(trial) and visitor.sees_trial(trial)):
            raise BadFormError("bad_trial")
        since, until = self._day("since"), self._day("until")
        if since is not None and until is not None and until < since:
            raise BadFormError("bad_period")
        narrowed = ExportFilter(
            trial=trial,
            stage=self._one_of("stage", STAGES),
            verdict=self._one_of("verdict", VERDICTS),
            status=self._one_of("status", WORK_STATUSES),
            since=since,
            # The last day counts whole.
            until=None if until is None else until + timedelta(days=1),
        )
        reason = None
        if identified:
            reason = self._one_of("reason", REASONS)
            if not reason or len(self.get("why")) < SHORTEST_REASON:
                raise BadFormError("no_reason")
        chosen = self._one_of("format", tuple(each.value for each in ExportFormat))
        if not chosen:
            raise BadFormError("bad_choice")
        return Wanted(ExportFormat(chosen), narrowed, bool(self.get("bom")), reason)

    def _one_of(self, name: str, values: tuple[str, ...]) -> str:
        value = self.get(name)
        if value and value not in values:
            raise BadFormError("bad_choice")
        return value

    def _day(self, name: str) -> datetime | None:
        text = self.get(name)
        if not text:
            return None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise BadFormError("bad_day") from None
        if day.year >= _LAST_YEAR:
            raise BadFormError("bad_day")
        return datetime.combine(day, time(), UTC)


def _trials(services: ConsoleServices, visitor: Visitor) -> list[str]:
    with services.store.reading() as unit:
        return unit.trials_with_conversations(visitor.trials)


def _audit_list(services: ConsoleServices, visitor: Visitor, wanted: Wanted) -> None:
    names = ("trial", "stage", "verdict", "status", "since", "until")
    with services.store.unit() as unit:
        detail = {
            "format": wanted.format.value,
            "filters": [name for name in names if getattr(wanted.narrowed, name)],
            "count": unit.count_to_export(wanted.narrowed, visitor.trials),
        }
        unit.audit(
            visitor.actor,
            _action(wanted),
            "conversations",
            wanted.narrowed.trial or "all",
            at=services.clock(),
            trial_id=wanted.narrowed.trial or None,
            detail=detail | _reason(wanted),
        )


def _audit_one(services: ConsoleServices, visitor: Visitor, conversation: Conversation, wanted: Wanted) -> ConversationFile | None:
    with services.store.unit() as unit:
        file = unit.conversation_file(conversation.id)
        if file is not None:
            unit.audit(
                visitor.actor,
                _action(wanted),
                "conversation",
                conversation.id,
                at=services.clock(),
                trial_id=conversation.trial_id,
                detail={"format": wanted.format.value, "filters": [], "count": 1} | _reason(wanted),
            )
    return file


def _action(wanted: Wanted) -> Action:
    return "exported_identified" if wanted.reason is not None else "exported"


def _reason(wanted: Wanted) -> dict[str, str]:
    return {} if wanted.reason is None else {"reason": wanted.reason}


def _batches(
    services: ConsoleServices, file: ExportFile, narrowed: ExportFilter, trials: frozenset[str] | None
) -> Iterator[list[ConversationFile]]:
    """Each read in a transaction of its own: whoever loads slowly holds nothing."""
    with services.store.reading() as unit:
        ids = file.in_order(unit.ids_to_export(narrowed, trials))
    for begin in range(0, len(ids), BATCH):
        with services.store.reading() as unit:
            batch = unit.batch_to_export(ids[begin : begin + BATCH], narrowed, trials)
        if batch:
            yield batch


async def _sent(
    request: web.Request,
    services: ConsoleServices,
    wanted: Wanted,
    batches: Callable[[ExportFile], Iterator[list[ConversationFile]]],
) -> web.StreamResponse:
    now, identified = services.clock(), wanted.reason is not None
    file = Exporting(
        format=wanted.format,
        attributes=services.library.attributes,
        words=services.library.in_locale(None),
        record_of=_records(services),
        key=secrets.token_bytes(32),
        now=now,
        identified=identified,
        bom=wanted.bom,
    ).file()
    name = f"trialchat-{'identified-' if identified else ''}{wanted.format.value}-{now:%Y-%m-%d}.{file.extension}"
    return await download(request, name, file.media_type, _parts(file, batches(file)))


def _parts(file: ExportFile, batches: Iterator[list[ConversationFile]]) -> Iterator[str]:
    yield file.opening()
    yield from map(file.batch, batches)
    yield file.closing()


def _records(services: ConsoleServices) -> Callable[[str], TrialRecord | None]:
    cache = RecordCache()

    def record(trial_id: str) -> TrialRecord | None:
        with services.store.reading() as unit:
            return _record(unit, cache, trial_id)

    return record


def _record(unit: Unit, cache: RecordCache, trial_id: str) -> TrialRecord | None:
    stored = unit.trial(trial_id)
    return None if stored is None else cache.record(stored)


ROUTES = (
    Route("GET", "/console/exports", Permission.EXPORT, form_page),
    Route("POST", "/console/exports", Permission.EXPORT, export_list),
    Route("POST", "/console/exports/identified", Permission.EXPORT_IDENTIFIED, export_list_identified),
    Route("POST", "/console/conversations/{conversation}/export", Permission.EXPORT, export_one),
    Route("POST", "/console/conversations/{conversation}/export/identified", Permission.EXPORT_IDENTIFIED, export_one_identified),
)
