"""What an export shows of a conversation: the one shape that all formats are made from."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ShownValue = bool | int | float | str | tuple[str, ...]
ShownState = Literal["known", "unsure", "declined", "unread", "withheld"]


@dataclass(frozen=True, slots=True)
class Ninety:
    """An age above 89, of which no more is said."""

    def __str__(self) -> str:
        return "90 or older"


NINETY = Ninety()


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """One answer; a correction is another one, and the last of an attribute counts.

    `value` is None unless the state is `known`; `withheld` is what was known, and is not shown. `day` counts whole days since the
    conversation began. `said` and `at` are None where the export is de-identified.
    """

    attribute: str
    state: ShownState
    value: ShownValue | Ninety | None
    day: int
    said: str | None = None
    at: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class ShownVerdict:
    """A verdict about one trial, with the state of each criterion (`met`, `not_met`, `unknown`) by its id."""

    trial_id: str
    verdict: str
    day: int
    criteria: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ShownScreening:
    """One run through the questions. `finished_on` is a day like `begun_on`, None where it has not come to an end."""

    number: int
    trial_id: str | None
    begun_on: int
    finished_on: int | None
    verdict: str | None
    answers: tuple[ShownAnswer, ...]
    verdicts: tuple[ShownVerdict, ...]

    @property
    def last_answers(self) -> Mapping[str, ShownAnswer]:
        """The answers that count, by attribute."""
        return {answer.attribute: answer for answer in self.answers}


@dataclass(frozen=True, slots=True)
class ShownConversation:
    """A conversation as it leaves the installation. The last three fields are None where the export is de-identified."""

    export_id: str
    trial_id: str | None
    channel: str
    language: str
    stage: str
    status: str
    verdict: str | None
    begun_in: int
    days: int
    consented: bool | None
    screenings: tuple[ShownScreening, ...]
    conversation_id: str | None = None
    begun_at: datetime.datetime | None = None
    last_at: datetime.datetime | None = None

    @property
    def last_answers(self) -> Mapping[str, ShownAnswer]:
        """The answers of the last screening that count, by attribute."""
        return self.screenings[-1].last_answers if self.screenings else {}
