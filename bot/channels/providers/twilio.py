"""Twilio: SMS, and WhatsApp by the same requests.

Source: https://www.twilio.com/docs/usage/security (X-Twilio-Signature), https://www.twilio.com/docs/messaging/guides/webhook-request,
https://www.twilio.com/docs/messaging/api/message-resource.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from typing import ClassVar
from urllib.parse import parse_qsl

from pydantic import Field, model_validator

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
    by_status,
    is_same,
)
from bot.channels.shaping import Piece
from bot.store.records import JsonObject

_NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
_MOST_FIELDS = 200


class TwilioConfig(Config):
    """The account, and the number or messaging service that messages come from."""

    account_sid: str = Field(pattern=r"^AC[0-9a-fA-F]{32}$")
    auth_token: str = Field(min_length=16)
    # Either is enough. With "whatsapp:" before it for WhatsApp.
    number: str | None = Field(default=None, pattern=r"^(whatsapp:)?\+[1-9]\d{5,14}$")
    messaging_service_sid: str | None = Field(default=None, pattern=r"^MG[0-9a-fA-F]{32}$")
    api_url: str = "https://api.twilio.com"

    @model_validator(mode="after")
    def _comes_from_somewhere(self) -> TwilioConfig:
        if self.number is None and self.messaging_service_sid is None:
            raise ValueError("number or messaging_service_sid: one of the two is needed")
        return self


class TwilioSms(Provider[TwilioConfig]):
    """Text messages."""

    name = "twilio_sms"
    prefix: ClassVar[str] = ""

    def receive(self, arrived: Arrived) -> Received:
        """One message. Answered with nothing: what is said comes by the API, in its time."""
        try:
            fields = parse_qsl(arrived.body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        except ValueError:
            raise NotUnderstoodError("the body is no form in UTF-8") from None
        if not is_same(arrived.headers.get("x-twilio-signature", ""), signature(self.config.auth_token, arrived.url, fields)):
            raise ForgedError("the signature is not Twilio's for this address; TRIALCHAT_PUBLIC_URL must be the one that Twilio calls")
        given = dict(fields)
        sender, number = given.get("From", ""), given.get("MessageSid") or given.get("SmsMessageSid") or ""
        if not sender.startswith(f"{self.prefix}+") or not number or len(number) > 64:
            raise NotUnderstoodError("From and MessageSid: expected a sender of this channel and the message's number")
        # Some networks put another sign in place of "@". A button of WhatsApp's has a payload of its own.
        text = given.get("ButtonPayload") or given.get("Body", "").replace("¡", "@")
        return Received((Heard(sender, number, text, {"to": sender}),), text=_NOTHING_TO_SAY, content_type="text/xml")

    def call(self, address: JsonObject, piece: Piece, key: str, now: datetime) -> Call:
        """A new message."""
        config = self.config
        origin = ("From", config.number) if config.number else ("MessagingServiceSid", config.messaging_service_sid or "")
        url = f"{config.api_url}/2010-04-01/Accounts/{config.account_sid}/Messages.json"
        form = (("To", str(address["to"])), (origin[0], str(origin[1])), ("Body", piece.text))
        return Call(url, form=form, auth=(config.account_sid, config.auth_token))

    def outcome(self, answered: Answered) -> Outcome:
        """21610 and the like: they have asked Twilio for no more messages."""
        found = by_status(answered)
        code = answered.data.get("code")
        return found if found.sent or not isinstance(code, int) else Outcome(False, found.again, found.after, f"{found.why}, code {code}")


class TwilioWhatsapp(TwilioSms):
    """WhatsApp, by way of Twilio."""

    name = "twilio_whatsapp"
    prefix = "whatsapp:"


def signature(auth_token: str, url: str, fields: list[tuple[str, str]]) -> str:
    """Base64 of HMAC-SHA1 over the address and all fields in the order of their names, as Twilio's page on security has it."""
    signed = url + "".join(f"{name}{value}" for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest()).decode()
