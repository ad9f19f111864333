"""Facebook Messenger: a page's messages, by Meta's webhooks and its Send API.

Source: https://developers.facebook.com/docs/graph-api/webhooks/getting-started (verification, X-Hub-Signature-256),
https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messages, .../send-api, .../send-messages/quick-replies.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from pydantic import Field

from bot.channels.providers.base import (
    Answered,
    Arrived,
    Call,
    Config,
    ForgedError,
    Heard,
    Outcome,
    Provider,
    Received,
    by_status,
    is_same,
    items,
    part,
    word,
)
from bot.channels.shaping import Piece
from bot.signing import hmac_hex
from bot.store.records import JsonObject

_AGAIN = frozenset({1, 2, 4, 17, 32, 341, 613, 1200})
"""Codes of the Graph API that pass: it is away for a moment, or this was too fast."""


class MessengerConfig(Config):
    """The page's token, the app's secret, and the word that was chosen when the webhook was added."""

    page_access_token: str = Field(min_length=20)
    app_secret: str = Field(min_length=16)
    verify_token: str = Field(min_length=8)
    api_url: str = "https://graph.facebook.com/v25.0"


class Messenger(Provider[MessengerConfig]):
    """A page's messages."""

    name = "messenger"

    def receive(self, arrived: Arrived) -> Received:
        """Several messages of several people may come at once."""
        if arrived.method == "GET":
            wanted = arrived.query.get("hub.mode") == "subscribe"
            if not wanted or not is_same(arrived.query.get("hub.verify_token", ""), self.config.verify_token):
                raise ForgedError("the verify token is not ours")
            return Received(text=arrived.query.get("hub.challenge", "")[:200])
        expected = "sha256=" + hmac_hex(self.config.app_secret, arrived.body)
        if not is_same(arrived.headers.get("x-hub-signature-256", ""), expected):
            raise ForgedError("the signature is not Meta's")
        given = arrived.object()
        if given.get("object") != "page":
            return Received()
        heard = [self._heard(event) for entry in items(given, "entry") for event in items(entry, "messaging")]
        return Received(tuple(one for one in heard if one is not None))

    def _heard(self, event: JsonObject) -> Heard | None:
        sender, moment = word(part(event, "sender"), "id"), event.get("timestamp")
        message, pressed = part(event, "message"), part(event, "postback")
        order = moment if isinstance(moment, int) else 0
        if not sender or (message and message.get("is_echo")) or not (message or pressed):
            return None
        text = word(part(message, "quick_reply"), "payload") or word(message, "text") if message else word(pressed, "payload")
        # Older postbacks have no number of their own.
        number = word(message or pressed, "mid") or f"{sender}:{order}"
        return Heard(sender, number, text, {"id": sender}, order=order)

    def call(self, address: JsonObject, piece: Piece, key: str, now: datetime) -> Call:
        """A message to somebody who has written within the last day."""
        message: JsonObject = {"text": piece.text}
        if piece.buttons:
            message["quick_replies"] = [{"content_type": "text", "title": title, "payload": payload} for title, payload in piece.buttons]
        data: JsonObject = {"recipient": {"id": address["id"]}, "messaging_type": "RESPONSE", "message": message}
        return Call(f"{self.config.api_url}/me/messages", data, headers={"Authorization": f"Bearer {quote(self.config.page_access_token)}"})

    def outcome(self, answered: Answered) -> Outcome:
        """The code of an error says whether it passes; 10 with 2018278: they have not written for a day."""
        found = by_status(answered)
        code = part(answered.data, "error").get("code")
        if found.sent or not isinstance(code, int):
            return found
        return Outcome(False, found.again or code in _AGAIN, found.after, f"{found.why}, code {code}")
