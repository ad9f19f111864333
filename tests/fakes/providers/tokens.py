"""What providers with tokens of their own have in common: keys they publish, tokens they sign and tokens they give."""

from __future__ import annotations

import json
import time
from abc import abstractmethod
from collections.abc import Mapping
from functools import cache
from typing import Any

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.fakes.providers.base import FakeProvider, Sent


@cache
def key(name: str) -> RSAKey:
    """A key of that name: made once for all tests, as making one takes a while."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"}, private=True)


def signed(name: str, claims: Mapping[str, Any], at: float | None = None) -> dict[str, str]:
    """The header with a token that is good for an hour from then."""
    now = int(time.time() if at is None else at)
    token = jwt.encode({"alg": "RS256", "kid": name}, {"iat": now, "nbf": now, "exp": now + 3600, **claims}, key(name))
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def published(name: str, **more: Any) -> dict[str, Any]:
    """A set with the public key of that name."""
    return {"keys": [{**key(name).as_dict(private=False), **more}]}


def given(token: str) -> web.Response:
    """A token, as the endpoint gives it."""
    return web.json_response({"token_type": "Bearer", "expires_in": 3599, "access_token": token})


class FakeWithTokens(FakeProvider):
    """A provider whose requests carry a token that it signs."""

    @abstractmethod
    def sent(self, given: dict[str, Any], at: float | None = None, name: str | None = None, **claims: Any) -> Sent:
        """A request with a token of then, signed with the key of that name."""

    def signed_anew(self, sent: Sent) -> Sent:
        return self.sent(json.loads(sent.body))

    def forged(self, sent: Sent) -> Sent:
        return self.sent(json.loads(sent.body), name="somebody else")

    def stale(self, sent: Sent) -> Sent | None:
        return self.sent(json.loads(sent.body), at=time.time() - 7200)
