"""Webex: direct messages to a bot, by Webex's webhooks; buttons by Adaptive Cards.

Source: https://developer.webex.com/docs/receive-and-verify-webhooks (X-Spark-Signature), https://developer.webex.com/docs/api/v1/messages,
https://developer.webex.com/docs/api/v1/attachment-actions, https://developer.webex.com/docs/buttons-and-cards.
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
    LooksUp,
    NotUnderstoodError,
    Outcome,
    Provider,
    Received,
    by_status,
    is_same,
    moment,
    needed,
    part,
    word,
)
from bot.channels.shaping import Piece
from bot.signing import hmac_sha1_hex
from bot.store.records import JsonObject

_CARD = "application/vnd.microsoft.card.adaptive"
_BOTS = "@webex.bot"
"""Addresses of bots, our own among them, end with it."""
_MESSAGE, _PRESS = "messages/", "attachment/actions/"


class WebexConfig(Config):
    """The bot's token, and the secret that its two webhooks were made with."""

    access_token: str = Field(min_length=20)
    secret: str = Field(min_length=16)
    api_url: str = "https://webexapis.com/v1"


class Webex(Provider[WebexConfig], LooksUp):
    """A bot. Only direct messages are answered: in a space others would read along.

    A webhook tells only that there is a message; its words are fetched when it is heard.
    """

    name = "webex"

    def receive(self, arrived: Arrived) -> Received:
        """A message, or a press of a button of ours."""
        if not is_same(arrived.headers.get("x-spark-signature", ""), hmac_sha1_hex(self.config.secret, arrived.body)):
            raise ForgedError("the signature is not Webex's")
        given = arrived.object()
        data = part(given, "data")
        if given.get("event") != "created":
            return Received()
        if given.get("resource") == "messages":
            if data.get("roomType") != "direct" or word(data, "personEmail").endswith(_BOTS):
                return Received()
            return self._heard(data, _MESSAGE)
        # Buttons are shown in direct messages only.
        return self._heard(data, _PRESS) if given.get("resource") == "attachmentActions" else Received()

    def _heard(self, data: JsonObject, what: str) -> Received:
        number, person, room = needed(data, "id"), needed(data, "personId"), needed(data, "roomId")
        order = moment(word(data, "created"))
        return Received((Heard(person, number, "", {"roomId": room}, order=order, look_up=f"{what}{quote(number, safe='')}"),))

    def look_up(self, what: str) -> Call:
        """The message itself, or what the pressed button stands for."""
        return Call(f"{self.config.api_url}/{what}", headers=self._headers)

    def looked_up(self, answered: Answered) -> str:
        """404: they have deleted it meanwhile."""
        if answered.status == 404:
            return ""
        if answered.status != 200:
            raise NotUnderstoodError(f"a message cannot be read: answered {answered.status}")
        return word(part(answered.data, "inputs"), "payload") or word(answered.data, "text")

    def call(self, address: JsonObject, piece: Piece, key: str, now: datetime) -> Call:
        """A message. With a card, `text` is what a client without cards shows, and a notification."""
        data: JsonObject = {"roomId": address["roomId"], "text": piece.text}
        if piece.buttons:
            lines = [
                {"type": "TextBlock", "text": _literal(line), "wrap": True, "spacing": "Small"} for line in piece.text.splitlines() if line
            ]
            actions = [{"type": "Action.Submit", "title": title, "data": {"payload": payload}} for title, payload in piece.buttons]
            card = {"type": "AdaptiveCard", "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "version": "1.3"}
            data["attachments"] = [{"contentType": _CARD, "content": {**card, "body": lines, "actions": actions}}]
        return Call(f"{self.config.api_url}/messages", data, headers=self._headers)

    def outcome(self, answered: Answered) -> Outcome:
        """423: the message is being stored; it passes."""
        found = by_status(answered)
        return Outcome(False, again=True, after=found.after, why=found.why) if answered.status == 423 else found

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.config.access_token}"}


def _literal(line: str) -> str:
    """A line of a card is Markdown: signs that it would take for its own are kept as they are."""
    return "".join(f"\\{sign}" if sign in "*_[]`\\" else sign for sign in line)
