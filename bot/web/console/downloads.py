"""Files that a browser keeps: written while they are made, never whole in memory."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterator

from aiohttp import web

from bot.web.errors import place
from bot.web.security import set_security_headers

_log = logging.getLogger(__name__)

_HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow, noarchive"}
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")


async def download(request: web.Request, name: str, media_type: str, parts: Iterator[str]) -> web.StreamResponse:
    """Send the parts of a file as they come, each made in a thread. `name` is what the browser calls it."""
    response = web.StreamResponse(
        headers={
            **_HEADERS,
            "Content-Type": f"{media_type}; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{_UNFIT.sub("-", name)}"',
        }
    )
    set_security_headers(response)
    await response.prepare(request)
    try:
        while (part := await asyncio.to_thread(next, parts, None)) is not None:
            await response.write(part.encode("utf-8", "replace"))
        await response.write_eof()
    except ConnectionError:
        pass  # whoever asked for it has gone
    except Exception as problem:
        _log.error("a download broke off: %s", place(problem))
        # A half file must not look like a whole one.
        if request.transport is not None:
            request.transport.abort()
    return response
