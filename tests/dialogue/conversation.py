"""A conversation through the public REST channel of the running product."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from tests.product import Product


@dataclass
class Conversation:
    """What an integrator's program would do: send a message, look at what comes back."""

    product: Product
    metadata: dict[str, str] = field(default_factory=lambda: {"trial_id": "NCT06141070", "locale": "en"})
    sender: str = field(default_factory=lambda: f"test-{uuid.uuid4()}")
    messages: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def say(self, text: str) -> list[dict[str, Any]]:
        self.messages = self.product.send(self.sender, text, self.metadata)
        assert self.messages, "every turn says something"
        if self.question is not None:
            self.asked.append(self.question)
        return self.messages

    def say_all(self, *texts: str) -> None:
        for text in texts:
            self.say(text)

    def until(self, attribute: str, answers: dict[str, str]) -> None:
        """Answer as `answers` say until this attribute's question is open."""
        if not self.messages:
            self.say("hello")
        while self.question != attribute:
            assert self.question is not None, f"the screening ended before {attribute} was asked: {self.text}"
            self.say(answers[self.question])

    def finish(self, answers: dict[str, str]) -> None:
        """Answer until nothing is asked any more, going on after an early end."""
        if not self.messages:
            self.say("hello")
        for _ in range(60):
            if self.question is not None:
                self.say(answers[self.question])
            elif "ended_early" in self.codes:
                self.say(self.payload_of("Go on anyway"))
            else:
                return
        raise AssertionError("the screening does not come to an end")

    @property
    def customs(self) -> list[dict[str, Any]]:
        return [message["custom"] for message in self.messages if "custom" in message]

    @property
    def codes(self) -> list[str]:
        return [custom["code"] for custom in self.customs if custom["type"] == "notice"]

    @property
    def types(self) -> list[str]:
        return [custom["type"] for custom in self.customs]

    @property
    def question(self) -> str | None:
        asked = [custom["attribute"] for custom in self.customs if custom["type"] == "question"]
        return str(asked[-1]) if asked else None

    @property
    def result(self) -> dict[str, Any] | None:
        results = [custom["trials"][0] for custom in self.customs if custom["type"] == "result"]
        return results[-1] if results else None

    @property
    def text(self) -> str:
        return "\n".join(message.get("text", "") for message in self.messages)

    def payload_of(self, title: str) -> str:
        buttons = [button for message in self.messages for button in message.get("buttons", [])]
        return next(str(button["payload"]) for button in buttons if button["title"] == title)
