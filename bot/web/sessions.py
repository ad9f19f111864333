"""Who is asking: a widget's session by its token, an integrator by the API key. Neither is kept in the clear."""

from __future__ import annotations

import hmac

from aiohttp import web

from bot.tokens import new_token, token_hash
from bot.web.errors import ApiError

__all__ = ["bearer", "bearer_or_401", "new_token", "require_api_key", "same_secret", "token_hash", "unknown_session"]


def bearer(request: web.Request) -> str | None:
    """The token of an `Authorization: Bearer …` header."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and token else None


def bearer_or_401(request: web.Request) -> str:
    """The token, or the error that says one is missing."""
    token = bearer(request)
    if token is None:
        raise ApiError(401, "unauthorized", "Send the header Authorization: Bearer <token>.")
    return token


def require_api_key(request: web.Request, api_key: str) -> None:
    """Raise 401 unless the request carries the API key; how much of it was right cannot be timed."""
    if not same_secret(bearer_or_401(request), api_key):
        raise ApiError(401, "unauthorized", "The API key is not right.")


def same_secret(given: str, expected: str) -> bool:
    """Compare in constant time. An empty secret is never right."""
    return bool(expected) and hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def unknown_session() -> ApiError:
    """401: the token belongs to no conversation, or to one that was erased."""
    return ApiError(401, "unknown_session", "This session is not known, or was erased. Start a new one.")
