"""A person talking to the desk in this process: no engine, a store in memory of its own."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

from bot.conversations.desk import Desk, Incoming, Reply
from bot.screening.reading import Intent
from bot.store import Store
from bot.words import Library

NOW = datetime.datetime(2026, 11, 23, 12, 0, tzinfo=datetime.UTC)


@dataclass
class Talk:
    """One conversation, message by message."""

    desk: Desk
    store: Store
    conversation_id: str
    replies: list[Reply] = field(default_factory=list)

    @classmethod
    def open(cls, store: Store, library: Library, trial_id: str | None = "NCT06141070", locale: str = "en") -> Talk:
        with store.unit() as unit:
            conversation = unit.open_conversation(channel="test", at=NOW, trial_id=trial_id, locale=locale)
        return cls(Desk(store, library, lambda: NOW, "https://example.org"), store, conversation.id)

    def say(self, text: str, intent: str | None = None, confidence: float = 0.9, message_id: str | None = None) -> Reply:
        number = len(self.replies)
        incoming = Incoming(self.conversation_id, text, message_id or f"message-{number}", Intent(intent, confidence))
        self.replies.append(self.desk.respond(incoming))
        return self.replies[-1]

    def say_all(self, *texts: str) -> Reply:
        for text in texts:
            self.say(text)
        return self.replies[-1]

    def until(self, attribute: str, answers: dict[str, str]) -> Reply:
        """Answer as `answers` say until this attribute's question is open."""
        if not self.replies:
            self.say("hello")
        while self.question != attribute:
            assert self.question is not None, f"the screening ended before {attribute} was asked"
            self.say(answers[self.question])
        return self.replies[-1]

    @property
    def texts(self) -> str:
        return "\n".join(message["text"] for message in self.replies[-1].messages)

    @property
    def customs(self) -> list[dict[str, Any]]:
        return [message["custom"] for message in self.replies[-1].messages if "custom" in message]

    @property
    def codes(self) -> list[str]:
        return [custom["code"] for custom in self.customs if custom["type"] == "notice"]

    @property
    def question(self) -> str | None:
        """The attribute asked by the last reply."""
        asked = [custom["attribute"] for custom in self.customs if custom["type"] == "question"]
        return asked[-1] if asked else None

    @property
    def result(self) -> dict[str, Any] | None:
        """The trial's part of the last reply's result."""
        results = [custom["trials"][0] for custom in self.customs if custom["type"] == "result"]
        return results[-1] if results else None

    @property
    def titles(self) -> list[str]:
        return [button["title"] for message in self.replies[-1].messages for button in message.get("buttons", [])]
