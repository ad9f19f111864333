"""Tokens that are fetched before a provider can be answered, and keys that its own tokens are checked with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from bot.channels.providers.base import FRESH, Answered, Ask, Call, ForgedError, NotUnderstoodError, part, word

_EARLY = timedelta(minutes=5)
"""A token is renewed so long before it ends."""
_KEPT, _GOOD = timedelta(hours=24), timedelta(hours=72)
"""Keys are fetched again so often; where they cannot be, those that are known are good for so long."""
_ASKED_AGAIN = timedelta(minutes=10)
"""Keys are fetched no more often, whatever a stranger claims to have signed with."""
_SIGNED_WITH = ["RS256"]


class AccessToken(Ask):
    """A token of OAuth 2.0, as the provider's token endpoint gives it (`access_token`, `expires_in`)."""

    def __init__(self, request: Callable[[datetime], Call]) -> None:
        self._request = request
        self._token = ""
        self._until: datetime | None = None

    @property
    def header(self) -> Mapping[str, str]:
        """What a request is authorised with."""
        return {"Authorization": f"Bearer {self._token}"}

    def forget(self) -> None:
        """It was refused: ask for another one."""
        self._token = ""

    def call(self, now: datetime) -> Call | None:
        return self._request(now) if not self._token or self._until is None or now >= self._until else None

    def learn(self, answered: Answered, now: datetime) -> None:
        token, lasts = answered.data.get("access_token"), answered.data.get("expires_in")
        if answered.status != 200 or not isinstance(token, str) or not token:
            raise NotUnderstoodError(f"no token was given: answered {answered.status} {word(answered.data, 'error')[:40]}".rstrip())
        seconds = int(lasts) if isinstance(lasts, int | str) and str(lasts).isdecimal() else 600
        self._token, self._until = token, now + max(timedelta(seconds=seconds) - _EARLY, timedelta(seconds=30))


class SigningKeys(Ask):
    """The public keys of whoever signs a provider's requests: of a JWK set, or of the document that says where it is (`jwks_uri`)."""

    def __init__(self, url: str) -> None:
        self._url, self._next = url, url
        self._keys: KeySet | None = None
        self._about: Mapping[str, Mapping[str, Any]] = {}
        self._at: datetime | None = None
        self._tried: datetime | None = None
        self._unknown = False

    def call(self, now: datetime) -> Call | None:
        if self._next == self._url and self._at is not None:
            if now - self._at < (_ASKED_AGAIN if self._unknown else _KEPT):
                return None
            if self._tried is not None and now - self._tried < _ASKED_AGAIN and now - self._at < _GOOD:
                return None
        return Call(self._next)

    def learn(self, answered: Answered, now: datetime) -> None:
        if answered.status == 200 and (where := word(answered.data, "jwks_uri")) and self._next == self._url:
            self._next = where
            return
        keys = answered.data.get("keys")
        try:
            if answered.status != 200 or not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
                raise ValueError
            self._keys = KeySet.import_key_set({"keys": keys})
        except (ValueError, TypeError, KeyError, JoseError):
            self._next = self._url
            raise NotUnderstoodError(f"no keys were given: answered {answered.status}") from None
        self._about = {str(key.get("kid", "")): key for key in keys}
        self._next, self._at, self._tried, self._unknown = self._url, now, now, False

    def missed(self, now: datetime) -> bool:
        """Keys that are away for a while keep nobody out: those that are known are used, and the others asked for later."""
        self._next, self._tried = self._url, now
        return self._at is not None and now - self._at < _GOOD

    def claims(self, header: str, now: datetime, *, issuer: str, audience: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """What a bearer token claims, and what is published with the key that signed it. `ForgedError` where it is not theirs, not
        for us, or not of now."""
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token or self._keys is None:
            raise ForgedError("there is no bearer token")
        try:
            found = jwt.decode(token, self._keys, algorithms=_SIGNED_WITH)
        except (JoseError, ValueError):
            # It may be signed with a key that is new: the keys are fetched again, though not for each stranger.
            self._unknown = True
            raise ForgedError("the token is not signed with a key of theirs") from None
        claims: Mapping[str, Any] = found.claims
        until, since = claims.get("exp"), claims.get("nbf", claims.get("iat", 0))
        if not isinstance(until, int | float) or not isinstance(since, int | float):
            raise ForgedError("the token has no end")
        if not since - FRESH.total_seconds() <= now.timestamp() <= until + FRESH.total_seconds():
            raise ForgedError("the token is not of now")
        if claims.get("iss") != issuer or claims.get("aud") != audience:
            raise ForgedError("the token is of somebody else, or for somebody else")
        return claims, part({"key": self._about.get(str(found.header.get("kid", "")))}, "key")
