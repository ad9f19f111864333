"""Mattermost: a slash command that only its writer sees, and buttons; answers as direct messages, by an incoming webhook.

Mattermost's outgoing webhooks work in public channels only, where others would read along; so they are not used.

Source: https://developers.mattermost.com/integrate/slash-commands/custom, .../webhooks/incoming, .../plugins/interactive-messages.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date, datetime, timedelta
from urllib.parse import parse_qsl

from pydantic import Field

from bot.channels.providers.base import (
    Answered,
    Arrived,
    Call,
    Config,
    ForgedError,
    Heard,
    NotUnderstoodError,
    Outcome,
    Provider,
    Received,
    ServerUrl,
    by_status,
    is_same,
    needed,
    part,
    word,
)
from bot.channels.shaping import Piece
from bot.signing import hmac_hex
from bot.store.records import JsonObject

_TRIAL = re.compile(r"NCT\d{8}", re.IGNORECASE)
_MOST_FIELDS = 50
PRESSED_WITHIN = timedelta(days=30)
"""How long a button can be pressed: whoever has found out its mark has no use of it for ever."""


class MattermostConfig(Config):
    """The token of the slash command, what people type to call it, and the address of the incoming webhook."""

    command_token: str = Field(min_length=16)
    webhook_url: ServerUrl
    command: str = Field(default="/trial", pattern=r"^/[a-z0-9_-]{1,64}$")


class Mattermost(Provider[MattermostConfig]):
    """A slash command such as `/trial`, with what somebody writes behind it."""

    name = "mattermost"

    @property
    def begins_with(self) -> str:
        """The slash command: what is typed without it stays in Mattermost."""
        return self.config.command

    def receive(self, arrived: Arrived) -> Received:
        """A command, or a press of a button of ours. An empty answer shows nothing: what is said comes as a direct message."""
        if arrived.headers.get("content-type", "").startswith("application/json"):
            return self._pressed(arrived)
        try:
            given = dict(parse_qsl(arrived.body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
        except ValueError:
            raise NotUnderstoodError("the body is no form in UTF-8") from None
        if not is_same(given.get("token", ""), self.config.command_token):
            raise ForgedError("the token is not the slash command's")
        user, number, text = needed(given, "user_id"), needed(given, "trigger_id", 400), word(given, "text").strip()
        trial = text.upper() if _TRIAL.fullmatch(text) else None
        opens = not text or trial is not None
        heard = Heard(user, number, "" if opens else text, self._address(given, arrived, user), opens=opens, trial=trial)
        return Received((heard,), data={})

    def _pressed(self, arrived: Arrived) -> Received:
        given = arrived.object()
        context, user = part(given, "context"), word(given, "user_id")
        payload, day = word(context, "payload"), word(context, "day")
        # The name is where answers go to: it has to be that of the person who was shown the button.
        if not is_same(word(context, "mark"), self._mark(user, word(given, "user_name"), payload, day)):
            raise ForgedError("the button is not ours, or is pressed by somebody else")
        if arrived.at.date() - date.fromisoformat(day) > PRESSED_WITHIN:
            raise ForgedError("the button is older than 30 days")
        # Pressed twice, it is two presses, each with a trigger of its own.
        number = needed(given, "trigger_id", 400)
        return Received((Heard(user, number, payload, self._address(given, arrived, user)),), data={})

    def _address(self, given: JsonObject, arrived: Arrived, user: str) -> JsonObject:
        return {"name": needed(given, "user_name"), "user": user, "back": arrived.url}

    def _mark(self, user: str, name: str, payload: str, day: str) -> str:
        """What a press is known by: Mattermost signs none, and keeps a button's context to itself."""
        return hmac_hex(self.config.command_token, json.dumps([user, name, payload, day]).encode())

    def call(self, address: JsonObject, piece: Piece, key: str, now: datetime) -> Call:
        """A direct message."""
        data: JsonObject = {"channel": f"@{address['name']}", "text": _literal(piece.text)}
        if piece.buttons:
            user, name, day = str(address["user"]), str(address["name"]), now.date().isoformat()
            actions = [
                {
                    # An id holds letters and figures only.
                    "id": hashlib.sha256(f"{key}{number}".encode()).hexdigest()[:16],
                    "name": title,
                    "type": "button",
                    "integration": {
                        "url": address["back"],
                        "context": {"payload": payload, "day": day, "mark": self._mark(user, name, payload, day)},
                    },
                }
                for number, (title, payload) in enumerate(piece.buttons)
            ]
            data["attachments"] = [{"fallback": ", ".join(title for title, _ in piece.buttons), "actions": actions}]
        return Call(self.config.webhook_url, data)

    def outcome(self, answered: Answered) -> Outcome:
        """The status says it."""
        return by_status(answered)


def _literal(text: str) -> str:
    """Text is Markdown there: signs that it would take for its own are kept as they are, in links too where they stand alone."""
    return re.sub(r"(?<!\S)([*_~`#>|]+)|([*~`|])", lambda found: "".join(f"\\{sign}" for sign in found[0]), text)
