"""The description for programs, and the same as a page for people, without a script: made when first asked for."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache
from typing import Any

from aiohttp import web

from bot.web.api.operation import Operation
from bot.web.api.problems import STATUSES
from bot.web.api.services import API
from bot.web.pages import PAGES

Served = Callable[[web.Request], Awaitable[web.StreamResponse]]


def description(described: Callable[[], Mapping[str, Any]]) -> Served:
    """GET /api/v1/openapi.json"""

    @cache
    def body() -> bytes:
        return json.dumps(described(), ensure_ascii=False).encode()

    async def handle(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=body(), content_type="application/json", headers={"Cache-Control": "no-cache"})

    return handle


def docs(described: Callable[[], Mapping[str, Any]], operations: Sequence[Operation]) -> Served:
    """GET /api/v1/docs"""

    async def handle(request: web.Request) -> web.StreamResponse:
        pages, texts = request.app[PAGES], request.app[API].texts
        return pages.render(
            "api_docs.html",
            pages.texts(None),
            d=texts["docs"],
            api=texts,
            operations=operations,
            paths=described()["paths"],
            schemas={name: _rows(schema) for name, schema in described()["components"]["schemas"].items() if "properties" in schema},
            name_of=_name_of,
            kind_of=_kind_of,
            statuses=STATUSES,
        )

    return handle


def _rows(schema: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """The fields of a shape: name, kind, the shape it leads to, what is said about it."""
    return [
        (name, _kind_of(field), _name_of(field), str(field.get("description") or field.get("title") or ""))
        for name, field in schema["properties"].items()
    ]


def _name_of(field: Mapping[str, Any]) -> str:
    """The shape that a field is of, or is a list of; empty where it is a plain value."""
    for part in (field, field.get("items") or {}, *field.get("anyOf", ())):
        if "$ref" in part:
            return str(part["$ref"]).rsplit("/", 1)[-1]
        if inner := (part.get("items") or {}).get("$ref"):
            return str(inner).rsplit("/", 1)[-1]
    return ""


def _kind_of(field: Mapping[str, Any]) -> str:
    """What a value is, in a few words."""
    if "$ref" in field:
        return _name_of(field)
    if choices := field.get("anyOf"):
        return " | ".join(dict.fromkeys(map(_kind_of, choices)))
    if field.get("type") == "array":
        return f"[{_kind_of(field.get('items') or {})}]"
    if values := field.get("enum"):
        return " | ".join(json.dumps(value) for value in values)
    if "const" in field:
        return json.dumps(field["const"])
    return str(field.get("format") or field.get("type") or "any")
