"""The generic webhook, for systems that we do not know: signed in both directions, answered asynchronously (docs/channels/webhook.md)."""

from __future__ import annotations

import json
import re
from datetime import datetime

from pydantic import Field

from bot.channels.providers.base import (
    Answered,
    Arrived,
    Call,
    Config,
    ForgedError,
    Heard,
    NotUnderstoodError,
    Outcome,
    Provider,
    Received,
    ServerUrl,
    by_status,
    check_fresh,
    is_same,
    needed,
    part,
    word,
)
from bot.channels.shaping import Piece
from bot.signing import signature
from bot.store.records import JsonObject

TIMESTAMP, SIGNATURE, DELIVERY = "X-Trialchat-Timestamp", "X-Trialchat-Signature", "X-Trialchat-Delivery"
_MESSAGE_ID = re.compile(r"[\x21-\x7e]{1,64}")
_TRIAL = re.compile(r"NCT\d{8}")


class WebhookConfig(Config):
    """Where answers go, and what both sides sign with."""

    reply_url: ServerUrl
    secret: str = Field(min_length=16)


class Webhook(Provider[WebhookConfig]):
    """Another system, that passes people's messages on and brings the answers to them."""

    name = "webhook"

    def receive(self, arrived: Arrived) -> Received:
        """One message. `message_id` is what makes a second try harmless, so it has to be there."""
        timestamp = arrived.headers.get(TIMESTAMP.lower(), "")
        check_fresh(timestamp, arrived.at)
        if not is_same(arrived.headers.get(SIGNATURE.lower(), ""), signature(self.config.secret, timestamp, arrived.body)):
            raise ForgedError("the signature is not made with our secret")
        given = arrived.object()
        sender, number, text = needed(given, "sender", 128), needed(given, "message_id", 64), given.get("message")
        if not _MESSAGE_ID.fullmatch(number):
            raise NotUnderstoodError("message_id: expected 1 to 64 printable ASCII characters")
        if not isinstance(text, str) or len(text) > 4_000:
            raise NotUnderstoodError("message: expected a text of at most 4000 characters")
        metadata = part(given, "metadata")
        trial, locale = word(metadata, "trial_id").upper(), word(metadata, "locale")[:35]
        if trial and not _TRIAL.fullmatch(trial):
            raise NotUnderstoodError("metadata.trial_id: expected NCT and eight figures")
        order = given.get("sequence")
        heard = Heard(
            sender,
            number,
            text,
            {"recipient_id": sender},
            order=order if isinstance(order, int) and not isinstance(order, bool) and 0 <= order < 2**53 else 0,
            trial=trial or None,
            locale=locale or None,
        )
        return Received((heard,), status=202, data={"accepted": True, "message_id": number}, content_type="application/json")

    def call(self, address: JsonObject, piece: Piece, key: str, now: datetime) -> Call:
        """One message of the bot's."""
        data: JsonObject = {"recipient_id": address["recipient_id"], "text": piece.text}
        if piece.buttons:
            data["buttons"] = [{"title": title, "payload": payload} for title, payload in piece.buttons]
        timestamp = str(int(now.timestamp()))
        headers = {TIMESTAMP: timestamp, SIGNATURE: signature(self.config.secret, timestamp, as_sent(data)), DELIVERY: key}
        return Call(self.config.reply_url, data, headers=headers)

    def outcome(self, answered: Answered) -> Outcome:
        """Any 2xx: it has arrived. 410: nobody is there any more. All else is tried again."""
        found = by_status(answered)
        return found if found.sent or answered.status == 410 else Outcome(False, again=True, after=found.after, why=found.why)


def as_sent(data: JsonObject) -> bytes:
    """The bytes of a call's body, which are signed."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
