"""Tables as CSV files to save."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aiohttp import web

from bot.exports.csv_files import BOM, lines
from bot.web.console.rendering import HEADERS


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> web.Response:
    """A file to save under that name, with the mark by which spreadsheets know that it is UTF-8."""
    disposition = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    body = BOM + lines([header, *rows])
    return web.Response(body=body.encode(), content_type="text/csv", charset="utf-8", headers={**HEADERS, **disposition})
