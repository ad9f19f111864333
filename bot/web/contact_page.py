"""The page where a patient asks to be contacted: outside the dialogue, so that contact data is in no record of it.

Its address is the secret by which it is opened, changed and taken back. What was left is not shown again: the link stands in
the transcript, which more people read than may see contact data.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from functools import wraps

from aiohttp import web

from bot.contacts.form import LONGEST, Entered, read
from bot.contacts.leaving import ContactDesk, ContactPage, Refused
from bot.web.console.door import comes_from_here
from bot.web.errors import ApiError
from bot.web.pages import PAGES
from bot.web.requests import is_readable_form
from bot.web.security import FORM_POLICY
from bot.web.services import LIMITS
from bot.web.sessions import token_hash

CONTACTS: web.AppKey[ContactDesk] = web.AppKey("contacts", ContactDesk)
_KEY = re.compile(r"[A-Za-z0-9_-]{43}")

_Handler = Callable[[web.Request, str], Awaitable[web.Response]]


def add_contact_page(app: web.Application, contacts: ContactDesk) -> None:
    """Add the page to the public app."""
    app[CONTACTS] = contacts
    app.add_routes(
        [
            web.get("/contact/{key}", _guarded(contact)),
            web.post("/contact/{key}", _guarded(leave)),
            web.post("/contact/{key}/withdraw", _guarded(withdraw)),
        ]
    )


def _guarded(handler: _Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A key that could be one, not too fast, and a form that was sent from here; on every answer what keeps it private."""

    @wraps(handler)
    async def handle(request: web.Request) -> web.Response:
        key = request.match_info["key"]
        try:
            request.app[LIMITS].check_address(request)
            if not _KEY.fullmatch(key):
                response = _error(request, "contact", 404)
            elif request.method != "POST":
                response = await handler(request, key)
            elif comes_from_here(request):
                request.app[LIMITS].check_contact(token_hash(key))
                response = await handler(request, key) if await is_readable_form(request) else _error(request, "bad", 400)
            else:
                response = _error(request, "forged", 403)
        except ApiError as error:
            response = _error(request, "too_fast", error.status)
            response.headers.update(error.headers)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        response.headers["Content-Security-Policy"] = FORM_POLICY
        # Not the address, which is a secret; but where it comes from, or older browsers would not say that of the form.
        response.headers["Referrer-Policy"] = "strict-origin"
        return response

    return handle


async def contact(request: web.Request, key: str) -> web.Response:
    """GET /contact/{key}: the form, or what became of what was sent."""
    page = await asyncio.to_thread(request.app[CONTACTS].page, key)
    if page is None:
        return _error(request, "contact", 404)
    if page.request is not None and not (page.open and "change" in request.query):
        return _done(request, page)
    if page.request is None and "done" in request.query and "again" not in request.query:
        return _render(request, page, "contact_withdrawn.html")
    if not page.open:
        return _error(request, "contact_closed", 404)
    return _form(request, page, Entered(), {})


async def leave(request: web.Request, key: str) -> web.Response:
    """POST /contact/{key}: what was entered."""
    entered = read(await request.post())
    outcome = await asyncio.to_thread(request.app[CONTACTS].leave, key, entered)
    if isinstance(outcome, Refused):
        page = await asyncio.to_thread(request.app[CONTACTS].page, key)
        return _error(request, "contact", 404) if page is None else _form(request, page, entered, outcome.faults)
    if outcome is None:
        return _error(request, "contact", 404)
    if not outcome.open:
        return _error(request, "contact_closed", 409)
    return web.Response(status=303, headers={"Location": f"/contact/{key}"})


async def withdraw(request: web.Request, key: str) -> web.Response:
    """POST /contact/{key}/withdraw: what was left is removed."""
    if await asyncio.to_thread(request.app[CONTACTS].withdraw, key) is None:
        return _error(request, "contact", 404)
    return web.Response(status=303, headers={"Location": f"/contact/{key}?done=withdrawn"})


def _form(request: web.Request, page: ContactPage, entered: Entered, faults: dict[str, str]) -> web.Response:
    """The form; with faults, what was entered is kept, but for the tick, which is to be set for the text as it is now."""
    return _render(request, page, "contact.html", status=422 if faults else 200, entered=entered, faults=faults, longest=LONGEST)


def _done(request: web.Request, page: ContactPage) -> web.Response:
    return _render(request, page, "contact_done.html")


def _render(request: web.Request, page: ContactPage, template: str, *, status: int = 200, **view: object) -> web.Response:
    pages = request.app[PAGES]
    texts = pages.texts(page.conversation.locale)
    return pages.render(template, texts, status=status, private=True, c=texts.section("contact"), page=page, path=request.path, **view)


def _error(request: web.Request, kind: str, status: int) -> web.Response:
    pages = request.app[PAGES]
    return pages.error(pages.texts(None), kind, status)
