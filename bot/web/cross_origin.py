"""Other sites' pages may talk to the chat: they carry a token in a header, and no cookie is ever used."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.origins import AllowedOrigins
from bot.web.errors import ApiError

_OPEN_PATHS = ("/chat/", "/widget.js", "/widget-", "/widget/")


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


def check_origin(request: web.Request, origins: AllowedOrigins, trial_id: str | None) -> None:
    """Raise 403 where the page that asks is of a website which may not open this chat. The page can read why."""
    if not origins.allow(request.headers.get("Origin"), trial_id):
        raise ApiError(
            403,
            "origin_not_allowed",
            "This website may not open this chat. Whoever runs the chat can add its origin to TRIALCHAT_ORIGINS (docs/embedding.md).",
        )
