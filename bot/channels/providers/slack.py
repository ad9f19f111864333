"""Slack: messages to the app in a direct message, by the Events API; buttons by its interactivity.

Source: https://docs.slack.dev/authentication/verifying-requests-from-slack, https://docs.slack.dev/apis/events-api,
https://docs.slack.dev/reference/methods/chat.postMessage, https://docs.slack.dev/interactivity/handling-user-interaction.
"""

from __future__ import annotations

import html
import json
import re
from datetime import datetime
from urllib.parse import parse_qs

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
    by_status,
    check_fresh,
    is_same,
    items,
    needed,
    part,
    word,
)
from bot.channels.shaping import Piece
from bot.signing import hmac_hex
from bot.store.records import JsonObject

_LINK = re.compile(r"<(?:mailto:|tel:)?(?P<target>[^|>]+)(?:\|(?P<shown>[^>]*))?>")
_NO_CODE = re.compile(r"[^a-z0-9_]")
_AGAIN = frozenset({"ratelimited", "rate_limited", "internal_error", "fatal_error", "request_timeout", "service_unavailable"})
"""Errors of the API that pass; the others do not."""


class SlackConfig(Config):
    """The bot's token, and what Slack signs its requests with."""

    bot_token: str = Field(pattern=r"^xoxb-\S{10,}$")
    signing_secret: str = Field(min_length=16)
    api_url: str = "https://slack.com/api"


class Slack(Provider[SlackConfig]):
    """A Slack app. Only direct messages are answered: in a channel others would read along."""

    name = "slack"

    def receive(self, arrived: Arrived) -> Received:
        """An event, a press of a button, or the question whether this is the right address."""
        timestamp = arrived.headers.get("x-slack-request-timestamp", "")
        check_fresh(timestamp, arrived.at)
        expected = "v0=" + hmac_hex(self.config.signing_secret, b"v0:" + timestamp.encode() + b":" + arrived.body)
        if not is_same(arrived.headers.get("x-slack-signature", ""), expected):
            raise ForgedError("the signature is not Slack's")
        if arrived.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return self._pressed(arrived)
        given = arrived.object()
        if given.get("type") == "url_verification":
            return Received(data={"challenge": word(given, "challenge")})
        event = part(given, "event")
        if event.get("type") != "message" or event.get("channel_type") != "im" or event.get("bot_id"):
            return Received()
        if event.get("subtype") not in (None, "file_share"):
            # Edited or deleted, or something that nobody said.
            return Received()
        channel, user, number = needed(event, "channel"), needed(event, "user"), needed(given, "event_id")
        return Received((Heard(user, number, _plain(word(event, "text")), {"channel": channel}, order=_moment(word(event, "ts"))),))

    def _pressed(self, arrived: Arrived) -> Received:
        try:
            given = json.loads(parse_qs(arrived.body.decode("utf-8"))["payload"][0])
        except (ValueError, KeyError, RecursionError):
            raise NotUnderstoodError("payload: expected JSON") from None
        actions = items(given, "actions") if isinstance(given, dict) else []
        if not actions or given.get("type") != "block_actions":
            return Received()
        moment, channel = word(actions[0], "action_ts"), needed(part(given, "channel"), "id")
        user = needed(part(given, "user"), "id")
        number = f"{user}:{moment}"
        return Received((Heard(user, number, word(actions[0], "value"), {"channel": channel}, order=_moment(moment)),))

    def call(self, address: JsonObject, piece: Piece, key: str, now: datetime) -> Call:
        """`chat.postMessage`. The text goes along with the blocks: it is what a notification and a screen reader say."""
        data: JsonObject = {
            "channel": address["channel"],
            "text": html.escape(piece.text, quote=False),
            "unfurl_links": False,
            "unfurl_media": False,
            "parse": "none",
        }
        if piece.buttons:
            buttons = [
                {"type": "button", "action_id": f"{key}-{number}"[:255], "text": {"type": "plain_text", "text": title}, "value": payload}
                for number, (title, payload) in enumerate(piece.buttons)
            ]
            said = {"type": "section", "text": {"type": "plain_text", "text": piece.text, "emoji": False}}
            data["blocks"] = [said, {"type": "actions", "elements": buttons}]
        return Call(f"{self.config.api_url}/chat.postMessage", data, headers={"Authorization": f"Bearer {self.config.bot_token}"})

    def outcome(self, answered: Answered) -> Outcome:
        """Slack answers 200 to almost everything, and says in the body whether it was done."""
        found = by_status(answered)
        if not found.sent or answered.data.get("ok") is True:
            return found
        error = _NO_CODE.sub("", word(answered.data, "error"))[:60] or "no reason"
        return Outcome(sent=False, again=error in _AGAIN, after=found.after, why=f"answered {error}")


def _plain(text: str) -> str:
    """What was written: Slack escapes three signs, and puts links into brackets."""
    return html.unescape(_LINK.sub(lambda found: found["shown"] or found["target"], text))


def _moment(text: str) -> int:
    """A timestamp such as 1700000000.000200, as a number that puts messages in order."""
    whole, _, rest = text.partition(".")
    digits = whole + rest[:6].ljust(6, "0")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else 0
