"""What the bot is waiting for: the open question, or an open offer."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from bot.criteria.operators import Value


class Waiting(StrEnum):
    """What kind of reply is open."""

    QUESTION = "question"  # an answer to `attribute`
    CONFIRM = "confirm"  # yes or no to the unusual `value` of `attribute`
    GO_ON = "go_on"  # after an early end: go on anyway?
    CHANGE = "change"  # which answer should change?
    PAUSED = "paused"  # anything, to return to `before`
    ERASE = "erase"  # yes or no to erasing everything; no returns to `before`
    RESTART = "restart"  # yes or no to setting all answers aside; no returns to `before`
    DECLINED = "declined"  # consent was refused; it may still be given
    NOTHING = "nothing"  # the screening is finished


class Prompt(BaseModel):
    """The open question or offer, as it is stored between turns."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    waiting: Waiting
    attribute: str | None = None
    attempt: int = 0
    changing: bool = False
    value: Value | None = None
    said: str = ""
    before: Prompt | None = None

    @property
    def asks(self) -> str:
        """The attribute whose question is open; only for `QUESTION` and `CONFIRM`."""
        if self.attribute is None:
            raise ValueError(f"a prompt waiting for {self.waiting} asks no attribute")
        return self.attribute
