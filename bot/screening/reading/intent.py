"""What the engine's classifier made of a message: one input among several, never the master."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ANY = "any_question"
"""Where the guess stands for any question: only doubts and refusals, which sound alike whatever was asked."""


LEAVES_OPEN = frozenset({"unsure", "decline"})
OPEN = "open"
"""What a message means to a question that it does not answer."""


@dataclass(frozen=True)
class Guess:
    """What a message would mean as the answer to one question: a value's key, `unsure`, `decline` or `open`; and how sure that
    is, 0 to 1."""

    means: str
    confidence: float


@dataclass(frozen=True)
class Intent:
    """The likeliest intent, and a guess for each question that the message may answer."""

    name: str | None = None
    confidence: float = 0.0
    answers: Mapping[str, Guess] = field(default_factory=dict)
    sentences: tuple[Mapping[str, Guess], ...] = ()
    """The same for each sentence (`bot.screening.sentences`), where there are several."""

    def value(self, attribute: str) -> Guess | None:
        """The value that the message would mean to this question."""
        guess = self.answers.get(attribute)
        return None if guess is None or guess.means in LEAVES_OPEN or guess.means == OPEN else guess

    def settles_nothing(self, attribute: str) -> float:
        """How surely the message is no answer to this question, 0 where it is likelier one."""
        guess = self.answers.get(attribute)
        return guess.confidence if guess is not None and guess.means == OPEN else 0.0

    def leaves_open(self, attribute: str) -> Guess | None:
        """The doubt or refusal that the message would mean to this question, or to any."""
        guesses = [guess for name in (ANY, attribute) if (guess := self.answers.get(name)) and guess.means in LEAVES_OPEN]
        return max(guesses, key=lambda guess: guess.confidence, default=None)

    @classmethod
    def of(cls, understood: Mapping[str, Any]) -> Intent:
        """From what the engine says of a message; what it does not say is not sure."""
        intent = understood.get("intent") or {}
        return cls(
            intent.get("name"),
            float(intent.get("confidence") or 0.0),
            _guesses(understood.get("answers") or {}),
            tuple(map(_guesses, understood.get("sentences") or ())),
        )


def _guesses(answers: Mapping[str, Any]) -> dict[str, Guess]:
    return {attribute: Guess(str(guess["means"]), float(guess["confidence"])) for attribute, guess in answers.items() if guess}


NOT_GUESSED = Intent()
"""Where nobody was asked."""
