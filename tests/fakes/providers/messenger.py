"""Facebook Messenger, made up."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from aiohttp import ClientSession, web

from tests.fakes.providers.base import FakeProvider, Sent, must

TOKEN = "EAABmadeuptokenofapage0123456789"
SECRET = "a-secret-of-the-app-0123456789ab"
VERIFY = "the-word-that-was-chosen"
APP, PAGE = "210987654321098", "102345678901234"


class FakeMessenger(FakeProvider):
    name = "messenger"
    sender = "2398475298345"

    def config(self) -> dict[str, Any]:
        return {"page_access_token": TOKEN, "app_secret": SECRET, "verify_token": VERIFY, "api_url": self.url}

    def _signed(self, events: list[dict[str, Any]], secret: str = SECRET) -> Sent:
        body = json.dumps({"object": "page", "entry": [{"id": PAGE, "time": 1_700_000_000_000, "messaging": events}]}).encode()
        digest = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        return Sent(body, {"Content-Type": "application/json", "X-Hub-Signature-256": digest})

    def _event(self, message: dict[str, Any], sender: str, order: int | None = None) -> dict[str, Any]:
        number = self.number if order is None else order
        about = {"sender": {"id": sender}, "recipient": {"id": PAGE}, "timestamp": 1_700_000_000_000 + number}
        return {**about, "message": {"mid": f"m_{number:020}", **message}}

    def text(self, text: str, *, sender: str | None = None, order: int | None = None) -> Sent:
        return self._signed([self._event({"text": text}, sender or self.sender, order)])

    def press(self, title: str, payload: str) -> Sent:
        return self._signed([self._event({"text": title, "quick_reply": {"payload": payload}}, self.sender)])

    def picture(self) -> Sent:
        picture = {"type": "image", "payload": {"url": "https://scontent.example/picture.jpg"}}
        return self._signed([self._event({"attachments": [picture]}, self.sender)])

    def signed_anew(self, sent: Sent) -> Sent:
        digest = "sha256=" + hmac.new(SECRET.encode(), sent.body, hashlib.sha256).hexdigest()
        return Sent(sent.body, {**sent.headers, "X-Hub-Signature-256": digest})

    def forged(self, sent: Sent) -> Sent:
        digest = "sha256=" + hmac.new(b"another secret", sent.body, hashlib.sha256).hexdigest()
        return Sent(sent.body, {**sent.headers, "X-Hub-Signature-256": digest})

    async def arrange(self, request: web.Request) -> web.Response | None:
        asked = {**request.query, **{name: str(value) for name, value in (await request.post()).items()}}
        if request.path == f"/{APP}/subscriptions":
            must(request.method == "POST" and asked.get("access_token") == f"{APP}|{SECRET}", "190: an app access token is required")
            must(asked.get("object") == "page" and asked.get("fields"), "100: object and fields are required")
            # The address is asked at once whether it is the right one.
            hook = asked["callback_url"]
            query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": asked["verify_token"]}
            async with ClientSession() as session, session.get(hook, params=query) as response:
                answered = (response.status, await response.text())
            must(answered == (200, "1158201444"), "2200: (#2200) Callback verification failed")
            self.arranged |= {"url": hook, "app fields": set(asked["fields"].split(","))}
            return web.json_response({"success": True})
        if request.path == "/me/subscribed_apps":
            must(request.headers.get("Authorization") == f"Bearer {TOKEN}", "190: Invalid OAuth access token")
            if request.method == "POST":
                self.arranged["page fields"] = set(asked["subscribed_fields"].split(","))
                return web.json_response({"success": True})
            fields = sorted(self.arranged.get("page fields", ()))
            return web.json_response({"data": [{"id": APP, "name": "Trials", "subscribed_fields": fields}]})
        return None

    def is_arranged(self) -> bool:
        fields = {"messages", "messaging_postbacks"}
        return bool(self.arranged == {"url": self.hook, "app fields": fields, "page fields": fields})

    async def take(self, request: web.Request) -> web.Response:
        must(request.headers.get("Authorization") == f"Bearer {TOKEN}", "190: Invalid OAuth access token")
        must(request.path == "/me/messages" and request.content_type == "application/json", "unknown path")
        given = await request.json()
        must(given.get("recipient") == {"id": self.sender}, "100: No matching user found")
        must(given.get("messaging_type") == "RESPONSE", "100: messaging_type")
        text = given["message"].get("text")
        must(isinstance(text, str) and 0 < len(text.encode()) <= 2000, "100: Length of param message[text] must be at most 2000")
        replies = given["message"].get("quick_replies", [])
        must(len(replies) <= 13, "100: too many quick replies")
        must(
            all(one["content_type"] == "text" and 0 < len(one["title"]) <= 20 and len(one["payload"]) <= 1000 for one in replies),
            "100: reply",
        )
        self.show(text, tuple((one["title"], one["payload"]) for one in replies))
        return web.json_response({"recipient_id": self.sender, "message_id": f"m_{self.number}"})
