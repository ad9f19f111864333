"""Other sites' pages may talk to the chat: they carry a token in a header, and no cookie is ever used."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler

_OPEN_PATHS = ("/chat/", "/widget.js", "/widget/")


@web.middleware
async def cross_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer browsers that ask first, and let every answer of the chat, errors too, be read by the page that asked."""
    if not request.path.startswith(_OPEN_PATHS):
        return await handler(request)
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        return web.Response(
            status=204,
            headers={
                "Access-Control-Allow-Origin": "*",
                "Access-Control-Allow-Methods": "GET, POST, DELETE",
                "Access-Control-Allow-Headers": "Authorization, Content-Type, Last-Event-ID",
                "Access-Control-Max-Age": "7200",
            },
        )
    response = await handler(request)
    if not response.prepared:
        open_to_all(response)
    return response


def open_to_all(response: web.StreamResponse) -> None:
    """Let any page read an answer; a stream calls this before it begins."""
    response.headers.setdefault("Access-Control-Allow-Origin", "*")
    response.headers.setdefault("Access-Control-Expose-Headers", "Retry-After")
