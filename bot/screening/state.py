"""A screening between two turns, and what one message comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.screening.answers import Answer
from bot.screening.prompts import Prompt
from bot.screening.readings import SELF
from bot.screening.steps import Step

CONSENT = "consent"


@dataclass(frozen=True)
class State:
    """A screening between two turns.

    `asked` lists the attributes put to the person or told by them, in order, consent left out;
    `gone_on` is set once the person chose to go on after an early end. `volunteered` holds what
    was told and does not count yet: before consent, or before the person said that it was
    understood as meant. `about` is the key of the person the screening is about; None where
    nobody was named, who is then taken to be the one who writes.
    """

    prompt: Prompt
    answers: Mapping[str, Answer] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    gone_on: bool = False
    volunteered: Mapping[str, Answer] = field(default_factory=dict)
    about: str | None = None

    @property
    def whom(self) -> str:
        """Whom the screening is about, the writer included."""
        return self.about or SELF

    @property
    def consented(self) -> bool:
        consent = self.answers.get(CONSENT)
        return consent is not None and consent.value is True

    @property
    def returned(self) -> State:
        """The state with the prompt that stood before an offer of ours."""
        before = self.prompt.before
        return self if before is None else replace(self, prompt=before)


@dataclass(frozen=True)
class Turn:
    """What one message came to. `handed_over` means that others must answer it.

    `unread` names the attribute that was asked where the message could not be read as an answer, whatever follows from that.
    """

    state: State
    steps: tuple[Step, ...] = ()
    answers: tuple[Answer, ...] = ()
    handed_over: bool = False
    unread: str | None = None

    def saying_first(self, *first: Step) -> Turn:
        return replace(self, steps=first + self.steps)
