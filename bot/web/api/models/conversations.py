"""Conversations and their transcripts."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from bot.web.api.models.base import ConversationCursor, Limit, Line, Moment, NctId, Query, Shape

StageName = Literal["in_progress", "finished", "handed_off", "withdrawn", "taken_over"]


class ConversationsQuery(Query):
    """Which conversations to list."""

    trial: NctId | None = Field(default=None, description="About this trial, or with a contact request for it.")
    channel: Line | None = Field(default=None, min_length=1, max_length=40)
    stage: StageName | None = None
    since: Moment | None = Field(default=None, description="With a message at that moment or later.")
    limit: Limit = 50
    after: ConversationCursor | None = Field(default=None, description="Where the page before ended; `next` has it.")


class ConversationItem(Shape):
    """A conversation, as a list shows it."""

    id: str
    trial_id: str | None = Field(description="Null in a search among all trials.")
    channel: str
    locale: str
    stage: StageName
    verdict: str | None
    status: str = Field(description="What the study team makes of it.")
    waiting: bool = Field(description="Whether the patient waits for a person.")
    created_at: datetime
    last_at: datetime


class ConversationList(Shape):
    """Conversations, that of the latest message first."""

    items: list[ConversationItem]
    next: str | None


class AnswerShape(Shape):
    """An answer; a correction is one more, and the last of an attribute counts."""

    attribute: str
    state: Literal["known", "unsure", "declined", "unread"]
    value: Any
    said: str
    at: datetime


class VerdictShape(Shape):
    """A verdict as it was given, with where each criterion stood."""

    trial_id: str
    verdict: str
    criteria: dict[str, str]
    at: datetime


class ScreeningShape(Shape):
    """One run through the questions."""

    number: int
    trial_id: str | None
    verdict: str | None
    started_at: datetime
    finished_at: datetime | None
    answers: list[AnswerShape]
    verdicts: list[VerdictShape]


class FhirLinks(Shape):
    """Where the same is as FHIR, de-identified."""

    research_subject: str | None
    questionnaire_responses: list[str]


class ConversationShape(ConversationItem):
    """A conversation with what was answered and concluded."""

    consented: bool | None
    screenings: list[ScreeningShape]
    fhir: FhirLinks


class TranscriptQuery(Query):
    """Which lines."""

    limit: Limit = 100
    after: int = Field(default=-1, ge=-1, le=2**31 - 1, description="Go on after this position.")


class TranscriptLine(Shape):
    """One line, as it was read."""

    position: int
    by: Literal["patient", "bot", "coordinator"]
    text: str
    options: list[str] = Field(description="The quick replies that were offered.")
    at: datetime


class Transcript(Shape):
    """What was said, first line first."""

    conversation_id: str
    items: list[TranscriptLine]
    next: str | None
