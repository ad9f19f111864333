"""Telegram's Bot API: updates by webhook, with the secret that was given with `setWebhook`.

Source: https://core.telegram.org/bots/api (Update, Message, CallbackQuery, sendMessage, setWebhook).
"""

from __future__ import annotations

import re
from datetime import datetime

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
    is_same,
    part,
    word,
)
from bot.channels.shaping import Piece
from bot.store.records import JsonObject

_START = re.compile(r"/start(?:@\w+)?(?:\s+(?P<with>\S+))?\s*", re.IGNORECASE)
_TRIAL = re.compile(r"NCT\d{8}", re.IGNORECASE)
_A_ROW = 2
"""Buttons beside each other; more are cut off on a phone."""


class TelegramConfig(Config):
    """`token` as BotFather gave it; `secret` as `setWebhook` was given it."""

    token: str = Field(pattern=r"^\d+:[\w-]{20,}$")
    secret: str = Field(pattern=r"^[A-Za-z0-9_-]{16,256}$")
    api_url: str = "https://api.telegram.org"


class Telegram(Provider[TelegramConfig]):
    """A bot of Telegram's. Only chats of two are answered: in a group others would read along."""

    name = "telegram"

    def receive(self, arrived: Arrived) -> Received:
        """One update."""
        if not is_same(arrived.headers.get("x-telegram-bot-api-secret-token", ""), self.config.secret):
            raise ForgedError("the secret token is not ours")
        update = arrived.object()
        number = update.get("update_id")
        if not isinstance(number, int) or isinstance(number, bool):
            raise NotUnderstoodError("update_id: expected a number")
        pressed = part(update, "callback_query")
        if pressed:
            # Their app shows that it waits until this is answered.
            done = Call(self._url("answerCallbackQuery"), {"callback_query_id": word(pressed, "id")})
            return Received(self._heard(number, part(pressed, "message"), word(pressed, "data")), calls=(done,))
        message = part(update, "message") or part(update, "edited_message")
        return Received(self._heard(number, message, word(message, "text")))

    def _heard(self, number: int, message: JsonObject, text: str) -> tuple[Heard, ...]:
        chat = part(message, "chat")
        name = word(chat, "id")
        if not name or word(chat, "type") != "private":
            return ()
        heard = Heard(name, str(number), text, {"chat_id": name}, order=number)
        if (start := _START.fullmatch(text)) is None:
            return (heard,)
        # A link such as t.me/our_bot?start=NCT06141070 brings the trial along.
        trial = start["with"] if start["with"] and _TRIAL.fullmatch(start["with"]) else None
        return (Heard(name, str(number), "", {"chat_id": name}, order=number, opens=True, trial=trial),)

    def call(self, address: JsonObject, piece: Piece, key: str, now: datetime) -> Call:
        """`sendMessage`, as plain text: nothing that somebody said is read as markup."""
        data: JsonObject = {"chat_id": address["chat_id"], "text": piece.text, "link_preview_options": {"is_disabled": True}}
        if piece.buttons:
            buttons = [{"text": title, "callback_data": payload} for title, payload in piece.buttons]
            data["reply_markup"] = {"inline_keyboard": [buttons[at : at + _A_ROW] for at in range(0, len(buttons), _A_ROW)]}
        return Call(self._url("sendMessage"), data)

    def outcome(self, answered: Answered) -> Outcome:
        """Too fast: it says for how long to wait. 403: they have blocked the bot."""
        wait = part(answered.data, "parameters").get("retry_after")
        found = by_status(answered)
        return Outcome(found.sent, found.again, float(wait) if isinstance(wait, int) else found.after, found.why)

    def _url(self, method: str) -> str:
        return f"{self.config.api_url}/bot{self.config.token}/{method}"
