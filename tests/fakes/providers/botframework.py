"""Microsoft's Bot Connector, made up, with its sign-in."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from aiohttp import web

from tests.fakes.providers.base import Sent, must
from tests.fakes.providers.tokens import FakeWithTokens, given, published, signed

APP, PASSWORD, TENANT = "11111111-2222-3333-4444-555555555555", "a-made-up-secret", "hospital.example"
CONVERSATION = "a:1pL6i0oY3C0K8oAj8"
BOT = f"28:{APP}"


class FakeBotFramework(FakeWithTokens):
    name = "botframework"
    sender = "29:1XJKJMvc5GBtc2JwZq0oj8tHZmzrQgFmB39ATiQWA85gQtHieVkKilBZ9XHoq9j7Zaqt"

    def __init__(self) -> None:
        super().__init__()
        self.tokens = 0
        self.key = "connector"
        self.keys_away = False
        self.service = ""

    def config(self) -> dict[str, Any]:
        metadata = f"{self.url}/v1/.well-known/openidconfiguration"
        return {"app_id": APP, "app_password": PASSWORD, "tenant": TENANT, "login_url": self.url, "metadata_url": metadata}

    def claims(self) -> dict[str, Any]:
        return {"iss": "https://api.botframework.com", "aud": APP, "serviceurl": f"{self.url}/emea/"}

    def activity(self, number: int, **fields: Any) -> dict[str, Any]:
        return {
            "type": "message",
            "id": f"{1_700_000_000_000 + number}",
            "timestamp": f"2026-11-01T10:{number // 60 % 60:02}:{number % 60:02}.123Z",
            "serviceUrl": f"{self.url}/emea/",
            "channelId": "msteams",
            "from": {"id": self.sender, "name": "Pat", "aadObjectId": "00000000-0000-0000-0000-000000000007"},
            "conversation": {"conversationType": "personal", "tenantId": "00000000-0000-0000-0000-000000000001", "id": CONVERSATION},
            "recipient": {"id": BOT, "name": "Trial chat"},
            **fields,
        }

    def sent(self, activity: dict[str, Any], at: float | None = None, name: str | None = None, **claims: Any) -> Sent:
        return Sent(json.dumps(activity).encode(), signed(name or self.key, {**self.claims(), **claims}, at))

    def text(self, text: str, *, sender: str | None = None, order: int | None = None) -> Sent:
        number = self.number if order is None else order
        return self.sent(self.activity(number, text=text, textFormat="plain", **({"from": {"id": sender}} if sender else {})))

    def press(self, title: str, payload: str) -> Sent:
        return self.sent(self.activity(self.number, text=payload, value={"payload": payload}))

    def picture(self) -> Sent:
        picture = {"contentType": "image/*", "contentUrl": f"{self.url}/emea/v3/attachments/0/views/original"}
        return self.sent(self.activity(self.number, attachments=[picture]))

    def signs_in(self, request: web.Request) -> bool:
        return not request.path.startswith("/emea/")

    async def take(self, request: web.Request) -> web.Response:
        if self.keys_away and request.path.startswith("/v1/.well-known/"):
            return web.json_response({}, status=503)
        if request.path == "/v1/.well-known/openidconfiguration":
            return web.json_response({"issuer": "https://api.botframework.com", "jwks_uri": f"{self.url}/v1/.well-known/keys"})
        if request.path == "/v1/.well-known/keys":
            return web.json_response(published(self.key, endorsements=["msteams", "webchat"]))
        if request.path == f"/{TENANT}/oauth2/v2.0/token":
            form = dict(await request.post())
            wanted = {"grant_type": "client_credentials", "client_id": APP, "client_secret": PASSWORD}
            if form != {**wanted, "scope": "https://api.botframework.com/.default"}:
                return web.json_response({"error": "invalid_client", "error_description": "AADSTS7000215"}, status=401)
            self.tokens += 1
            return given(f"token-{self.tokens}")
        if request.headers.get("Authorization") != f"Bearer token-{self.tokens}":
            return web.json_response({"message": "Authorization has been denied for this request."}, status=401)
        must(request.raw_path == f"/emea/v3/conversations/{quote(CONVERSATION, safe='')}/activities", "BadArgument: address")
        activity = await request.json()
        people = (activity["from"]["id"], activity["recipient"]["id"], activity["conversation"]["id"])
        must(activity["type"] == "message" and people == (BOT, self.sender, CONVERSATION), "BadSyntax")
        must(activity["textFormat"] == "plain" and activity["text"], "BadSyntax: text")
        must(len(json.dumps(activity)) <= 28_000, "MessageSizeTooBig")
        buttons = []
        for attachment in activity.get("attachments", []):
            must(attachment["contentType"] == "application/vnd.microsoft.card.hero", "BadSyntax: contentType")
            must(1 <= len(attachment["content"]["buttons"]) <= 6, "BadSyntax: buttons")
            for button in attachment["content"]["buttons"]:
                must(button["type"] == "messageBack" and button["displayText"] == button["title"], "BadSyntax: button")
                buttons.append((button["title"], button["text"]))
        self.show(activity["text"], tuple(buttons))
        return web.json_response({"id": str(self.number)}, status=201)
