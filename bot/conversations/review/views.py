"""What a conversation's page shows, as plain values. None where a value is named "hidden": it is masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.store import JsonObject
from bot.store.records import Who

Danger = Literal["emergency", "crisis", "medical_advice"]
LineKind = Literal["text", "question", "result", "handoff", "fact", "safety", "notice"]
WhyKind = Literal["consent", "first", "trial", "search"]


@dataclass(frozen=True, slots=True)
class PointRef:
    """A criterion of a trial, as it is mentioned."""

    trial_id: str
    id: str
    plain: str


@dataclass(frozen=True, slots=True)
class Why:
    """Why a question was asked.

    `general` is what holds for every trial. `points` are the criteria that depended on the answer: those still open then, or,
    where the line is masked, all of them, so that they tell nothing of the answers before.
    """

    kind: WhyKind
    general: str | None
    points: tuple[PointRef, ...] = ()


@dataclass(frozen=True, slots=True)
class PointChange:
    """A criterion that an answer brought from one status to another."""

    point: PointRef
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class TrialChange:
    """What the answers of a message changed about one trial."""

    trial_id: str
    verdict_before: str
    verdict_after: str
    points: tuple[PointChange, ...]


@dataclass(frozen=True, slots=True)
class Noted:
    """An answer that was taken from a message.

    `before` is the answer that it replaced; `besides` where it was told without being asked.
    """

    name: str
    value: str
    said: str
    besides: bool
    before: str | None


@dataclass(frozen=True, slots=True)
class Understood:
    """What was understood of a message of the patient. `carried`: answers that only came along from an earlier screening."""

    intent: str | None
    confidence: float | None
    noted: tuple[Noted, ...]
    carried: int
    changes: tuple[TrialChange, ...]


@dataclass(frozen=True, slots=True)
class Flag:
    """Somebody said that a message was misread. `meant` is hidden where the line is."""

    author: str
    at: datetime
    attribute: str | None
    meant: JsonObject | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the transcript.

    `text` is hidden for what tells something about the patient. `asks` is the name of what a question asks for; `asked` the
    attribute whose question was open when the patient wrote it.
    """

    position: int
    who: Who
    author: str | None
    at: datetime
    kind: LineKind
    text: str | None
    replies: tuple[str, ...]
    danger: Danger | None
    asks: str | None
    asked: str | None
    why: Why | None
    understood: Understood | None
    flag: Flag | None


@dataclass(frozen=True, slots=True)
class Reason:
    """What a criterion rests on: an answer, in words, with the words that it came from; or that there is none."""

    name: str
    value: str
    said: str


@dataclass(frozen=True, slots=True)
class Point:
    """A criterion of a trial, and where the person stands on it. `status` and `reasons` are hidden together."""

    id: str
    section: str
    checked_by: str
    plain: str
    official: str | None
    rule: str | None
    approved: bool
    status: str | None
    reasons: tuple[Reason, ...] | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A trial and where the person stands on it. `given` is the verdict that was given, `now` what all answers come to (hidden)."""

    trial_id: str
    title: str
    given: str | None
    given_at: datetime | None
    now: str | None
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """A reply to the text that asks for consent, and which text that was."""

    given: bool
    at: datetime
    text_version: str
    text_hash: str


@dataclass(frozen=True, slots=True)
class Alert:
    """Where danger was heard, or was answered."""

    danger: Danger
    position: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Review:
    """A conversation, whole. `hidden_trials`: how many a search listed, where naming them would tell of the illness."""

    revealed: bool
    lines: tuple[Line, ...]
    alerts: tuple[Alert, ...]
    trials: tuple[Standing, ...]
    hidden_trials: int
    agreements: tuple[Agreement, ...]
