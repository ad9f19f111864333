"""What a message was read as, against what was open. Expected alternatives are values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.criteria.operators import Value


class Command(StrEnum):
    """What a person can ask of the bot at any moment."""

    WHY = "why"
    REPEAT = "repeat"
    BACK = "back"
    CHANGE = "change"
    SKIP = "skip"
    STOP = "stop"
    RESUME = "resume"
    RESTART = "restart"
    HUMAN = "human"
    PROGRESS = "progress"
    HELP = "help"
    ERASE = "erase"
    LANGUAGE = "language"
    GO_ON = "go_on"
    FINISH = "finish"
    SUMMARY = "summary"
    CONTACTS = "contacts"
    FEELING = "feeling"
    OTHERS = "others"


COMMANDS: Mapping[str, Command] = {command.value: command for command in Command}


@dataclass(frozen=True)
class ReadAnswer:
    """A value for an attribute.

    `tapped` where it came from a quick reply of ours, or is one word for word; `hedged` where
    the words hold a doubt ("not that I know of"); `guessed` where no word gave it, and only the
    classifier had learned what such an answer means; `partly` where all there is was asked for, and
    not every part of the message was understood.
    """

    attribute: str
    value: Value
    said: str
    tapped: bool = False
    hedged: bool = False
    guessed: bool = False
    partly: bool = False


@dataclass(frozen=True)
class ReadUnsure:
    """The person does not know."""

    attribute: str | None
    said: str
    tapped: bool = False


@dataclass(frozen=True)
class ReadDecline:
    """The person would rather not say."""

    attribute: str | None
    said: str
    tapped: bool = False


@dataclass(frozen=True)
class ReadYes:
    """Yes, where no attribute's question is open."""


@dataclass(frozen=True)
class ReadNo:
    """No, where no attribute's question is open."""


@dataclass(frozen=True)
class ReadCommand:
    """A command; for `CHANGE` the attribute, and the new value where one was said."""

    command: Command
    attribute: str | None = None
    value: Value | None = None
    said: str = ""


@dataclass(frozen=True)
class ReadNothing:
    """Nothing readable was sent: empty, or only white space and control characters."""


@dataclass(frozen=True)
class ReadUnclear:
    """Words, but no answer in them that is safe to take.

    `between`: the values that the words point to where there is more than one ("3 or 4").
    """

    between: tuple[Value, ...] = ()


@dataclass(frozen=True)
class ReadElsewhere:
    """Something the rest of the dialogue answers: a question about the trial, a greeting, …"""


Reading = ReadAnswer | ReadUnsure | ReadDecline | ReadYes | ReadNo | ReadCommand | ReadNothing | ReadUnclear | ReadElsewhere


@dataclass(frozen=True)
class Fact:
    """A value that was told without its question being open: "I'm 58 and never had chemo"."""

    attribute: str
    value: Value
    said: str


@dataclass(frozen=True)
class Heard:
    """Everything that one message says.

    `facts` are told beside the answer, or without one; the open question's own attribute is never
    among them. `about` is the key (words/<locale>/people.yaml) of the person spoken of, where the
    message says whose illness it is; None where it does not. The writer's own is `SELF`.
    """

    reading: Reading
    facts: tuple[Fact, ...] = ()
    about: str | None = None


SELF = "self"
"""`Heard.about` where people write about themselves."""
