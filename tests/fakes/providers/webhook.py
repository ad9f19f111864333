"""Another system, made up, that uses the generic webhook."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any

from aiohttp import web

from tests.fakes.providers.base import FakeProvider, Sent, must

SECRET = "what both sides sign with, 32 letters"


class FakeWebhook(FakeProvider):
    name = "webhook"
    sender = "patient-0815"

    def __init__(self) -> None:
        super().__init__()
        self.deliveries: list[str] = []

    def config(self) -> dict[str, Any]:
        return {"reply_url": f"{self.url}/answers", "secret": SECRET}

    def _signed(self, body: bytes, at: float | None = None, secret: str = SECRET) -> Sent:
        timestamp = str(int(time.time() if at is None else at))
        digest = "v1=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        return Sent(body, {"Content-Type": "application/json", "X-Trialchat-Timestamp": timestamp, "X-Trialchat-Signature": digest})

    def text(self, text: str, *, sender: str | None = None, order: int | None = None) -> Sent:
        number = self.number if order is None else order
        given = {"sender": sender or self.sender, "message_id": f"msg-{number}", "message": text, "sequence": number}
        return self._signed(json.dumps(given).encode())

    def press(self, title: str, payload: str) -> Sent:
        return self.text(payload)

    def picture(self) -> Sent:
        return self.text("")

    def forged(self, sent: Sent) -> Sent:
        return self._signed(sent.body, secret="another secret, of somebody else's")

    def stale(self, sent: Sent) -> Sent | None:
        return self._signed(sent.body, time.time() - 3600)

    async def take(self, request: web.Request) -> web.Response:
        must(request.path == "/answers" and request.content_type == "application/json", "unknown path")
        body, timestamp = await request.read(), request.headers.get("X-Trialchat-Timestamp", "")
        expected = "v1=" + hmac.new(SECRET.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        must(hmac.compare_digest(expected, request.headers.get("X-Trialchat-Signature", "")), "not signed")
        must(timestamp.isdigit(), "no time")
        key = request.headers.get("X-Trialchat-Delivery", "")
        must(len(key) == 32, "no key")
        given = json.loads(body)
        must(given["recipient_id"] == self.sender, "unknown recipient")
        if key not in self.deliveries:
            self.deliveries.append(key)
            self.show(given["text"], tuple((one["title"], one["payload"]) for one in given.get("buttons", [])))
        return web.json_response({}, status=202)
