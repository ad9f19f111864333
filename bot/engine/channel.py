"""The engine's only door: one turn in, all of its messages out, for whoever knows the secret (the app)."""

from __future__ import annotations

import hmac
import logging
import unicodedata
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from rasa.shared.exceptions import RasaException
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot import traceparent
from bot.engine.pausing import set_paused
from bot.engine.turns import TurnFailed

logger = logging.getLogger(__name__)

Asked = TypeVar("Asked")

NAME = "trialchat"
SECRET_HEADER = "X-Trialchat-Secret"  # noqa: S105 - a header's name
#: Put before a text that begins with "/", so that Rasa does not take it for one of its commands. Invisible; readers strip it.
WORD_JOINER = "\u2060"
#: What the app may tell the engine beside what a person types.
EVENTS = {"open": "open_chat"}
#: Characters nobody sees: format and control characters, spaces, separators.
_UNSEEN = frozenset({"Cf", "Cc", "Zs", "Zl", "Zp"})


def ordinary_text(text: str) -> str:
    """``text`` such that Rasa reads it as words: `/restart` or `/intent{...}` has no power over the dialogue."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    seen = next((char for char in text if unicodedata.category(char) not in _UNSEEN), "")
    return WORD_JOINER + text if seen == "/" else text


class Replies(OutputChannel):
    """Keeps what the bot says in this turn; text, buttons and custom of one message stay one object.

    ``paused``: whether a person has taken the conversation over (`bot.engine.pausing`).
    """

    def __init__(self, paused: bool = False) -> None:
        self.paused = paused
        self.messages: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        return NAME

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        said = {part: message[part] for part in ("text", "buttons", "custom") if message.get(part)}
        if said:
            self.messages.append(said)


def read_turn(body: Any) -> dict[str, Any]:
    """Check a request's body; ``ValueError`` names the field that is not as expected."""
    if not isinstance(body, dict):
        raise ValueError("expected a JSON object")
    conversation, text, event = body.get("conversation"), body.get("text", ""), body.get("event")
    message_id, paused = body.get("message_id"), body.get("paused", False)
    if not isinstance(conversation, str) or not conversation:
        raise ValueError("conversation: expected the conversation's id")
    if not isinstance(text, str):
        raise ValueError("text: expected a string")
    if event is not None and event not in EVENTS:
        raise ValueError(f"event: expected null or one of {', '.join(EVENTS)}")
    if message_id is not None and not isinstance(message_id, str):
        raise ValueError("message_id: expected a string")
    if not isinstance(paused, bool):
        raise ValueError("paused: expected true or false")
    return {"conversation": conversation, "text": text, "event": event, "message_id": message_id, "paused": paused}


def read_pause(body: Any) -> tuple[str, bool]:
    """The conversation and whether it is to be paused; ``ValueError`` names the field that is not as expected."""
    if not isinstance(body, dict) or not isinstance(body.get("conversation"), str) or not body["conversation"]:
        raise ValueError("conversation: expected the conversation's id")
    if not isinstance(body.get("paused"), bool):
        raise ValueError("paused: expected true or false")
    return body["conversation"], body["paused"]


def read_texts(body: Any) -> list[str]:
    """The messages that are to be understood; ``ValueError`` says what is not as expected."""
    texts = body.get("texts") if isinstance(body, dict) else None
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ValueError("texts: expected a list of strings")
    return texts


class TrialchatInput(InputChannel):
    """``POST /webhooks/trialchat/webhook``: see `read_turn` for the body, `Replies` for the answer.

    ``POST /webhooks/trialchat/understand`` with ``{"texts": [...]}`` tells the intent of each message and what it
    would mean as an answer, and nothing else happens.

    ``POST /webhooks/trialchat/pause`` with ``{"conversation", "paused"}`` silences the bot in one conversation, or lets it speak
    again. A turn says which of the two it is as well (``paused``, false where it is left out).
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    @classmethod
    def name(cls) -> str:
        return NAME

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> TrialchatInput:
        secret = str((credentials or {}).get("secret") or "")
        if len(secret) < 16:
            raise RasaException("credentials.yml: the channel's secret is missing or shorter than 16 characters (TRIALCHAT_ENGINE_SECRET)")
        return cls(secret)

    def _is_known(self, request: Request) -> bool:
        return hmac.compare_digest(request.headers.get(SECRET_HEADER, "").encode("utf-8", "replace"), self._secret)

    def _asked(self, request: Request, read: Callable[[Any], Asked]) -> Asked | HTTPResponse:
        """What somebody who knows the secret asks; or the answer that says why it cannot be."""
        if not self._is_known(request):
            return json({"error": "unknown caller"}, status=401)
        try:
            return read(request.json)
        except ValueError as error:
            return json({"error": str(error)}, status=400)
        except Exception:  # Sanic's own error would echo the body
            return json({"error": "expected JSON"}, status=400)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        webhook = Blueprint("trialchat_webhook")

        @webhook.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            asked = self._asked(request, read_turn)
            if isinstance(asked, HTTPResponse):
                return asked
            # Whoever knows the secret may say which trace this belongs to; the actions are told (`bot.engine.traces`).
            with traceparent.carrying(request.headers.get(traceparent.HEADER, "")):
                return await answer(asked)

        @webhook.route("/understand", methods=["POST"])
        async def understand(request: Request) -> HTTPResponse:
            asked = self._asked(request, read_texts)
            if isinstance(asked, HTTPResponse):
                return asked
            agent = request.app.ctx.agent
            parsed = [await agent.parse_message(ordinary_text(text)) for text in asked]
            return json({"understood": [{part: found.get(part) for part in ("intent", "answers", "sentences")} for found in parsed]})

        @webhook.route("/pause", methods=["POST"])
        async def pause(request: Request) -> HTTPResponse:
            asked = self._asked(request, read_pause)
            if isinstance(asked, HTTPResponse):
                return asked
            conversation, paused = asked
            try:
                changed = await set_paused(request.app.ctx.agent, conversation, paused)
            except (TurnFailed, Exception) as error:
                logger.error("A conversation could not be paused or resumed: %s", type(error).__name__)
                return json({"error": "the conversation's state cannot be kept"}, status=503)
            return json({"paused": paused, "changed": changed})

        async def answer(turn: dict[str, Any]) -> HTTPResponse:
            replies = Replies(turn["paused"])
            said = UserMessage(
                ordinary_text(turn["text"]),
                replies,
                turn["conversation"],
                parse_data=_event_as_intent(turn["event"]) if turn["event"] else None,
                input_channel=NAME,
                message_id=turn["message_id"],
            )
            try:
                await on_new_message(said)
            except TurnFailed as failure:
                logger.error("Turn given up, nothing of it kept: %s", failure)
                return json({"error": "an action could not be run"}, status=503)
            except Exception as error:
                logger.exception("Turn given up: %s", type(error).__name__)
                return json({"error": "the engine could not handle this turn"}, status=503)
            return json({"messages": replies.messages})

        return webhook


def _event_as_intent(event: str) -> dict[str, Any]:
    intent = {"name": EVENTS[event], "confidence": 1.0}
    return {"text": "", "intent": intent, "intent_ranking": [intent], "entities": []}
