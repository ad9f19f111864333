"""A person talking to the desk in this process: no engine, a store in memory of its own."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from bot.conversations.desk import Desk, Incoming, Reply
from bot.criteria.operators import Value
from bot.screening.reading import Intent, Reader
from bot.screening.readings import Fact, Heard, Reading, ReadUnclear
from bot.store import Store
from bot.words import Library

NOW = datetime.datetime(2026, 11, 23, 12, 0, tzinfo=datetime.UTC)


@dataclass
class Clock:
    """The time, as a test sets it."""

    now: datetime.datetime = NOW

    def __call__(self) -> datetime.datetime:
        return self.now


@dataclass
class Talk:
    """One conversation, message by message; a minute passes before each, unless it is said otherwise."""

    desk: Desk
    store: Store
    conversation_id: str
    clock: Clock
    replies: list[Reply] = field(default_factory=list)

    @classmethod
    def open(cls, store: Store, library: Library, trial_id: str | None = "NCT06141070", locale: str = "en") -> Talk:
        with store.unit() as unit:
            conversation = unit.open_conversation(channel="test", at=NOW, trial_id=trial_id, locale=locale)
        clock = Clock()
        return cls(Desk(store, library, clock, "https://example.org"), store, conversation.id, clock)

    def say(
        self,
        text: str,
        intent: str | Intent | None = None,
        confidence: float = 0.9,
        message_id: str | None = None,
        seconds_later: float = 60,
    ) -> Reply:
        number = len(self.replies)
        understood = intent if isinstance(intent, Intent) else Intent(intent, confidence)
        self.clock.now += datetime.timedelta(seconds=seconds_later)
        incoming = Incoming(self.conversation_id, text, message_id or f"message-{number}", understood)
        self.replies.append(self.desk.respond(incoming))
        return self.replies[-1]

    def tell(self, text: str, heard: Heard, seconds_later: float = 60) -> Reply:
        """Say something that is understood as `heard`, whatever the reader makes of the words."""
        with patch.object(Reader, "hear", return_value=heard):
            return self.say(text, seconds_later=seconds_later)

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

    def answers(self) -> dict[str, tuple[object, str]]:
        """The answers that are stored: the value and the words of each."""
        with self.store.reading() as unit:
            screening = unit.current_screening(self.conversation_id)
            stored = [] if screening is None else unit.answers(screening.id)
        return {answer.attribute: (answer.value, answer.said) for answer in stored}

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


def told(reading: Reading | None = None, about: str | None = None, said: str = "their words", **facts: Value) -> Heard:
    """A message that tells these facts beside a reading, or without one."""
    return Heard(reading or ReadUnclear(), tuple(Fact(name, value, said) for name, value in facts.items()), about)
