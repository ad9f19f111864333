"""The console's pages, out of templates. Everything in them is escaped; no page is kept by a cache."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.accounts.roles import Permission
from bot.web.console.services import CONSOLE
from bot.web.console.visitor import Visitor
from bot.web.pages import PAGES

# As for the site's pages, but with forms, which go nowhere but here.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": _POLICY,
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["moment"] = moment
    environment.globals["Permission"] = Permission
    return environment


def moment(at: datetime) -> str:
    """A moment as a person reads it, in UTC: 29 Nov 2026, 12:05."""
    return f"{at.day} {at:%b %Y, %H:%M}"


_ENVIRONMENT = _environment()


def page(request: web.Request, visitor: Visitor | None, template: str, *, status: int = 200, **view: Any) -> web.Response:
    """A page of the console, or a part of one. `template` is a file of `templates/console`."""
    services, pages = request.app[CONSOLE], request.app[PAGES]
    html = _ENVIRONMENT.get_template(f"console/{template}").render(
        texts=services.texts,
        t=services.texts["common"],
        visitor=visitor,
        csrf="" if visitor is None else visitor.session.csrf,
        asset=pages.address,
        path=request.path,
        query=request.query,
        # What a form before has done: a code whose words are in the room's texts.
        done=request.query.get("done", ""),
        **view,
    )
    return web.Response(text=html, status=status, content_type="text/html", charset="utf-8", headers=dict(HEADERS))


def error_page(request: web.Request, visitor: Visitor | None, kind: str, status: int) -> web.Response:
    """What went wrong and where to go on; nothing of the request is repeated."""
    return page(request, visitor, "error.html", status=status, error=kind)
