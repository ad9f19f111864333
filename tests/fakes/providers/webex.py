"""Webex, made up."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from typing import Any

from aiohttp import web

from tests.fakes.providers.base import FakeProvider, Sent, must

TOKEN = "a-made-up-access-token-of-a-bot"
SECRET = "a-secret-of-the-webhooks"
ROOM = b64encode(b"ciscospark://us/ROOM/bbceb1ad-43f1-3b58-9147-f14bb0c4d154").decode()


WEBHOOK = b64encode(b"ciscospark://us/WEBHOOK/f4e60560-6602-4fb0-a25a-949881609497").decode()


def _id(kind: str, number: int) -> str:
    return b64encode(f"ciscospark://us/{kind}/00000000-43f1-3b58-9147-{number:012}".encode()).decode()


class FakeWebex(FakeProvider):
    name = "webex"
    sender = _id("PEOPLE", 7)

    def __init__(self) -> None:
        super().__init__()
        self.written: dict[str, dict[str, Any]] = {}

    def config(self) -> dict[str, Any]:
        return {"access_token": TOKEN, "secret": SECRET, "api_url": self.url}

    def _signed(self, given: dict[str, Any], secret: str = SECRET) -> Sent:
        return self.signed(json.dumps(given).encode(), secret)

    def signed(self, body: bytes, secret: str = SECRET) -> Sent:
        digest = hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()
        return Sent(body, {"Content-Type": "application/json", "X-Spark-Signature": digest})

    def event(self, resource: str, data: dict[str, Any]) -> Sent:
        return self._signed(
            {"id": WEBHOOK, "name": "trialchat messages", "resource": resource, "event": "created", "actorId": self.sender, "data": data}
        )

    def text(self, text: str, *, sender: str | None = None, order: int | None = None) -> Sent:
        number = self.number if order is None else order
        name = _id("MESSAGE", number)
        self.written[f"/messages/{name}"] = {"id": name, "roomId": ROOM, "roomType": "direct", "text": text}
        data = {"id": name, "roomId": ROOM, "roomType": "direct", "personId": sender or self.sender, "personEmail": "pat@example.org"}
        return self.event("messages", {**data, "created": f"2026-11-01T10:{number // 60 % 60:02}:{number % 60:02}.000Z"})

    def press(self, title: str, payload: str) -> Sent:
        number = self.number
        name = _id("ATTACHMENT_ACTION", number)
        self.written[f"/attachment/actions/{name}"] = {"id": name, "type": "submit", "inputs": {"payload": payload}}
        data = {"id": name, "type": "submit", "messageId": _id("MESSAGE", 1), "personId": self.sender, "roomId": ROOM}
        return self.event("attachmentActions", {**data, "created": f"2026-11-01T10:{number // 60 % 60:02}:{number % 60:02}.000Z"})

    def picture(self) -> Sent:
        sent = self.text("")
        about = json.loads(sent.body)
        about["data"]["files"] = [f"{self.url}/contents/1"]
        (name,) = [path for path in self.written if path.endswith(f"/{about['data']['id']}")]
        del self.written[name]["text"]
        self.written[name]["files"] = about["data"]["files"]
        return self._signed(about)

    def signed_anew(self, sent: Sent) -> Sent:
        return self._signed(json.loads(sent.body))

    def forged(self, sent: Sent) -> Sent:
        return self._signed(json.loads(sent.body), "another secret altogether")

    async def arrange(self, request: web.Request) -> web.Response | None:
        if request.path not in ("/webhooks", "/people/me"):
            return None
        must(request.headers.get("Authorization") == f"Bearer {TOKEN}", "The request requires a valid access token")
        if request.path == "/people/me":
            return web.json_response({"id": _id("PEOPLE", 1), "emails": ["trials@webex.bot"], "displayName": "Trials", "type": "bot"})
        if request.method == "GET":
            return web.json_response({"items": list(self.arranged.values())})
        must(request.content_type == "application/json", "415: Unsupported Media Type")
        given = await request.json()
        must(set(given) <= {"name", "targetUrl", "resource", "event", "filter", "secret"}, "unknown field")
        must(all(given.get(field) for field in ("name", "targetUrl", "resource", "event")), "required field is missing")
        must(given["resource"] in ("messages", "attachmentActions") and given["event"] in ("created", "updated", "deleted"), "resource")
        self.arranged[given["resource"]] = {**given, "id": WEBHOOK, "status": "active"}
        return web.json_response(self.arranged[given["resource"]])

    def is_arranged(self) -> bool:
        told = {(hook["targetUrl"], hook["event"], hook["secret"]) for hook in self.arranged.values()}
        return sorted(self.arranged) == ["attachmentActions", "messages"] and told == {(self.hook, "created", SECRET)}

    async def take(self, request: web.Request) -> web.Response:
        must(request.headers.get("Authorization") == f"Bearer {TOKEN}", "The request requires a valid access token")
        if request.method == "GET":
            found = self.written.get(request.path)
            return web.json_response(found or {"message": "Unable to get message."}, status=200 if found else 404)
        must(request.path == "/messages" and request.content_type == "application/json", "The requested resource could not be found.")
        given = await request.json()
        must(given.get("roomId") == ROOM, "roomId: unknown")
        text, buttons = given.get("text"), []
        must(isinstance(text, str) and 0 < len(text.encode()) <= 7439, "text: Message length limited to 7439 bytes")
        attachments = given.get("attachments", [])
        must(len(attachments) <= 1, "attachments: one at most")
        for one in attachments:
            card = one["content"]
            must(one["contentType"] == "application/vnd.microsoft.card.adaptive" and card["type"] == "AdaptiveCard", "contentType")
            must(card["version"] in ("1.0", "1.1", "1.2", "1.3"), "version: not supported")
            must(card["body"] and all(block["type"] == "TextBlock" and block["text"] for block in card["body"]), "body")
            must(len(json.dumps(one)) <= 22_000, "attachments: too large")
            for action in card["actions"]:
                must(action["type"] == "Action.Submit" and action["title"] and isinstance(action["data"], dict), "actions")
                buttons.append((action["title"], action["data"]["payload"]))
        self.show(text, tuple(buttons))
        return web.json_response({"id": _id("MESSAGE", 900_000 + self.number), "roomId": ROOM, "text": text})
