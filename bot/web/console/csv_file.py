"""Tables as CSV files that a spreadsheet may open: no cell of them is taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from aiohttp import web

from bot.web.console.rendering import HEADERS

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> web.Response:
    """A file to save, under that name."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(map(cell, header))
    writer.writerows(map(cell, row) for row in rows)
    # With a mark by which spreadsheets know that it is UTF-8.
    body = b"\xef\xbb\xbf" + text.getvalue().encode()
    disposition = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return web.Response(body=body, content_type="text/csv", charset="utf-8", headers={**HEADERS, **disposition})


def cell(value: object) -> str:
    """A value as it goes into a cell: what would begin a formula gets a quote before it."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
