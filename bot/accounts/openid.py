"""Signing in at an OpenID Connect provider: authorization code with PKCE, state and nonce, by Authlib.

Core 1.0, Discovery 1.0, RFC 7636 (PKCE), RFC 9207 (the issuer in the answer).
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote_plus

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from bot.accounts.refusals import Refused
from bot.accounts.single_sign_on import Identity
from bot.accounts.started import Started

if TYPE_CHECKING:
    from joserfc.jwk import KeySetSerialization

_log = logging.getLogger(__name__)

# Signatures that the provider alone can make: none at all, and those made with a shared secret, are not among them.
_ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"})
_KNOWN_FOR = timedelta(hours=1)
_LEEWAY_SECONDS = 60
_TIMEOUT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Registration:
    """How the provider knows this program. `redirect_uri` is registered there, letter by letter."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    # What the button says.
    name: str


@dataclass(frozen=True, slots=True)
class _Known:
    """What the provider published, and when it was asked."""

    metadata: Mapping[str, Any]
    keys: KeySet
    at: datetime


class Provider:
    """The provider that people may sign in at. What goes wrong is `Refused`, with a code for a calm page:

    `provider_away`, `denied`, `not_accepted` (an answer that does not fit what was asked, or is not the provider's).
    """

    def __init__(self, registration: Registration) -> None:
        self._as = registration
        self._published: _Known | None = None

    @property
    def name(self) -> str:
        """What the button says."""
        return self._as.name

    async def address(self, started: Started, now: datetime) -> str:
        """Where to send the browser."""
        known = await self._known(now)
        async with self._client() as client:
            address: str
            address, _ = client.create_authorization_url(
                known.metadata["authorization_endpoint"], state=started.state, nonce=started.nonce, code_verifier=started.verifier
            )
        return address

    async def identity(self, started: Started, answer: Mapping[str, str], now: datetime) -> Identity:
        """Who came back, by the answer's query."""
        if now.timestamp() > started.until or not hmac.compare_digest(answer.get("state", "").encode(), started.state.encode()):
            raise Refused("not_accepted")
        known = await self._known(now)
        said_by = answer.get("iss", None if known.metadata.get("authorization_response_iss_parameter_supported") else self._as.issuer)
        if said_by != self._as.issuer:
            raise Refused("not_accepted")
        if "error" in answer:
            raise Refused("denied" if answer["error"] == "access_denied" else "not_accepted")
        token = await self._token(known, answer.get("code", ""), started)
        claims = await self._claims(token, known, started.nonce, now)
        verified = claims.get("email_verified") is True and isinstance(claims.get("email"), str)
        return Identity(self._as.issuer, claims["sub"], claims["email"] if verified else "")

    async def _token(self, known: _Known, code: str, started: Started) -> Mapping[str, Any]:
        """What the provider gives for a code: an id_token, and an access token that nobody uses."""
        if not code:
            raise Refused("not_accepted")
        ways = known.metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        try:
            async with self._client("client_secret_post" if "client_secret_post" in ways else "client_secret_basic") as client:
                token: Mapping[str, Any] = await client.fetch_token(
                    known.metadata["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=started.verifier
                )
        except OAuthError as problem:
            # The provider's own code for it, such as invalid_client: without the secret, the code or who it was.
            _log.warning("the sign-in provider refused the code: %s", str(problem.error)[:40])
            raise Refused("not_accepted") from None
        except (httpx2.HTTPError, ValueError) as problem:
            raise _away(problem) from None
        if not isinstance(token.get("id_token"), str):
            raise Refused("not_accepted")
        return token

    async def _claims(self, given: Mapping[str, Any], known: _Known, nonce: str, now: datetime) -> CodeIDToken:
        algorithms = sorted(_ALGORITHMS.intersection(known.metadata.get("id_token_signing_alg_values_supported", ["RS256"])))
        try:
            try:
                token = jwt.decode(given["id_token"], known.keys, algorithms=algorithms)
            except InvalidKeyIdError:
                # The provider has changed its keys since they were read.
                token = jwt.decode(given["id_token"], (await self._known(now, anew=True)).keys, algorithms=algorithms)
            expected = {"iss": {"essential": True, "value": self._as.issuer}, "aud": {"essential": True, "value": self._as.client_id}}
            asked = {"nonce": nonce, "client_id": self._as.client_id, "access_token": given.get("access_token")}
            claims = CodeIDToken(token.claims, token.header, expected, asked)
            claims.validate(now=int(now.timestamp()), leeway=_LEEWAY_SECONDS)
        except (JoseError, ValueError) as problem:
            _log.warning("an id_token is not accepted: %s", type(problem).__name__)
            raise Refused("not_accepted") from None
        if not claims["sub"] or len(claims["sub"]) > 255:
            raise Refused("not_accepted")
        return claims

    async def _known(self, now: datetime, *, anew: bool = False) -> _Known:
        """What the provider publishes about itself, asked again every hour."""
        if self._published is not None and not anew and now - self._published.at < _KNOWN_FOR:
            return self._published
        try:
            async with self._client() as client:
                metadata = await self._fetched(client, self._as.issuer.rstrip("/") + "/.well-known/openid-configuration")
                if metadata.get("issuer") != self._as.issuer:
                    raise ValueError("its discovery document names another issuer than TRIALCHAT_OIDC_ISSUER")
                for needed in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                    if not isinstance(metadata.get(needed), str):
                        raise ValueError(f"its discovery document has no {needed}")
                keys = KeySet.import_key_set(cast("KeySetSerialization", await self._fetched(client, metadata["jwks_uri"])))
        except (httpx2.HTTPError, JoseError, ValueError) as problem:
            raise _away(problem) from None
        self._published = _Known(metadata, keys, now)
        return self._published

    @staticmethod
    async def _fetched(client: AsyncOAuth2Client, address: str) -> dict[str, Any]:
        response = await client.request("GET", address, withhold_token=True)
        response.raise_for_status()
        content = response.json()
        if not isinstance(content, dict):
            raise ValueError("it answered something that is no JSON object")
        return content

    def _client(self, way: str = "client_secret_post") -> AsyncOAuth2Client:
        name, secret = self._as.client_id, self._as.client_secret
        if way == "client_secret_basic":
            # RFC 6749, section 2.3.1: encoded as in a form, before they are joined. Authlib joins them as they are.
            name, secret = quote_plus(name), quote_plus(secret)
        return AsyncOAuth2Client(
            name,
            secret,
            token_endpoint_auth_method=way,
            scope="openid email",
            redirect_uri=self._as.redirect_uri,
            code_challenge_method="S256",
            timeout=_TIMEOUT_SECONDS,
        )


def _away(problem: Exception) -> Refused:
    # Our own sentences name what is wrong; those of other programs may quote what they were sent.
    said = str(problem) if type(problem) is ValueError else ""
    _log.error("the sign-in provider cannot be used: %s %s", type(problem).__name__, said)
    return Refused("provider_away")
