"""What the bot is waiting for: the open question, or an open offer."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from bot.criteria.operators import Value


class Waiting(StrEnum):
    """What kind of reply is open."""

    QUESTION = "question"  # an answer to `attribute`
    CONFIRM = "confirm"  # yes or no to the unusual `value` of `attribute`
    FACTS = "facts"  # yes or no to what was told and repeated back; yes goes on with `before`
    ABOUT = "about"  # yes or no to the screening being about the person `about` from now on
    GO_ON = "go_on"  # after an early end: go on anyway?
    CHANGE = "change"  # which answer should change? behind FACTS: what was misunderstood?
    PAUSED = "paused"  # anything, to return to `before`
    ERASE = "erase"  # yes or no to erasing everything; no returns to `before`
    RESTART = "restart"  # yes or no to setting all answers aside; no returns to `before`
    DECLINED = "declined"  # consent was refused; it may still be given
    NOTHING = "nothing"  # the screening is finished


class Told(BaseModel):
    """A fact that waits in a prompt, as it is stored between turns."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    attribute: str
    value: Value
    said: str = ""


class Prompt(BaseModel):
    """The open question or offer, as it is stored between turns.

    `told` is what the message that led to an `ABOUT` said: it counts only once it is clear of whom.
    `offered` are the trials of a list that was shown, in its order.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    waiting: Waiting
    attribute: str | None = None
    attempt: int = 0
    changing: bool = False
    value: Value | None = None
    said: str = ""
    about: str | None = None
    told: tuple[Told, ...] = ()
    offered: tuple[str, ...] = ()
    before: Prompt | None = None

    @property
    def asks(self) -> str:
        """The attribute whose question is open; only for `QUESTION` and `CONFIRM`."""
        if self.attribute is None:
            raise ValueError(f"a prompt waiting for {self.waiting} asks no attribute")
        return self.attribute

    @property
    def about_facts(self) -> bool:
        """Whether it asks what of the facts repeated back was misunderstood."""
        return self.waiting is Waiting.CHANGE and self.before is not None and self.before.waiting is Waiting.FACTS
