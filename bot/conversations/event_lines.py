"""What the engine's events say, as lines of transcripts. How they come here from the engine is not for this module."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.store import JsonObject, NewMessage, Unit, UnknownConversationError

_log = logging.getLogger(__name__)

# The engine's channel puts it before a text that begins with "/", so that Rasa reads it as ordinary text.
WORD_JOINER = "\u2060"
OPENED = "open_chat"
LISTEN = "action_listen"


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the broker's table."""

    number: int
    conversation_id: str
    key: str
    body: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """Rasa's name for this type of event."""
        return str(self.body.get("event", ""))

    @property
    def at(self) -> datetime:
        """When it happened, by the engine's clock."""
        return datetime.fromtimestamp(float(self.body["timestamp"]), UTC)


class Lines:
    """Turns events into lines of transcripts, within one transaction."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._erased: set[str] = set()
        # The turn in which each conversation is, by the last event read of it.
        self._turns: dict[str, str | None] = {}

    def take(self, event: Event) -> None:
        """Add what one event says. Events of a conversation that is unknown, or was erased, are dropped."""
        if event.kind not in {"user", "bot", "action"} or event.conversation_id in self._erased:
            return
        if event.conversation_id not in self._turns:
            if self._unit.conversation(event.conversation_id) is None:
                self._erased.add(event.conversation_id)
                return
            last = self._unit.latest_patient_message(event.conversation_id)
            self._turns[event.conversation_id] = None if last is None else last.message_id
        try:
            match event.kind:
                case "user":
                    self._take_patient(event)
                case "bot":
                    self._take_bot(event)
                case "action":
                    self._take_action(event)
        except UnknownConversationError:
            self._erased.add(event.conversation_id)
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError, OSError) as problem:
            _log.warning("event %d is not as expected (%s) and is left out of the transcript", event.number, type(problem).__name__)

    def _take_patient(self, event: Event) -> None:
        text = _clean(event.body.get("text")).removeprefix(WORD_JOINER)
        intent = (event.body.get("parse_data") or {}).get("intent") or {}
        name = str(intent["name"])[:80] if intent.get("name") else None
        confidence = intent.get("confidence")
        message_id = event.body.get("message_id")
        turn = str(message_id)[:64] if message_id else None
        self._turns[event.conversation_id] = turn
        if self._unit.knows_event(event.key):
            return
        # The engine is given a message again when it was not known what became of it. It was said once.
        again = turn is not None and self._unit.latest_patient_message(event.conversation_id, turn) is not None
        if again and turn is not None:
            self._unit.hide_replies(event.conversation_id, turn)
        title = title_of(text, self._offers(event.conversation_id)) if text.strip().startswith("#") else None
        self._unit.add_messages(
            event.conversation_id,
            [
                NewMessage(
                    event_key=event.key,
                    who="patient",
                    text=text if title is None else title,
                    at=event.at,
                    data=None if title is None else {"text": text},
                    intent=name,
                    confidence=float(confidence) if confidence is not None else None,
                    message_id=turn,
                    shown=not again and not (name == OPENED and not text),
                )
            ],
        )

    def _take_bot(self, event: Event) -> None:
        body = event.body.get("data") or {}
        data = {part: body[part] for part in ("buttons", "custom") if body.get(part)}
        text = _clean(event.body.get("text"))
        if not text and not data:
            return
        self._unit.add_messages(
            event.conversation_id,
            [
                NewMessage(
                    event_key=event.key,
                    who="bot",
                    text=text,
                    at=event.at,
                    data=data or None,
                    message_id=self._turns[event.conversation_id],
                )
            ],
        )

    def _take_action(self, event: Event) -> None:
        turn = self._turns[event.conversation_id]
        if event.body.get("name") == LISTEN and turn is not None:
            self._unit.note_handled(event.conversation_id, turn, event.at)

    def _offers(self, conversation_id: str) -> Iterator[JsonObject]:
        return (message.data or {} for message in self._unit.offers(conversation_id))


def title_of(payload: str, offers: Iterator[JsonObject]) -> str | None:
    """The title of the button that a payload stands for: of the latest offer that had it; None where none ever did.

    Several values chosen at once (`#name=a,b`) were offered one by one, and become their titles in the order chosen.
    """
    payload = payload.strip()
    attribute, _, values = payload.partition("=")
    single = [f"{attribute}={value}" for value in values.split(",")] if "," in values else []
    for offer in offers:
        titles = _titles(offer)
        if payload in titles:
            return titles[payload]
        if single and all(one in titles for one in single):
            return ", ".join(titles[one] for one in single)
    return None


def _titles(offer: JsonObject) -> dict[str, str]:
    custom = offer.get("custom") or {}
    titles = {
        f"#{custom.get('attribute')}={option.get('value')}": str(option.get("title", ""))
        for option in custom.get("options") or []
        if isinstance(option, dict)
    }
    titles |= {
        str(button.get("payload")): str(button.get("title", "")) for button in offer.get("buttons") or [] if isinstance(button, dict)
    }
    return {payload: title for payload, title in titles.items() if title}


def _clean(text: object) -> str:
    """Text that any database can keep: no NUL, no half of a character."""
    return str(text or "").replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
