"""Mattermost, made up."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from tests.fakes.providers.base import FakeProvider, Sent, must

TOKEN = "xr3j5x3p4pfk7kk6ck7b4e6ghh"
HOOK = "/hooks/ucw5qjw86jgeum77o1uw8197jr"
ADMIN, TEAM, BOT, TOWN = (
    "a-token-of-an-administrator",
    "9ptyq6f7bjr4xjwmhrchbx5cea",
    "yc4k8rqx3bdupgf5jmtwoz9s1h",
    "fukb8d1a5jnc3qsfhsi4zx3a4e",
)
_MARKED = re.compile(r"\\([*_~`#>|\\])")


class FakeMattermost(FakeProvider):
    name = "mattermost"
    sender = "rnina9994bde8mua79zqcg5hmo"

    def __init__(self) -> None:
        super().__init__()
        self.trigger = "/trial"
        self.contexts: dict[str, dict[str, Any]] = {}

    def config(self) -> dict[str, Any]:
        return {"command_token": TOKEN, "webhook_url": f"{self.url}{HOOK}", "command": self.trigger}

    def command(self, **fields: str) -> Sent:
        given = {
            "channel_id": TOWN,
            "channel_name": "town-square",
            "command": self.trigger,
            "response_url": f"{self.url}/hooks/commands/1nqe3s6cdtgqbkw6zpn4y5yjor",
            "team_domain": "hospital",
            "team_id": TEAM,
            "token": TOKEN,
            "user_id": self.sender,
            "user_name": "pat",
        }
        return Sent(urlencode({**given, **fields}).encode(), {"Content-Type": "application/x-www-form-urlencoded"})

    def text(self, text: str, *, sender: str | None = None, order: int | None = None) -> Sent:
        trigger = f"trigger{self.number if order is None else order}:MEUCIQ{'x' * 90}"
        return self.command(text=text, trigger_id=trigger, user_id=sender or self.sender)

    def press(self, title: str, payload: str) -> Sent:
        given = {
            "user_id": self.sender,
            "user_name": "pat",
            "channel_id": "c",
            "post_id": "p",
            "trigger_id": f"press{self.number}",
            "type": "button",
            "context": self.contexts[title],
        }
        return Sent(json.dumps(given).encode(), {"Content-Type": "application/json"})

    def forged(self, sent: Sent) -> Sent:
        return Sent(sent.body.replace(TOKEN.encode(), b"another-token-of-somebody"), sent.headers)

    async def arrange(self, request: web.Request) -> web.Response | None:
        if not request.path.startswith("/api/v4/"):
            return None
        must(request.headers.get("Authorization") == f"Bearer {ADMIN}", "api.context.session_expired.app_error")
        match request.method, request.path.removeprefix("/api/v4/"):
            case "GET", "teams/name/hospital":
                return web.json_response({"id": TEAM, "name": "hospital"})
            case "GET", "teams/name/hospital/channels/name/town-square":
                return web.json_response({"id": TOWN, "team_id": TEAM, "name": "town-square"})
            case "POST", "bots":
                must(re.fullmatch(r"[a-z][a-z0-9._-]{2,63}", (await request.json())["username"]), "username")
                return web.json_response({"user_id": BOT, "username": "trials"}, status=201)
            case "POST", "teams/9ptyq6f7bjr4xjwmhrchbx5cea/members":
                must(await request.json() == {"team_id": TEAM, "user_id": BOT}, "api.team.add_members")
                self.arranged["member"] = BOT
                return web.json_response({"team_id": TEAM, "user_id": BOT}, status=201)
            case "POST", "commands":
                given = await request.json()
                must(given["team_id"] == TEAM and given["method"] in ("P", "G") and given["url"].startswith("http"), "command")
                must(re.fullmatch(r"[^/\s][^\s]*", given["trigger"]), "command: trigger")
                self.arranged["command"] = given
                return web.json_response({**given, "id": "c", "token": TOKEN}, status=201)
            case "POST", "hooks/incoming":
                given = await request.json()
                must(given["channel_id"] == TOWN, "channel_id")
                self.arranged["hook"] = given
                return web.json_response({**given, "id": HOOK.removeprefix("/hooks/")}, status=201)
        must(False, "api.context.404.app_error")
        return None

    def is_arranged(self) -> bool:
        command, hook = self.arranged["command"], self.arranged["hook"]
        # Locked to a channel it could bring no direct message; of a person, that person would read along.
        is_open = not hook.get("channel_locked") and hook["user_id"] == BOT == self.arranged["member"]
        return bool(command["method"] == "P" and command["url"] == self.hook and is_open)

    async def take(self, request: web.Request) -> web.Response:
        must(request.path == HOOK and request.content_type == "application/json", "Invalid webhook.")
        given = await request.json()
        must(given.get("channel") == "@pat", "Couldn't find the channel.")
        text, buttons = given.get("text"), []
        must(isinstance(text, str) and 0 < len(text) <= 16_383, "Unable to parse incoming data.")
        self.contexts = {}
        for attachment in given.get("attachments", []):
            for action in attachment["actions"]:
                must(re.fullmatch(r"[A-Za-z0-9]+", action["id"]) and action["type"] == "button" and action["name"], "actions")
                must(action["integration"]["url"] == self.hook, "integration.url: not this app's")
                self.contexts[action["name"]] = action["integration"]["context"]
                buttons.append((action["name"], action["integration"]["context"]["payload"]))
            must(len({one["id"] for one in attachment["actions"]}) == len(attachment["actions"]), "actions: ids are not unique")
        self.show(_MARKED.sub(r"\1", text), tuple(buttons))
        return web.Response(text="ok")
