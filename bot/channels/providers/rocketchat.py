"""Rocket.Chat: direct messages to a bot's account, by an outgoing webhook; answers by the REST API.

Source: https://docs.rocket.chat/docs/integrations (outgoing webhooks, their token and fields),
https://developer.rocket.chat/apidocs/post-message (chat.postMessage, attachments with actions).
"""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from bot.channels.providers.base import (
    Answered,
    Arrived,
    Call,
    Config,
    ForgedError,
    Heard,
    Outcome,
    Provider,
    Received,
    ServerUrl,
    by_status,
    is_same,
    moment,
    needed,
    word,
)
from bot.channels.shaping import Piece
from bot.store.records import JsonObject


class RocketChatConfig(Config):
    """The bot's account with a personal access token, and the token of the outgoing webhook."""

    server: ServerUrl
    user_id: str = Field(min_length=1, max_length=64)
    auth_token: str = Field(min_length=16)
    webhook_token: str = Field(min_length=16)


class RocketChat(Provider[RocketChatConfig]):
    """A bot's account. Only messages between two are answered: in a channel others would read along."""

    name = "rocketchat"

    def receive(self, arrived: Arrived) -> Received:
        """One message. Rocket.Chat signs nothing: it sends its token along, so this needs TLS.

        An empty object shows nothing; an empty body would count as a failure there, and the message come again and again.
        """
        given = arrived.object()
        if not is_same(word(given, "token"), self.config.webhook_token):
            raise ForgedError("the token is not the outgoing webhook's")
        if given.get("bot") or given.get("isEdited") or word(given, "user_id") == self.config.user_id:
            return Received(data={})
        user, room = needed(given, "user_id"), needed(given, "channel_id")
        # The room of two is named by both of them.
        if room not in (user + self.config.user_id, self.config.user_id + user):
            return Received(data={})
        number, order = needed(given, "message_id"), moment(word(given, "timestamp"))
        return Received((Heard(user, number, word(given, "text"), {"roomId": room}, order=order),), data={})

    def call(self, address: JsonObject, piece: Piece, key: str, now: datetime) -> Call:
        """`chat.postMessage`. A button writes its title, which is read as if they had typed it."""
        data: JsonObject = {"roomId": address["roomId"], "text": piece.text, "parseUrls": False}
        if piece.buttons:
            actions = [
                {"type": "button", "text": title, "msg": title, "msg_in_chat_window": True, "msg_processing_type": "sendMessage"}
                for title, _ in piece.buttons
            ]
            data["attachments"] = [{"actions": actions, "button_alignment": "horizontal"}]
        headers = {"X-Auth-Token": self.config.auth_token, "X-User-Id": self.config.user_id}
        return Call(f"{self.config.server.rstrip('/')}/api/v1/chat.postMessage", data, headers=headers)

    def outcome(self, answered: Answered) -> Outcome:
        """It says in the body, too, whether it was done."""
        found = by_status(answered)
        if found.sent and answered.data.get("success") is not True:
            return Outcome(sent=False, why="answered without success")
        return found
