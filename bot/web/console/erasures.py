"""Erasing from the console, and the receipts of all erasures: what was erased is nowhere, that it was is here."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiohttp import web

from bot.accounts.roles import Permission
from bot.conversations.retention import Kept, how_long
from bot.exports.files import ExportFormat
from bot.store import Conversation, Erasure, Unit
from bot.web.console.door import conversation_of, redirect
from bot.web.console.exports import REASONS
from bot.web.console.rendering import error_page, page
from bot.web.console.route import Route
from bot.web.console.services import CONSOLE, ConsoleServices
from bot.web.console.visitor import Visitor
from bot.web.services import TURNS

PAGE = 50


@dataclass(frozen=True, slots=True)
class Rights:
    """What the part of a conversation's page shows: how long it is kept, and what may be done with it."""

    conversation: Conversation
    kept: Kept
    may_export: bool
    may_export_identified: bool
    may_erase: bool
    formats: tuple[str, ...] = tuple(each.value for each in ExportFormat)
    reasons: tuple[str, ...] = REASONS


def rights_panel(services: ConsoleServices, unit: Unit, conversation: Conversation, visitor: Visitor) -> tuple[str, object]:
    """The part `rights` of a conversation's page."""
    return "rights", Rights(
        conversation,
        how_long(conversation, unit.trials_asked_for(conversation.id), unit.kept_for(), services.keep_days),
        visitor.may(Permission.EXPORT),
        visitor.may(Permission.EXPORT_IDENTIFIED),
        visitor.may(Permission.ERASE),
    )


async def rights_page(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """GET /console/conversations/{conversation}/rights"""
    return await _rights(request, visitor)


async def erase(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/conversations/{conversation}/erase"""
    confirmed = str((await request.post()).get("confirm", ""))
    if confirmed.strip().casefold() != request.app[CONSOLE].texts["rights"]["confirm_word"]:
        return await _rights(request, visitor, problem="not_confirmed")
    erasure = await request.app[TURNS].erase(conversation_of(request).id, visitor.actor)
    if erasure is None:  # somebody else was faster
        return error_page(request, visitor, "not_found", 404)
    return redirect(f"/console/erasures/{erasure.receipt}?done=erased")


async def receipts(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """GET /console/erasures"""
    asked = request.query.get("receipt", "").strip().upper()
    if asked:
        found = await asyncio.to_thread(_erasure, request.app[CONSOLE], visitor, asked)
        if found is not None:
            return redirect(f"/console/erasures/{found.receipt}")
    before = request.query.get("before", "")
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
    erasures, names = await asyncio.to_thread(_erasures, request.app[CONSOLE], visitor, number)
    return page(request, visitor, "erasures.html", erasures=erasures[:PAGE], names=names, older=len(erasures) > PAGE, asked=asked)


async def receipt(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """GET /console/erasures/{receipt}"""
    found = await asyncio.to_thread(_erasure, request.app[CONSOLE], visitor, request.match_info["receipt"])
    if found is None:
        return error_page(request, visitor, "not_found", 404)
    names = await asyncio.to_thread(_names, request.app[CONSOLE])
    return page(request, visitor, "erasure.html", erasure=found, names=names)


async def _rights(request: web.Request, visitor: Visitor, problem: str = "") -> web.StreamResponse:
    name, rights = await asyncio.to_thread(_panel, request.app[CONSOLE], conversation_of(request), visitor)
    return page(request, visitor, "rights.html", status=422 if problem else 200, panels={name: rights}, problem=problem)


def _panel(services: ConsoleServices, conversation: Conversation, visitor: Visitor) -> tuple[str, object]:
    with services.store.reading() as unit:
        return rights_panel(services, unit, conversation, visitor)


def _erasures(services: ConsoleServices, visitor: Visitor, before: int | None) -> tuple[list[Erasure], dict[str, str]]:
    with services.store.reading() as unit:
        return unit.erasures(trials=visitor.trials, before=before, limit=PAGE + 1), names_of(unit)


def _erasure(services: ConsoleServices, visitor: Visitor, receipt: str) -> Erasure | None:
    with services.store.reading() as unit:
        found = unit.erasure(receipt)
    return found if found is not None and visitor.sees_trial(found.trial_id) else None


def _names(services: ConsoleServices) -> dict[str, str]:
    with services.store.reading() as unit:
        return names_of(unit)


def names_of(unit: Unit) -> dict[str, str]:
    """The names of accounts and of API keys, by what the audit calls them."""
    people = {f"account:{account.id}": account.name for account in unit.accounts()}
    return people | {key.actor: f"{key.name} ({key.prefix}…)" for key in unit.api_keys()}


ROUTES = (
    Route("GET", "/console/conversations/{conversation}/rights", Permission.READ_CONVERSATIONS, rights_page),
    Route("POST", "/console/conversations/{conversation}/erase", Permission.ERASE, erase),
    Route("GET", "/console/erasures", Permission.READ_CONVERSATIONS, receipts),
    Route("GET", "/console/erasures/{receipt}", Permission.READ_CONVERSATIONS, receipt),
)
