"""Google Chat: direct messages to a Chat app, by its interaction events; answers by the Chat API.

Source: https://developers.google.com/workspace/chat/verify-requests-from-chat (audience: project number),
https://developers.google.com/workspace/chat/receive-respond-interactions, .../api/reference/rest/v1/spaces.messages/create,
https://developers.google.com/identity/protocols/oauth2/service-account#httprest.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote, urlencode

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from pydantic import Field, field_validator

from bot.channels.providers.base import (
    Answered,
    Arrived,
    Call,
    Config,
    Heard,
    Outcome,
    Provider,
    Received,
    ServerUrl,
    by_status,
    items,
    moment,
    needed,
    part,
    word,
)
from bot.channels.providers.tokens import AccessToken, SigningKeys
from bot.channels.shaping import Piece
from bot.store.records import JsonObject

_ISSUER = "chat@system.gserviceaccount.com"
_SCOPE = "https://www.googleapis.com/auth/chat.bot"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LASTS = 3600
"""Seconds that a token may be asked for, at most."""
_FUNCTION = "answer"


class GoogleChatConfig(Config):
    """The number of the Cloud project, and of its service account's key file the fields `client_email` and `private_key`."""

    project_number: str = Field(pattern=r"^\d{4,20}$")
    client_email: str = Field(pattern=r"[^@\s]+@[^@\s]+")
    private_key: str
    api_url: ServerUrl = "https://chat.googleapis.com"
    token_url: ServerUrl = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
    keys_url: ServerUrl = f"https://www.googleapis.com/service_accounts/v1/jwk/{_ISSUER}"

    @field_validator("private_key")
    @classmethod
    def _is_a_key(cls, pem: str) -> str:
        # In an environment variable the line ends are often written out.
        pem = pem.replace("\\n", "\n")
        try:
            if not RSAKey.import_key(pem).is_private:
                raise ValueError
        except (ValueError, TypeError, JoseError):
            raise ValueError("expected the private_key of a service account's key file, in PEM") from None
        return pem


class GoogleChat(Provider[GoogleChatConfig]):
    """A Chat app. Only direct messages are answered: in a space others would read along."""

    name = "google_chat"

    def __init__(self, config: GoogleChatConfig) -> None:
        super().__init__(config)
        self._key = RSAKey.import_key(config.private_key)
        self._keys, self._token = SigningKeys(config.keys_url), AccessToken(self._asks_for_a_token)
        self.to_receive, self.to_send = (self._keys,), (self._token,)

    def receive(self, arrived: Arrived) -> Received:
        """An interaction event. Answered with an empty message: what is said comes by the API, in its time."""
        authorised = arrived.headers.get("authorization", "")
        self._keys.claims(authorised, arrived.at, issuer=_ISSUER, audience=self.config.project_number)
        event = arrived.object()
        space = part(event, "space")
        is_direct = space.get("spaceType") == "DIRECT_MESSAGE" or space.get("type") == "DM"
        return Received(self._heard(event, space) if is_direct else (), data={})

    def _heard(self, event: JsonObject, space: JsonObject) -> tuple[Heard, ...]:
        kind, message = event.get("type"), part(event, "message")
        if kind not in ("MESSAGE", "ADDED_TO_SPACE", "CARD_CLICKED"):
            return ()
        user, where, at = needed(part(event, "user"), "name"), needed(space, "name"), needed(event, "eventTime")
        if kind == "CARD_CLICKED":
            parameters = items(part(event, "action"), "parameters")
            text = next((word(one, "value") for one in parameters if one.get("key") == "payload"), "")
        else:
            text = word(message, "text")
        # Added by a message, it is that message; added alone, they only came.
        opens = kind == "ADDED_TO_SPACE" and not text
        number = word(message, "name") if kind == "MESSAGE" else f"{kind}:{user}:{at}"
        return (Heard(user, number or f"{user}:{at}", text, {"space": where}, order=moment(at), opens=opens),)

    def call(self, address: JsonObject, piece: Piece, key: str, now: datetime) -> Call:
        """A message. `requestId` makes of a second try the same one."""
        data: JsonObject = {"text": piece.text}
        if piece.buttons:
            buttons = [
                {"text": title, "onClick": {"action": {"function": _FUNCTION, "parameters": [{"key": "payload", "value": payload}]}}}
                for title, payload in piece.buttons
            ]
            data["accessoryWidgets"] = [{"buttonList": {"buttons": buttons}}]
        space = quote(str(address["space"]), safe="/")
        return Call(f"{self.config.api_url}/v1/{space}/messages?{urlencode({'requestId': key})}", data, headers=self._token.header)

    def outcome(self, answered: Answered) -> Outcome:
        """401: another token is needed. The rest as its status says."""
        found = by_status(answered)
        if answered.status != 401:
            return found
        self._token.forget()
        return Outcome(False, again=True, after=found.after, why=found.why)

    def _asks_for_a_token(self, now: datetime) -> Call:
        at = int(now.timestamp())
        claims = {"iss": self.config.client_email, "scope": _SCOPE, "aud": self.config.token_url, "iat": at, "exp": at + _LASTS}
        signed = jwt.encode({"alg": "RS256", "typ": "JWT"}, claims, self._key)
        return Call(self.config.token_url, form=(("grant_type", _GRANT), ("assertion", signed)))
