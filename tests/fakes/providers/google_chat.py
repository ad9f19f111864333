"""Google Chat, made up, with its sign-in."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web
from joserfc import jwt

from tests.fakes.providers.base import Sent, must
from tests.fakes.providers.tokens import FakeWithTokens, given, key, published, signed

PROJECT_NUMBER, ACCOUNT = "123456789012", "trialchat@hospital.iam.gserviceaccount.com"
SPACE = "spaces/AAAAMpdlehY"
_ISSUER = "chat@system.gserviceaccount.com"


class FakeGoogleChat(FakeWithTokens):
    name = "google_chat"
    sender = "users/12345678901234567890"

    def __init__(self) -> None:
        super().__init__()
        self.tokens = 0
        self.key = "chat"
        self.keys_away = False
        self.known: dict[str, str] = {}

    def config(self) -> dict[str, Any]:
        return {
            "project_number": PROJECT_NUMBER,
            "client_email": ACCOUNT,
            "private_key": key("service account").as_pem(private=True).decode(),
            "api_url": self.url,
            "token_url": f"{self.url}/token",
            "keys_url": f"{self.url}/jwk/{_ISSUER}",
        }

    def sent(self, event: dict[str, Any], at: float | None = None, name: str | None = None, **claims: Any) -> Sent:
        return Sent(json.dumps(event).encode(), signed(name or self.key, {"iss": _ISSUER, "aud": PROJECT_NUMBER, **claims}, at))

    def event(self, kind: str, number: int, **fields: Any) -> dict[str, Any]:
        return {
            "type": kind,
            "eventTime": f"2026-11-01T10:{number // 60 % 60:02}:{number % 60:02}.123456Z",
            "space": {"name": SPACE, "type": "DM", "spaceType": "DIRECT_MESSAGE", "singleUserBotDm": True},
            "user": {"name": self.sender, "displayName": "Pat", "type": "HUMAN"},
            **fields,
        }

    def text(self, text: str, *, sender: str | None = None, order: int | None = None) -> Sent:
        number = self.number if order is None else order
        message = {"name": f"{SPACE}/messages/m{number}.m{number}", "text": text, "argumentText": text}
        return self.sent(self.event("MESSAGE", number, message=message, **({"user": {"name": sender}} if sender else {})))

    def press(self, title: str, payload: str) -> Sent:
        action = {"actionMethodName": "answer", "parameters": [{"key": "payload", "value": payload}]}
        return self.sent(self.event("CARD_CLICKED", self.number, action=action, message={"name": f"{SPACE}/messages/ours"}))

    def picture(self) -> Sent:
        number = self.number
        picture = {"name": f"{SPACE}/messages/m{number}.m{number}/attachments/a", "contentName": "p.jpg", "contentType": "image/jpeg"}
        message = {"name": f"{SPACE}/messages/m{number}.m{number}", "attachment": [picture]}
        return self.sent(self.event("MESSAGE", number, message=message))

    def signs_in(self, request: web.Request) -> bool:
        return not request.path.startswith("/v1/")

    async def take(self, request: web.Request) -> web.Response:
        if request.path == f"/jwk/{_ISSUER}":
            return web.json_response({}, status=503) if self.keys_away else web.json_response(published(self.key))
        if request.path == "/token":
            form = dict(await request.post())
            must(form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer", "unsupported_grant_type")
            claims = jwt.decode(str(form["assertion"]), key("service account"), algorithms=["RS256"]).claims
            if claims["iss"] != ACCOUNT:
                return web.json_response({"error": "invalid_grant", "error_description": "Invalid grant: account not found"}, status=400)
            must(claims["aud"] == f"{self.url}/token", "invalid_grant")
            must(claims["scope"] == "https://www.googleapis.com/auth/chat.bot", "invalid_scope")
            must(0 < claims["exp"] - claims["iat"] <= 3600, "invalid_grant: too long")
            self.tokens += 1
            return given(f"token-{self.tokens}")
        if request.headers.get("Authorization") != f"Bearer token-{self.tokens}":
            return web.json_response({"error": {"code": 401, "status": "UNAUTHENTICATED"}}, status=401)
        must(request.path == f"/v1/{SPACE}/messages" and request.content_type == "application/json", "NOT_FOUND")
        asked = request.query.get("requestId", "")
        must(asked, "INVALID_ARGUMENT: requestId")
        message = await request.json()
        must(message.get("text") and len(json.dumps(message).encode()) <= 32_000, "INVALID_ARGUMENT: text")
        buttons = []
        for widget in message.get("accessoryWidgets", []):
            for button in widget["buttonList"]["buttons"]:
                action = button["onClick"]["action"]
                must(button["text"] and action["function"], "INVALID_ARGUMENT: button")
                buttons.append((button["text"], {one["key"]: one["value"] for one in action["parameters"]}["payload"]))
        if asked not in self.known:
            self.known[asked] = message["text"]
            self.show(message["text"], tuple(buttons))
        return web.json_response({"name": f"{SPACE}/messages/{self.number}", "text": message["text"]})
