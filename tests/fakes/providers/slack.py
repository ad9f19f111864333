"""Slack, made up."""

from __future__ import annotations

import hashlib
import hmac
import html
import json
import time
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from tests.fakes.providers.base import FakeProvider, Sent, must

TOKEN = "xoxb-made-up-token-of-a-bot"
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
CHANNEL = "D024BE91L"


class FakeSlack(FakeProvider):
    name = "slack"
    sender = "U2147483697"

    def config(self) -> dict[str, Any]:
        return {"bot_token": TOKEN, "signing_secret": SECRET, "api_url": self.url}

    def _signed(self, body: bytes, content_type: str, at: float | None = None, secret: str = SECRET) -> Sent:
        timestamp = str(int(time.time() if at is None else at))
        base = b"v0:" + timestamp.encode() + b":" + body
        digest = "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
        return Sent(body, {"Content-Type": content_type, "X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": digest})

    def event(self, event: dict[str, Any], number: int) -> Sent:
        given = {
            "token": "XXYYZZ",
            "team_id": "T123ABC456",
            "api_app_id": "A123ABC456",
            "type": "event_callback",
            "event_id": f"Ev{number:08}",
            "event_time": 1700000000,
            "event": event,
        }
        return self._signed(json.dumps(given).encode(), "application/json")

    def text(self, text: str, *, sender: str | None = None, order: int | None = None) -> Sent:
        number = self.number if order is None else order
        written = {
            "type": "message",
            "channel": CHANNEL,
            "channel_type": "im",
            "user": sender or self.sender,
            "ts": f"1700000000.{number:06}",
        }
        return self.event({**written, "text": html.escape(text, quote=False)}, number)

    def press(self, title: str, payload: str) -> Sent:
        number = self.number
        given = {
            "type": "block_actions",
            "user": {"id": self.sender},
            "channel": {"id": CHANNEL, "name": "directmessage"},
            "actions": [{"type": "button", "action_id": "a", "action_ts": f"1700000000.{number:06}", "value": payload}],
        }
        return self._signed(urlencode({"payload": json.dumps(given)}).encode(), "application/x-www-form-urlencoded")

    def picture(self) -> Sent:
        number = self.number
        file = {"id": "F0S43P1CZ", "mimetype": "image/jpeg", "filetype": "jpg", "mode": "hosted"}
        about = {"type": "message", "subtype": "file_share", "channel": CHANNEL, "channel_type": "im", "user": self.sender}
        return self.event({**about, "ts": f"1700000000.{number:06}", "text": "", "files": [file]}, number)

    def signed_anew(self, sent: Sent) -> Sent:
        return self._signed(sent.body, sent.headers["Content-Type"])

    def forged(self, sent: Sent) -> Sent:
        return self._signed(sent.body, sent.headers["Content-Type"], secret="0" * 32)

    def stale(self, sent: Sent) -> Sent | None:
        return self._signed(sent.body, sent.headers["Content-Type"], time.time() - 3600)

    async def arrange(self, request: web.Request) -> web.Response | None:
        if request.path != "/auth.test":
            return None
        must(request.headers.get("Authorization") == f"Bearer {TOKEN}", "invalid_auth")
        return web.json_response({"ok": True, "team": "Hospital", "user": "trialchat", "team_id": "T123ABC456", "bot_id": "B1"})

    def install(self, manifest: dict[str, Any]) -> None:
        """The app as a manifest has it. Raises `Refusal` where Slack would not make it, or the app would hear or say nothing."""
        must(set(manifest) <= {"_metadata", "display_information", "features", "oauth_config", "settings"}, "unknown part")
        must(0 < len(manifest["display_information"]["name"]) <= 35, "display_information.name")
        home = manifest["features"]["app_home"]
        must(home["messages_tab_enabled"] is True and home["messages_tab_read_only_enabled"] is False, "nobody can write to the app")
        must(manifest["features"]["bot_user"]["display_name"], "there is no bot user")
        must({"chat:write", "im:history"} <= set(manifest["oauth_config"]["scopes"]["bot"]), "missing_scope")
        settings = manifest["settings"]
        must(settings["event_subscriptions"]["bot_events"] == ["message.im"], "event_subscriptions: only direct messages are read")
        must(settings["interactivity"]["is_enabled"] is True, "buttons do nothing")
        must(settings.get("socket_mode_enabled") is False, "events go to a socket")
        self.arranged = {part: settings[part]["request_url"] for part in ("event_subscriptions", "interactivity")}

    def is_arranged(self) -> bool:
        return set(self.arranged.values()) == {self.hook} and len(self.arranged) == 2

    async def take(self, request: web.Request) -> web.Response:
        must(request.headers.get("Authorization") == f"Bearer {TOKEN}", "invalid_auth")
        must(request.path == "/chat.postMessage" and request.content_type == "application/json", "unknown_method")
        given = await request.json()
        must(given.get("channel") == CHANNEL, "channel_not_found")
        text, buttons = given.get("text"), []
        must(isinstance(text, str) and 0 < len(text) <= 40_000, "no_text")
        must(not any(sign in text.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "") for sign in "<>&"), "unescaped signs")
        for block in given.get("blocks", []):
            if block["type"] == "section":
                must(block["text"]["type"] == "plain_text" and 0 < len(block["text"]["text"]) <= 3000, "invalid_blocks: section")
            else:
                must(block["type"] == "actions" and 1 <= len(block["elements"]) <= 25, "invalid_blocks: actions")
                for one in block["elements"]:
                    must(one["type"] == "button" and one["text"]["type"] == "plain_text", "invalid_blocks: element")
                    must(len(one["text"]["text"]) <= 75 and len(one["value"]) <= 2000, "invalid_blocks: too long")
                    buttons.append((one["text"]["text"], one["value"]))
                must(len({one["action_id"] for one in block["elements"]}) == len(block["elements"]), "invalid_blocks: action_id")
        self.show(html.unescape(text), tuple(buttons))
        return web.json_response({"ok": True, "channel": CHANNEL, "ts": "1.2"})
