"""Who is asking: a widget's session by its token, a program by its API key. Neither is kept in the clear."""

from __future__ import annotations

import asyncio
import hmac

from aiohttp import web

from bot.accounts.api_keys import Scope, good_key, installation_key
from bot.store import ApiKey, Store
from bot.store.clock import Clock
from bot.tokens import new_token, token_hash
from bot.web.errors import ApiError

__all__ = ["bearer", "bearer_or_401", "key_of", "new_token", "require_api_key", "same_secret", "token_hash", "unknown_session"]


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


async def key_of(token: str, api_key: str, store: Store, clock: Clock) -> ApiKey | None:
    """The key of a token: the installation's own (`api_key`), or one that was made in the console; None where it is neither.

    How much of it was right cannot be timed.
    """
    if same_secret(token, api_key):
        return installation_key()
    return await asyncio.to_thread(good_key, store, token, clock())


async def require_api_key(request: web.Request, api_key: str, store: Store, clock: Clock) -> ApiKey:
    """The key that the request carries, which must be good for the messaging channel; raises 401 or 403."""
    key = await key_of(bearer_or_401(request), api_key, store, clock)
    if key is None:
        raise ApiError(401, "unauthorized", "The API key is not right.")
    if Scope.CHAT not in key.scopes:
        raise ApiError(403, "forbidden", "This API key is not for chat.")
    return key


def same_secret(given: str, expected: str) -> bool:
    """Compare in constant time. An empty secret is never right."""
    return bool(expected) and hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def unknown_session() -> ApiError:
    """401: the token belongs to no conversation, or to one that was erased."""
    return ApiError(401, "unknown_session", "This session is not known, or was erased. Start a new one.")
