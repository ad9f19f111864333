"""The inbox: conversations, the latest first, to filter, to search and to work on."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import parse_qsl, urlencode

from aiohttp import web
from multidict import MultiDict, MultiMapping

from bot.accounts.roles import Permission
from bot.conversations.working import MOST, AddTag, Assign, Change, RemoveTag, SetStatus, change_all
from bot.store import Unit
from bot.store.inbox_records import InboxPage
from bot.store.records import WORK_STATUSES
from bot.store.saved_views import LONGEST_NAME
from bot.store.words import terms_of
from bot.store.work import NotATagError, as_tag
from bot.web.changes import SOME_ERASED
from bot.web.console.door import redirect, visitor_of
from bot.web.console.fields import texts_of
from bot.web.console.inbox_address import INBOX, ME, NOBODY, Asked, NotAnAddressError, SearchIsOverError, asked, has_empty_fields
from bot.web.console.inbox_view import Choices, choices, list_view, page_view
from bot.web.console.live import SessionEnded, stream
from bot.web.console.rendering import error_page, page
from bot.web.console.route import Route
from bot.web.console.searches import LONGEST_SEARCH, opened_search, sealed_search
from bot.web.console.services import CONSOLE, ConsoleServices
from bot.web.console.visitor import Visitor

_LONGEST_QUERY = 4_000


async def inbox(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """GET /console/inbox"""
    services = request.app[CONSOLE]
    try:
        what = _read(services, request.query, visitor)
    except SearchIsOverError as over:
        return redirect(_back(over.address, problem="search_over"))
    except NotAnAddressError:
        raise web.HTTPBadRequest from None
    if has_empty_fields(request.query):
        return redirect(what.address)
    if what.wanted.words and not visitor.may(Permission.REVEAL):
        # An address may outlive a role.
        return error_page(request, visitor, "forbidden", 403)
    found, possible = await asyncio.to_thread(_look, services, visitor, what)
    return page(request, visitor, "inbox.html", **page_view(request.query, services, visitor, what, found, possible))


async def search(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/inbox/search: the filters with words to search for, on to an address that does not show these."""
    services = request.app[CONSOLE]
    fields = await texts_of(request)
    words = fields.popone("words", "").strip()
    what = _asked(services, fields, visitor)
    if not words:
        return redirect(what.address)
    if len(words) > LONGEST_SEARCH:
        raise web.HTTPBadRequest
    if not terms_of(words):
        return redirect(_back(what.address, problem="no_words"))
    return redirect(what.searching(sealed_search(services.sealer, visitor, words)))


async def the_list(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """GET /console/inbox/list: the list alone, as a page that is open asks for it when something changed."""
    services = request.app[CONSOLE]
    what = _asked(services, request.query, visitor)
    if what.wanted.words:
        # A search is done, and audited, when somebody asks for it.
        raise web.HTTPBadRequest
    found = await asyncio.to_thread(_page, services, visitor, what)
    return page(request, visitor, "inbox_list.html", **list_view(services, visitor, what, found))


async def events(request: web.Request, _visitor: Visitor) -> web.StreamResponse:
    """GET /console/inbox/events"""
    services = request.app[CONSOLE]
    texts = services.texts["inbox"]["changed"]

    async def tell(names: frozenset[str]) -> str | None:
        now_here = await visitor_of(request, by_itself=True)
        if now_here is None or not now_here.may(Permission.READ_CONVERSATIONS):
            raise SessionEnded
        number = await asyncio.to_thread(_in_sight, services, now_here, names) if names else 0
        if not number:
            # What was erased is on the list no more, and nobody need be told whose it was.
            return "" if SOME_ERASED in names else None
        text: str = texts["one" if number == 1 else "many"]
        return text.format(n=number, at=services.clock().strftime("%H:%M:%S"))

    return await stream(request, "changed", tell, at_once="")


async def work_on(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/inbox/work: one change for all that were picked."""
    fields, services = await texts_of(request), request.app[CONSOLE]
    back = _filters(services, fields.get("back", ""), visitor).address
    picked = fields.getall("pick", [])
    if not picked:
        return redirect(_back(back, problem="nothing_picked"))
    change = _change(fields, visitor)
    if isinstance(change, str):
        return redirect(_back(back, problem=change))
    if len(picked) > MOST:
        raise web.HTTPBadRequest
    worked = await asyncio.to_thread(change_all, services.store, change, picked, visitor.trials, visitor.actor, services.clock())
    return redirect(_back(back, done=fields["do"], n=worked.done, left=worked.left))


async def save_view(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/inbox/views: a name for the filters of now, without what is searched for."""
    fields, services = await texts_of(request), request.app[CONSOLE]
    what = _filters(services, fields.get("query", ""), visitor)
    name = " ".join(fields.get("name", "").split())[:LONGEST_NAME]
    if not name or not what.lasting:
        return redirect(_back(what.address, problem="no_name"))
    kept = await asyncio.to_thread(_save_view, services, visitor, name, what.lasting)
    return redirect(_back(what.address, done="view_saved") if kept else _back(what.address, problem="too_many_views"))


async def delete_view(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/inbox/views/{view}/delete"""
    if not await asyncio.to_thread(_delete_view, request.app[CONSOLE], visitor, int(request.match_info["view"])):
        raise web.HTTPNotFound
    return redirect(_back(INBOX, done="view_deleted"))


def _read(services: ConsoleServices, query: MultiMapping[str], visitor: Visitor) -> Asked:
    return asked(query, visitor.account.id, lambda sealed: opened_search(services.sealer, visitor, sealed))


def _asked(services: ConsoleServices, query: MultiMapping[str], visitor: Visitor) -> Asked:
    try:
        return _read(services, query, visitor)
    except NotAnAddressError:
        raise web.HTTPBadRequest from None


def _filters(services: ConsoleServices, query: str, visitor: Visitor) -> Asked:
    """The filters that a form carries along. Only what an address of the inbox may hold comes back out of it."""
    return _asked(services, MultiDict(parse_qsl(query[:_LONGEST_QUERY])), visitor)


def _back(address: str, **said: object) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(said)}"


def _change(fields: MultiDict[str], visitor: Visitor) -> Change | str:
    """What a form asks for, or the code of what is missing in it."""
    match fields.get("do"):
        case "assign":
            return _assign(fields.get("to", ""), visitor)
        case "status":
            because = fields.get("because", "").strip()
            status = next((one for one in WORK_STATUSES if one == fields.get("status")), None)
            if status is None:
                return "no_status"
            return "no_reason" if status == "closed" and not because else SetStatus(status, because or None)
        case "add_tag" | "remove_tag" as what:
            try:
                tag = as_tag(fields.get("tag", ""))
            except NotATagError:
                return "not_a_tag"
            return AddTag(tag) if what == "add_tag" else RemoveTag(tag)
        case _:
            raise web.HTTPBadRequest


def _assign(to: str, visitor: Visitor) -> Assign | str:
    if to in {ME, NOBODY}:
        return Assign(visitor.account.id if to == ME else None)
    return Assign(int(to)) if re.fullmatch(r"\d{1,9}", to, re.ASCII) else "no_person"


def _look(services: ConsoleServices, visitor: Visitor, what: Asked) -> tuple[InboxPage, Choices]:
    if what.wanted.words:
        _note_search(services, visitor, what)
    with services.store.reading() as unit:
        return _found(services, unit, visitor, what), choices(unit, visitor)


def _page(services: ConsoleServices, visitor: Visitor, what: Asked) -> InboxPage:
    with services.store.reading() as unit:
        return _found(services, unit, visitor, what)


def _found(services: ConsoleServices, unit: Unit, visitor: Visitor, what: Asked) -> InboxPage:
    return unit.inbox(what.wanted, visitor.trials, services.clock(), older_than=what.older_than, newer_than=what.newer_than)


def _note_search(services: ConsoleServices, visitor: Visitor, what: Asked) -> None:
    """That somebody looked for words; which ones would say something about somebody's health."""
    only = what.wanted.trials[0] if len(what.wanted.trials) == 1 else None
    with services.store.unit() as unit:
        unit.audit(
            visitor.actor, "searched", "inbox", "words", at=services.clock(), trial_id=only, detail={"words": len(what.wanted.words)}
        )


def _in_sight(services: ConsoleServices, visitor: Visitor, names: frozenset[str]) -> int:
    with services.store.reading() as unit:
        return len(unit.conversations_in_sight(names, visitor.trials))


def _save_view(services: ConsoleServices, visitor: Visitor, name: str, query: str) -> bool:
    with services.store.unit() as unit:
        if not unit.save_view(visitor.account.id, name, query):
            return False
        unit.audit(visitor.actor, "view_saved", "account", str(visitor.account.id), at=services.clock())
    return True


def _delete_view(services: ConsoleServices, visitor: Visitor, view_id: int) -> bool:
    with services.store.unit() as unit:
        if not unit.delete_view(visitor.account.id, view_id):
            return False
        unit.audit(visitor.actor, "view_deleted", "account", str(visitor.account.id), at=services.clock())
    return True


ROUTES = (
    Route("GET", INBOX, Permission.READ_CONVERSATIONS, inbox),
    Route("POST", f"{INBOX}/search", Permission.REVEAL, search),
    Route("GET", f"{INBOX}/list", Permission.READ_CONVERSATIONS, the_list, by_itself=True),
    Route("GET", f"{INBOX}/events", Permission.READ_CONVERSATIONS, events, by_itself=True),
    Route("POST", f"{INBOX}/work", Permission.WORK, work_on),
    Route("POST", f"{INBOX}/views", Permission.READ_CONVERSATIONS, save_view),
    Route("POST", f"{INBOX}/views/{{view:[1-9][0-9]{{0,8}}}}/delete", Permission.READ_CONVERSATIONS, delete_view),
)
