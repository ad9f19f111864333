"""The pages a patient opens: trials, one trial, a printable summary, privacy; and calm error pages.

No page, error or log line here repeats what the request said: an address may be a secret
(a summary's key) or an attack.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from aiohttp import web
from aiohttp.typedefs import Handler
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.trials.records import TrialRecord
from bot.web.assets import Asset, asset_response, load_static, load_widget
from bot.web.site_texts import SiteTexts
from bot.web.views import SummaryData, paging, summary_page, trial_card, trial_page
from bot.web.widget_versions import WidgetVersions

_log = logging.getLogger(__name__)

_NCT_ID = re.compile(r"NCT\d{8}")
_KEY = re.compile(r"[A-Za-z0-9_-]{20,128}")
_PAGE = re.compile(r"[1-9][0-9]{0,5}")
ON_A_PAGE = 20
"""Trials in the list."""
_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
# Programs, not people, read these answers: their errors stay as their handlers made them.
_FOR_PROGRAMS = ("/chat/", "/webhooks/", "/widget", "/health", "/metrics", "/static/", "/api/", "/fhir/")


class PageSource(Protocol):
    """Where the pages' contents come from; the app answers from its store."""

    async def trials(self, offset: int, limit: int) -> tuple[Sequence[TrialRecord], int]:
        """Some of the trials, in the order of the list, and how many there are."""
        ...

    async def trial(self, nct_id: str) -> TrialRecord | None:
        """One trial, None where there is none of that number."""
        ...

    async def summary(self, key: str) -> SummaryData | None:
        """The result behind a summary's key, None where there is none (any more)."""
        ...


class Pages:
    """Templates, texts and files of the site, loaded once."""

    def __init__(
        self, texts: Mapping[str, Mapping[str, Any]], *, default_locale: str = "en", widgets: WidgetVersions | None = None
    ) -> None:
        self._texts = {locale: SiteTexts(data) for locale, data in texts.items()}
        self._default = self._texts[default_locale]
        self.static = load_static()
        self.widgets = widgets or WidgetVersions(load_widget())
        self._templates = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def texts(self, locale: str | None) -> SiteTexts:
        """The texts of a language: of `pt-BR`, else of `pt`, else of the default one."""
        if locale is None or not _LOCALE.fullmatch(locale):
            return self._default
        by_name = {name.lower(): texts for name, texts in self._texts.items()}
        return by_name.get(locale.lower()) or by_name.get(locale.split("-")[0].lower()) or self._default

    def render(self, template: str, texts: SiteTexts, *, status: int = 200, private: bool = False, **view: object) -> web.Response:
        """One page. `private`: for one person's eyes, kept by no cache and found by no search engine."""
        html = self._templates.get_template(template).render(
            texts=texts,
            t=texts.section("pages"),
            asset=self.address,
            indexed=not private and status == 200,
            **view,
        )
        headers = {"Cache-Control": "no-store" if private or status != 200 else "no-cache"}
        if private:
            headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return web.Response(text=html, status=status, content_type="text/html", charset="utf-8", headers=headers)

    def error(self, texts: SiteTexts, kind: str, status: int) -> web.Response:
        """A small page that says what happened and where to go on."""
        return self.render("error.html", texts, status=status, error=kind)

    def address(self, name: str) -> str:
        """Where a static file is, under an address that changes with it."""
        return f"/static/{name}?v={self.static[name].digest}"


PAGES = web.AppKey("pages", Pages)
PAGE_SOURCE: web.AppKey[PageSource] = web.AppKey("page_source", PageSource)


def setup_pages(app: web.Application, pages: Pages, source: PageSource) -> None:
    """Add the routes. The app adds the middlewares `security_headers` and, inside it, `error_pages`."""
    app[PAGES] = pages
    app[PAGE_SOURCE] = source
    app.add_routes(
        [
            web.get("/", list_of_trials),
            web.get("/trials/{nct_id}", one_trial),
            web.get("/summary/{key}", summary),
            web.get("/privacy", privacy),
            web.get("/widget.js", widget_script),
            web.get("/widget-{version:[0-9a-f]{16}}.js", widget_version),
            web.get("/widget.json", widget_versions),
            web.get("/widget/texts", widget_texts),
            web.get("/static/{name}", static_file),
        ]
    )


def _texts(request: web.Request) -> SiteTexts:
    return request.app[PAGES].texts(request.query.get("locale"))


async def list_of_trials(request: web.Request) -> web.Response:
    """GET /"""
    texts, pages = _texts(request), request.app[PAGES]
    number = request.query.get("page", "1")
    page = int(number) if _PAGE.fullmatch(number) else 0
    records, total = await request.app[PAGE_SOURCE].trials(max(page - 1, 0) * ON_A_PAGE, ON_A_PAGE)
    if not page or (page > 1 and not records):
        return pages.error(texts, "not_found", 404)
    cards = [trial_card(record, texts) for record in records]
    return pages.render("home.html", texts, cards=cards, total=total, searchable=total > 1, paging=paging(page, total, ON_A_PAGE, texts))


async def one_trial(request: web.Request) -> web.Response:
    """GET /trials/{nct_id}"""
    texts, pages = _texts(request), request.app[PAGES]
    nct_id = request.match_info["nct_id"].upper()
    record = await request.app[PAGE_SOURCE].trial(nct_id) if _NCT_ID.fullmatch(nct_id) else None
    if record is None:
        return pages.error(texts, "not_found", 404)
    return pages.render("trial.html", texts, trial=trial_page(record, texts))


async def summary(request: web.Request) -> web.Response:
    """GET /summary/{key}: whoever has the address may read it, as the page itself says."""
    pages, key = request.app[PAGES], request.match_info["key"]
    data = await request.app[PAGE_SOURCE].summary(key) if _KEY.fullmatch(key) else None
    if data is None:
        return pages.error(_texts(request), "summary", 404)
    texts = pages.texts(request.query.get("locale") or data.locale)
    return pages.render("summary.html", texts, private=True, s=texts.section("summary"), summary=summary_page(data, texts))


async def privacy(request: web.Request) -> web.Response:
    """GET /privacy"""
    texts = _texts(request)
    return request.app[PAGES].render("privacy.html", texts, p=texts.section("privacy"))


async def widget_script(request: web.Request) -> web.Response:
    """GET /widget.js, for the pages of any site: always the newest"""
    return asset_response(request, request.app[PAGES].widgets.current, other_sites=True)


async def widget_version(request: web.Request) -> web.Response:
    """GET /widget-{version}.js: the same bytes for ever, for pages that name their hash"""
    asset = request.app[PAGES].widgets.get(request.match_info["version"])
    if asset is None:
        raise web.HTTPNotFound
    return asset_response(request, asset, other_sites=True, lasting=True)


async def widget_versions(request: web.Request) -> web.Response:
    """GET /widget.json: the versions that are served, and their hashes"""
    return web.json_response(
        request.app[PAGES].widgets.as_json(),
        headers={
            "Access-Control-Allow-Origin": "*",
            "Cache-Control": "no-cache",
            "Cross-Origin-Resource-Policy": "cross-origin",
        },
    )


async def widget_texts(request: web.Request) -> web.Response:
    """GET /widget/texts?locale=en: what the widget says around the conversation. Public, the same for everyone."""
    texts = _texts(request)
    return web.json_response(
        {"locale": texts.locale, "direction": texts.direction, "texts": texts.widget},
        headers={
            "Access-Control-Allow-Origin": "*",
            "Cache-Control": "public, max-age=300",
            "Cross-Origin-Resource-Policy": "cross-origin",
        },
    )


async def static_file(request: web.Request) -> web.Response:
    """GET /static/{name}: the files found at start, and no others"""
    asset: Asset | None = request.app[PAGES].static.get(request.match_info["name"])
    if asset is None:
        raise web.HTTPNotFound
    return asset_response(request, asset)


_KINDS = {400: "bad", 404: "not_found"}


@web.middleware
async def error_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors of pages as pages. Errors for programs pass: their JSON is made elsewhere."""
    if request.path.startswith(_FOR_PROGRAMS):
        return await handler(request)
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        page = request.app[PAGES].error(_texts(request), _KINDS.get(error.status, "broken" if error.status >= 500 else "bad"), error.status)
        if "Allow" in error.headers:
            page.headers["Allow"] = error.headers["Allow"]
        return page
    except web.RequestPayloadError:
        return request.app[PAGES].error(_texts(request), "bad", 400)
    except Exception as error:
        # The route, not the address: an address can be a secret. Only where it broke, not the values it broke on.
        resource = request.match_info.route.resource
        _log.error("a page failed: %s in %s", type(error).__name__, resource.canonical if resource else "no route")
        _log.debug("where it failed", exc_info=True)
        return request.app[PAGES].error(request.app[PAGES].texts(None), "broken", 500)
