"""A patient whose program sends a message again until it is answered, as the widget does, and who remembers all that was said."""

from __future__ import annotations

import time
import urllib.error
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

from bot.store import Answer, Message, Store
from tests.product import Product

TRIAL = "NCT06141070"
#: An engine that was killed is back after ten seconds on a quiet machine.
PATIENCE_SECONDS = 120


@dataclass
class Turn:
    """What was sent, what came back, and what was answered on the way there: statuses of tries that failed."""

    text: str
    replies: list[dict[str, Any]]
    tries: list[int | str]

    @property
    def custom(self) -> list[dict[str, Any]]:
        return [reply["custom"] for reply in self.replies if "custom" in reply]

    @property
    def question(self) -> str | None:
        asked = [custom["attribute"] for custom in self.custom if custom["type"] == "question"]
        return str(asked[-1]) if asked else None

    @property
    def verdict(self) -> str | None:
        results = [custom["trials"][0]["verdict"] for custom in self.custom if custom["type"] == "result"]
        return str(results[-1]) if results else None


@dataclass
class Patient:
    """Talks to one door of the product."""

    door: Product
    sender: str = field(default_factory=lambda: f"test-{uuid.uuid4()}")
    turns: list[Turn] = field(default_factory=list)

    def say(self, text: str, message_id: str | None = None, *, door: Product | None = None) -> Turn:
        """Say something until it is answered. Whatever fails on the way has to say so in a way that a program understands."""
        turn = self.send(text, message_id or uuid.uuid4().hex, door=door)
        self.turns.append(turn)
        return turn

    def send(self, text: str, message_id: str, *, door: Product | None = None) -> Turn:
        """The same, without taking it for the next turn."""
        body = {"sender": self.sender, "message": text, "message_id": message_id, "metadata": {"trial_id": TRIAL, "locale": "en"}}
        tries: list[int | str] = []
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                status, answer = (door or self.door).post("/webhooks/rest/webhook", body, {"Authorization": f"Bearer {self.door.api_key}"})
            except (urllib.error.URLError, HTTPException, OSError) as problem:
                status, answer = 0, type(problem).__name__
            if status == 200:
                assert answer, "every turn says something"
                return Turn(text, answer, tries)
            # 0: nobody listens; 502 and 504: the proxy's; all else comes from the app, and says what to do.
            if status == 503 and isinstance(answer, dict):
                assert "again" in answer["error"]["message"], answer
            else:
                assert status in (0, 502, 503, 504), (status, answer)
            tries.append(status)
            assert time.monotonic() < deadline, f"no answer after {PATIENCE_SECONDS} s: {tries}"
            time.sleep(0.5)

    def finish(self, answers: Mapping[str, str], before: Mapping[int, Callable[[], None]] | None = None) -> Turn:
        """Answer until there is a result; `before` says what happens as which turn is sent."""
        last = self.turns[-1] if self.turns else None
        for number in range(60):
            (before or {}).get(number, lambda: None)()
            text = "hello" if last is None else answers[last.question or ""]
            last = self.say(text)
            if last.verdict is not None:
                return last
        raise AssertionError("the screening does not come to an end")


@dataclass(frozen=True)
class Kept:
    """What the store has of a conversation."""

    lines: list[Message]
    answers: list[Answer]


def kept(store: Store, patient: Patient) -> Kept:
    """What is kept of a conversation, now."""
    with store.reading() as unit:
        found = unit.conversation_by_sender("rest", patient.sender)
        assert found is not None
        screening = unit.current_screening(found.id)
        assert screening is not None
        return Kept(unit.messages(found.id), list(unit.answers(screening.id)))


def expect_all_kept_once(store: Store, patient: Patient, answers: Mapping[str, str]) -> None:
    """Message by message: the transcript is what the patient wrote and read, and each answer counts once."""
    expected = [
        line for turn in patient.turns for line in (("patient", turn.text), *(("bot", reply.get("text", "")) for reply in turn.replies))
    ]
    deadline = time.monotonic() + 60
    while (found := [(line.who, line.text) for line in kept(store, patient).lines]) != expected and time.monotonic() < deadline:
        time.sleep(0.2)
    assert found == expected
    given = [answer.attribute for answer in kept(store, patient).answers]
    asked = [turn.question for turn in patient.turns[:-1] if turn.question is not None]
    assert len(given) == len(set(given)), "no answer is counted twice"
    assert set(asked) <= set(given) | {"consent"}, "no answer is lost"
    assert set(asked) <= set(answers)
