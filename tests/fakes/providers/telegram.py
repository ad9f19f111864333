"""Telegram, made up."""

from __future__ import annotations

import json
import re
from typing import Any

from aiohttp import web

from tests.fakes.providers.base import FakeProvider, Sent, must

TOKEN = "123456:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"
SECRET = "a-secret-that-setWebhook-was-given"


class FakeTelegram(FakeProvider):
    name = "telegram"

    def config(self) -> dict[str, Any]:
        return {"token": TOKEN, "secret": SECRET, "api_url": self.url}

    def _update(self, what: dict[str, Any], number: int | None = None) -> Sent:
        body = json.dumps({"update_id": number or 900_000 + self.number, **what}).encode()
        return Sent(body, {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": SECRET})

    def _message(self, text: str, sender: str) -> dict[str, Any]:
        chat = {"id": int(sender), "type": "private", "first_name": "Kim"}
        person = {"id": int(sender), "is_bot": False, "first_name": "Kim"}
        return {"message_id": self.number, "from": person, "chat": chat, "date": 1700000000, "text": text}

    def text(self, text: str, *, sender: str | None = None, order: int | None = None) -> Sent:
        return self._update({"message": self._message(text, sender or self.sender)}, None if order is None else 900_000 + order)

    def press(self, title: str, payload: str) -> Sent:
        message = self._message("the question", self.sender)
        return self._update({"callback_query": {"id": "77", "from": message["from"], "message": message, "data": payload}})

    def picture(self) -> Sent:
        message = self._message("", self.sender)
        del message["text"]
        return self._update({"message": {**message, "photo": [{"file_id": "f", "file_unique_id": "u", "width": 90, "height": 90}]}})

    def forged(self, sent: Sent) -> Sent:
        return Sent(sent.body, {**sent.headers, "X-Telegram-Bot-Api-Secret-Token": SECRET[:-1] + "X"})

    async def arrange(self, request: web.Request) -> web.Response | None:
        method = request.path.rpartition("/")[2]
        if method not in ("getMe", "setWebhook", "getWebhookInfo"):
            return None
        must(request.path == f"/bot{TOKEN}/{method}", "Unauthorized")
        if method == "getMe":
            return web.json_response(
                {"ok": True, "result": {"id": 123456, "is_bot": True, "first_name": "Trials", "username": "trials_bot"}}
            )
        if method == "getWebhookInfo":
            return web.json_response({"ok": True, "result": {"url": self.arranged.get("url", ""), "pending_update_count": 0}})
        given = await request.json() if request.content_type == "application/json" else dict(await request.post())
        must(str(given.get("url", "")).startswith("http"), "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        must(
            re.fullmatch(r"[A-Za-z0-9_-]{1,256}", str(given.get("secret_token", "x"))),
            "Bad Request: secret token contains invalid characters",
        )
        kinds = given.get("allowed_updates", "[]")
        must(isinstance(kinds if isinstance(kinds, list) else json.loads(str(kinds)), list), "Bad Request: can't parse allowed updates")
        must(set(given) <= {"url", "secret_token", "allowed_updates", "max_connections", "drop_pending_updates"}, "not a parameter")
        self.arranged = dict(given)
        return web.json_response({"ok": True, "result": True, "description": "Webhook was set"})

    def is_arranged(self) -> bool:
        updates = self.arranged["allowed_updates"]
        return (
            self.arranged["url"] == self.hook
            and self.arranged["secret_token"] == SECRET
            and {"message", "callback_query"} <= set(updates if isinstance(updates, list) else json.loads(updates))
        )

    async def take(self, request: web.Request) -> web.Response:
        must(request.method == "POST" and request.content_type == "application/json", "a JSON body, by POST")
        method = request.path.removeprefix(f"/bot{TOKEN}/")
        must(method != request.path, "Unauthorized")
        given = await request.json()
        if method == "answerCallbackQuery":
            must(given.get("callback_query_id") == "77", "query is too old or unknown")
            return web.json_response({"ok": True, "result": True})
        must(method == "sendMessage", "Not Found")
        must(str(given.get("chat_id")) == self.sender, "Bad Request: chat not found")
        text = given.get("text")
        must(isinstance(text, str) and 1 <= len(text) <= 4096, "Bad Request: message text is empty or too long")
        must("parse_mode" not in given, "the test's own wish: plain text")
        rows = given.get("reply_markup", {}).get("inline_keyboard", [])
        buttons = [(one["text"], one["callback_data"]) for row in rows for one in row]
        must(all(1 <= len(data.encode()) <= 64 for _, data in buttons), "Bad Request: BUTTON_DATA_INVALID")
        self.show(text, tuple(buttons))
        return web.json_response({"ok": True, "result": {"message_id": self.number, "text": text}})
