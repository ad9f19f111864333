"""Twilio, made up: SMS and WhatsApp."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import parse_qsl, urlencode

from aiohttp import web

from tests.fakes.providers.base import FakeProvider, Sent, must

ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = "a-token-of-the-account-32-letters"
NUMBER = "+15005550006"
NUMBER_SID, SENDER_SID = "PN" + "fedcba9876543210" * 2, "XE" + "fedcba9876543210" * 2


class FakeTwilioSms(FakeProvider):
    name = "twilio_sms"
    sender = "+46700000001"
    prefix = ""

    def config(self) -> dict[str, Any]:
        return {"account_sid": ACCOUNT, "auth_token": TOKEN, "number": self.prefix + NUMBER, "api_url": self.url}

    def _signed(self, fields: dict[str, str], token: str) -> Sent:
        signed = self.hook + "".join(name + fields[name] for name in sorted(fields))
        digest = base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", "X-Twilio-Signature": digest}
        return Sent(urlencode(fields).encode(), headers)

    def _fields(self, text: str, sender: str) -> dict[str, str]:
        number = f"SM{self.number:032x}"
        return {
            "MessageSid": number,
            "SmsMessageSid": number,
            "AccountSid": ACCOUNT,
            "From": self.prefix + sender,
            "To": self.prefix + NUMBER,
            "Body": text,
            "NumMedia": "0",
            "NumSegments": "1",
            "FromCountry": "SE",
            "ApiVersion": "2010-04-01",
        }

    def text(self, text: str, *, sender: str | None = None, order: int | None = None) -> Sent:
        return self._signed(self._fields(text, sender or self.sender), TOKEN)

    def press(self, title: str, payload: str) -> Sent:
        raise AssertionError("this channel shows no buttons")

    def picture(self) -> Sent:
        media = f"https://api.twilio.example/2010-04-01/Accounts/{ACCOUNT}/Messages/MM1/Media/ME1"
        fields = {**self._fields("", self.sender), "NumMedia": "1", "MediaUrl0": media, "MediaContentType0": "image/jpeg"}
        return self._signed(fields, TOKEN)

    def signed_anew(self, sent: Sent) -> Sent:
        return self._signed(dict(parse_qsl(sent.body.decode(), keep_blank_values=True)), TOKEN)

    def forged(self, sent: Sent) -> Sent:
        return Sent(sent.body, {**sent.headers, "X-Twilio-Signature": base64.b64encode(b"x" * 20).decode()})

    async def arrange(self, request: web.Request) -> web.Response | None:
        numbers = f"/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers"
        if not request.path.startswith(numbers):
            return None
        self._authenticates(request)
        found = {"sid": NUMBER_SID, "phone_number": NUMBER, "uri": f"{numbers}/{NUMBER_SID}.json", "sms_url": "", "sms_method": "POST"}
        if request.method == "GET":
            must(request.path == f"{numbers}.json", "20404: The requested resource was not found")
            theirs = request.query.get("PhoneNumber", NUMBER) == NUMBER
            return web.json_response({"incoming_phone_numbers": [found] if theirs else []})
        must(request.path == f"{numbers}/{NUMBER_SID}.json", "20404: The requested resource was not found")
        form = await request.post()
        must(str(form.get("SmsUrl", "")).startswith("http") and form.get("SmsMethod", "POST") in ("GET", "POST"), "21502: Invalid SmsUrl")
        self.arranged = {name: str(value) for name, value in form.items()}
        return web.json_response({**found, "sms_url": form["SmsUrl"], "sms_method": form.get("SmsMethod", "POST")})

    def is_arranged(self) -> bool:
        return bool(self.arranged == {"SmsUrl": self.hook, "SmsMethod": "POST"})

    def _authenticates(self, request: web.Request) -> None:
        expected = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        must(request.headers.get("Authorization") == expected, "20003: Authenticate")

    async def take(self, request: web.Request) -> web.Response:
        self._authenticates(request)
        must(request.path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", "The requested resource was not found")
        must(request.content_type == "application/x-www-form-urlencoded", "a form")
        form = await request.post()
        must(form.get("To") == self.prefix + self.sender, "21211: Invalid 'To' Phone Number")
        must(form.get("From") == self.prefix + NUMBER, "21606: The From phone number is not valid")
        text = str(form.get("Body", ""))
        must(1 <= len(text) <= 1600, "21617: The concatenated message body exceeds the 1600 character limit")
        self.show(text)
        return web.json_response({"sid": f"SM{self.number:032x}", "status": "queued"}, status=201)


class FakeTwilioWhatsapp(FakeTwilioSms):
    name = "twilio_whatsapp"
    prefix = "whatsapp:"

    def _fields(self, text: str, sender: str) -> dict[str, str]:
        fields = super()._fields(text, sender)
        del fields["FromCountry"]
        return {**fields, "ProfileName": "Pat", "WaId": sender.removeprefix("+")}

    async def arrange(self, request: web.Request) -> web.Response | None:
        senders = "/v2/Channels/Senders"
        if not request.path.startswith(senders):
            return None
        self._authenticates(request)
        sender = {"sid": SENDER_SID, "status": "ONLINE", "sender_id": f"whatsapp:{NUMBER}"}
        if request.method == "GET":
            must(request.path == senders and request.query.get("Channel") == "whatsapp", "Channel: required")
            return web.json_response({"senders": [sender], "meta": {"key": "senders"}})
        must(request.path == f"{senders}/{SENDER_SID}" and request.content_type == "application/json", "20404: not found")
        hook = (await request.json())["webhook"]
        must(hook["callback_url"].startswith("http") and hook.get("callback_method") in ("POST", "PUT"), "webhook")
        self.arranged = hook
        return web.json_response({**sender, "webhook": hook}, status=202)

    def is_arranged(self) -> bool:
        return bool(self.arranged == {"callback_url": self.hook, "callback_method": "POST"})
