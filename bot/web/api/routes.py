"""The API in the public app."""

from __future__ import annotations

from functools import cache

from aiohttp import web

from bot.web.api.door import rate_headers, served
from bot.web.api.openapi import Json, describe
from bot.web.api.operations import V1, operations
from bot.web.api.pages import description, docs
from bot.web.api.problems import DOCS, api_problems
from bot.web.api.services import API, ApiServices


def add_api(app: web.Application, services: ApiServices) -> None:
    """Add the API. Its errors are its own: the middleware that makes them is the innermost."""
    app[API] = services
    app.middlewares.extend((rate_headers, api_problems))
    all_of_them = operations(services.library)
    for operation in all_of_them:
        app.router.add_route(operation.method, operation.path, served(operation))

    @cache
    def described() -> Json:
        return describe(all_of_them, services.library, services.texts, services.site_url)

    app.router.add_get(f"{V1}/openapi.json", description(described))
    app.router.add_get(DOCS, docs(described, all_of_them))
