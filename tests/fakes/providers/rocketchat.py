"""Rocket.Chat, made up."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from tests.fakes.providers.base import FakeProvider, Sent, must

BOT = "rbAXPnMktTFbNpwtJ"
AUTH_TOKEN = "a-personal-access-token-of-the-bot"
TOKEN = "token-of-the-outgoing-webhook"
ADMIN, ADMIN_TOKEN = "aobEdbYhXfu5hkeqA", "a-personal-access-token-of-an-administrator"


class FakeRocketChat(FakeProvider):
    name = "rocketchat"
    sender = "aobEdbYhXfu5hkeqG"

    def config(self) -> dict[str, Any]:
        return {"server": self.url, "user_id": BOT, "auth_token": AUTH_TOKEN, "webhook_token": TOKEN}

    @property
    def room(self) -> str:
        return "".join(sorted((BOT, self.sender)))

    def event(self, **fields: Any) -> Sent:
        given = {
            "token": TOKEN,
            "bot": False,
            "channel_id": self.room,
            "channel_name": None,
            "user_id": self.sender,
            "user_name": "pat",
            "siteUrl": self.url,
        }
        return Sent(json.dumps({**given, **fields}).encode(), {"Content-Type": "application/json"})

    def text(self, text: str, *, sender: str | None = None, order: int | None = None) -> Sent:
        number = self.number if order is None else order
        at = f"2026-11-01T10:{number // 60 % 60:02}:{number % 60:02}.000Z"
        return self.event(message_id=f"message{number}", timestamp=at, text=text, user_id=sender or self.sender)

    def press(self, title: str, payload: str) -> Sent:
        # A button writes what it holds, in the name of who pressed it.
        return self.text(payload)

    def picture(self) -> Sent:
        return self.text("")

    def forged(self, sent: Sent) -> Sent:
        return Sent(json.dumps({**json.loads(sent.body), "token": "another token altogether"}).encode(), sent.headers)

    async def arrange(self, request: web.Request) -> web.Response | None:
        called = request.path.removeprefix("/api/v1/")
        if called not in ("me", "integrations.create"):
            return None
        who = (request.headers.get("X-User-Id"), request.headers.get("X-Auth-Token"))
        if called == "me":
            must(who == (BOT, AUTH_TOKEN), "You must be logged in to do this.")
            return web.json_response({"_id": BOT, "username": "trials", "roles": ["user", "bot"], "active": True, "success": True})
        must(who == (ADMIN, ADMIN_TOKEN), "unauthorized")
        must(request.method == "POST" and request.content_type == "application/json", "invalid-params")
        given = await request.json()
        needed = {"type", "name", "enabled", "username", "channel", "event", "scriptEnabled"}
        may = {"urls", "token", "triggerWords", "targetRoom", "runOnEdits", "retryFailedCalls", "retryCount", "retryDelay"}
        must(needed <= set(given) <= needed | may, "invalid-params")
        must(given["type"] == "webhook-outgoing" and given["event"] == "sendMessage", "invalid-params: type, event")
        must(given.get("retryDelay") in (None, "powers-of-ten", "powers-of-two", "increments-of-two"), "retryDelay")
        self.arranged = given
        return web.json_response({"integration": {**given, "_id": "i"}, "success": True})

    def is_arranged(self) -> bool:
        told = self.arranged
        # Of all direct messages there is one with the bot's own: nobody else's may come here.
        is_ours = told["channel"] == "@trials" and told["username"] == "trials"
        return bool(told["enabled"] and not told["scriptEnabled"] and is_ours and told["urls"] == [self.hook] and told["token"] == TOKEN)

    async def take(self, request: web.Request) -> web.Response:
        signed_in = (request.headers.get("X-Auth-Token"), request.headers.get("X-User-Id")) == (AUTH_TOKEN, BOT)
        must(signed_in, "You must be logged in to do this.")
        must(request.path == "/api/v1/chat.postMessage" and request.content_type == "application/json", "endpoint not found")
        given = await request.json()
        must(given.get("roomId") == self.room, "error-not-allowed")
        text, buttons = given.get("text"), []
        must(isinstance(text, str) and 0 < len(text) <= 5000, "error-message-size-exceeded")
        for attachment in given.get("attachments", []):
            must(set(attachment) <= {"actions", "button_alignment", "text"}, "attachments: unknown field")
            for action in attachment["actions"]:
                must(action["type"] == "button" and action["text"] and action["msg"] and action["msg_in_chat_window"] is True, "actions")
                buttons.append((action["text"], action["msg"]))
        self.show(text, tuple(buttons))
        return web.json_response({"success": True, "channel": self.room, "message": {"_id": f"m{self.number}", "msg": text}})
