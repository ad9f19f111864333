"""An OpenID Connect provider, made up: as strict as a real one about what it is asked, and as wrong in its answers as a test says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus, urlencode

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from bot.store.clock import Clock

CLIENT_ID, CLIENT_SECRET = "trialchat-of-these-tests", "a secret, with: 100% signs + spaces"


@dataclass
class Grant:
    """A code that was given out, and what it is bound to."""

    challenge: str
    nonce: str


@dataclass
class OpenIdProvider:
    """Serve `app`; set `issuer` to where it is served and `redirect_uri` to what is registered."""

    clock: Clock
    issuer: str = ""
    redirect_uri: str = ""
    # Whom it vouches for.
    subject: str = "subject-1"
    email: object = "ada@example.org"
    email_verified: object = True
    # What goes wrong: claims of the token that are otherwise, claims that are missing, and whole parts that fail.
    claims: dict[str, Any] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)
    signs_with: RSAKey | None = None
    # How the token is forged: "none" (no signature), or "HS256" (with the public key for a shared secret).
    forged: str = ""
    denies: str = ""
    wrong_state: bool = False
    away: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig"}))

    def __post_init__(self) -> None:
        self.grants: dict[str, Grant] = {}
        self.app = web.Application(middlewares=[self._some_parts_away])
        self.app.add_routes(
            [
                web.get("/realms/staff/.well-known/openid-configuration", self._discovery),
                web.get("/realms/staff/authorize", self._authorize),
                web.post("/realms/staff/token", self._token),
                web.get("/realms/staff/keys", self._keys),
            ]
        )

    def new_key(self) -> None:
        """Rotate: from now on another key signs, and the old one is no longer published."""
        self.key = RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig"})

    @web.middleware
    async def _some_parts_away(self, request: web.Request, handler: Any) -> web.StreamResponse:
        part = request.path.rsplit("/", 1)[-1]
        self.asked.append(part)
        if part in self.away:
            return web.Response(status=503, text="<html>Bad gateway</html>", content_type="text/html")
        response: web.StreamResponse = await handler(request)
        return response

    async def _discovery(self, _request: web.Request) -> web.Response:
        published = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        return web.json_response({name: value for name, value in (published | self.metadata).items() if value is not None})

    async def _keys(self, _request: web.Request) -> web.Response:
        return web.json_response(KeySet([self.key]).as_dict(private=False))

    async def _authorize(self, request: web.Request) -> web.Response:
        asked = request.query
        # Of an unknown client or address nothing is sent anywhere: the browser stays here.
        if asked.get("client_id") != CLIENT_ID or asked.get("redirect_uri") != self.redirect_uri:
            return web.Response(status=400, text="unknown client or redirect_uri")
        answer = {"state": "another" if self.wrong_state else asked.get("state", "")}
        if self.denies:
            answer["error"] = self.denies
        elif (
            asked.get("response_type") != "code"
            or "openid" not in asked.get("scope", "").split()
            or asked.get("code_challenge_method") != "S256"
            or len(asked.get("code_challenge", "")) != 43
            or not asked.get("state")
            or not asked.get("nonce")
        ):
            answer["error"] = "invalid_request"
        else:
            code = secrets.token_urlsafe(16)
            self.grants[code] = Grant(asked["code_challenge"], asked["nonce"])
            answer["code"] = code
        if self.metadata.get("authorization_response_iss_parameter_supported"):
            answer["iss"] = self.issuer
        return web.Response(status=302, headers={"Location": f"{self.redirect_uri}?{urlencode(answer)}"})

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        if not self._is_the_client(request, {name: str(value) for name, value in form.items()}):
            return web.json_response({"error": "invalid_client"}, status=401)
        grant = self.grants.pop(str(form.get("code", "")), None)
        verifier = str(form.get("code_verifier", ""))
        challenge = _encoded(hashlib.sha256(verifier.encode()).digest())
        if (
            grant is None
            or form.get("grant_type") != "authorization_code"
            or form.get("redirect_uri") != self.redirect_uri
            or challenge != grant.challenge
        ):
            return web.json_response({"error": "invalid_grant"}, status=400)
        body = {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 300, "id_token": self._id_token(grant)}
        return web.json_response({name: value for name, value in body.items() if name not in self.without})

    def _is_the_client(self, request: web.Request, form: dict[str, str]) -> bool:
        ways = self.metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme == "Basic" and "client_secret_basic" in ways:
            # RFC 6749, section 2.3.1: both are form-encoded before they are joined.
            name, _, secret = base64.b64decode(given).decode().partition(":")
            return (unquote_plus(name), unquote_plus(secret)) == (CLIENT_ID, CLIENT_SECRET)
        return "client_secret_post" in ways and (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)

    def _id_token(self, grant: Grant) -> str:
        now: datetime = self.clock()
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": CLIENT_ID,
            "nonce": grant.nonce,
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(minutes=5)).timestamp()),
            "email": self.email,
            "email_verified": self.email_verified,
        } | self.claims
        claims = {name: value for name, value in claims.items() if name not in self.without}
        if self.forged:
            return self._forged(claims)
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.signs_with or self.key)

    def _forged(self, claims: dict[str, Any]) -> str:
        parts = [_encoded(json.dumps(part).encode()) for part in ({"alg": self.forged, "kid": self.key.kid}, claims)]
        signature = hmac.digest(self.key.as_pem(private=False), ".".join(parts).encode(), "sha256") if self.forged == "HS256" else b""
        return ".".join((*parts, _encoded(signature)))


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
