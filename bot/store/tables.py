"""The tables of conversations and trials; `console_tables` has those of the people who work with them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.base import JsonColumn, Table, UtcDateTime

__all__ = ["Table", "UtcDateTime"]


class TrialRow(Table):
    """The current version of each trial's record."""

    __tablename__ = "trials"

    nct_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    version: Mapped[str] = mapped_column(String(40))
    record: Mapped[dict[str, Any]]
    content_hash: Mapped[str] = mapped_column(String(64))
    imported_at: Mapped[datetime]
    # What the record was put together from, as a digest: the same again need not be put together.
    made_of: Mapped[str | None] = mapped_column(String(64))


class RegistryRecordRow(Table):
    """A trial's study as the registry gave it, from which its record can be put together again."""

    __tablename__ = "registry_records"

    nct_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    study: Mapped[dict[str, Any]]
    content_hash: Mapped[str] = mapped_column(String(64))
    origin: Mapped[str] = mapped_column(Text)
    imported_at: Mapped[datetime]


class TrialVersionRow(Table):
    """Every version that was ever current: an old screening can be explained by the record of its day."""

    __tablename__ = "trial_versions"
    __table_args__ = (Index(None, "nct_id", "imported_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    nct_id: Mapped[str] = mapped_column(ForeignKey("trials.nct_id"))
    version: Mapped[str] = mapped_column(String(40))
    content_hash: Mapped[str] = mapped_column(String(64))
    record: Mapped[dict[str, Any]]
    imported_at: Mapped[datetime]


class TrialBriefRow(Table):
    """What a search among all trials needs of each, and no more: read whole when the program starts, and whatever changed since."""

    __tablename__ = "trial_briefs"
    __table_args__ = (Index(None, "changed_at"), Index(None, "nct_id", "status", "title"))

    nct_id: Mapped[str] = mapped_column(ForeignKey("trials.nct_id"), primary_key=True)
    brief: Mapped[dict[str, Any]]
    content_hash: Mapped[str] = mapped_column(String(64))
    changed_at: Mapped[datetime]
    # Beside the brief, where a list of trials finds them without reading it.
    title: Mapped[str] = mapped_column(Text, server_default=text("''"))
    status: Mapped[str | None] = mapped_column(String(40))


class CriterionRow(Table):
    """The criteria of the current version of a trial, in the record's order."""

    __tablename__ = "criteria"
    __table_args__ = (
        UniqueConstraint("nct_id", "position"),
        CheckConstraint("status IN ('reviewed', 'unreviewed')", name="status"),
    )

    nct_id: Mapped[str] = mapped_column(ForeignKey("trials.nct_id"), primary_key=True)
    criterion_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    section: Mapped[str] = mapped_column(String(20))
    position: Mapped[int]
    checked_by: Mapped[str] = mapped_column(String(20))
    plain: Mapped[str] = mapped_column(Text)
    rule: Mapped[dict[str, Any] | None]
    status: Mapped[str] = mapped_column(String(20))
    # The registry's own words and their place in its text; none where the trial was not imported, or for a structured field.
    text: Mapped[str | None] = mapped_column(Text)
    span: Mapped[list[Any] | None]
    reading: Mapped[str | None] = mapped_column(String(20))
    fingerprint: Mapped[str | None] = mapped_column(String(16))
    reviewed_by: Mapped[str | None] = mapped_column(Text)
    reviewed_on: Mapped[str | None] = mapped_column(String(10))


class CriterionReviewRow(Table):
    """Every decision about a criterion's text, one after another; the latest of a text counts, and none is ever changed."""

    __tablename__ = "criterion_reviews"
    __table_args__ = (
        Index(None, "nct_id", "id"),
        CheckConstraint("action IN ('approved', 'edited', 'returned')", name="action"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    nct_id: Mapped[str] = mapped_column(String(20))
    criterion_id: Mapped[str] = mapped_column(String(40))
    fingerprint: Mapped[str] = mapped_column(String(16))
    action: Mapped[str] = mapped_column(String(20))
    rule: Mapped[dict[str, Any] | None]
    words: Mapped[dict[str, Any] | None]
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class ConversationRow(Table):
    """One person's conversation in one channel; its id is also Rasa's sender id."""

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("channel", "sender"),
        UniqueConstraint("token_hash"),
        # The inbox is paged by the moment and the id. The rest is there so that any mixture of filters is settled within the
        # index: the rarest one is then found in the time it takes to read it through.
        Index(
            "ix_conversations_inbox",
            "last_at",
            "id",
            "trial_id",
            "stage",
            "taken_over_by",
            "verdict",
            "status",
            "assigned_to",
            "channel",
            "locale",
            "waiting_since",
        ),
        Index(None, "trial_id", "last_at", "id"),
        Index(None, "stage", "last_at", "id"),
        Index(None, "assigned_to", "last_at", "id"),
        Index(None, "changed_at"),
        # All that the figures count, so that counting reads this index and no row; in the order in which they group it.
        Index(
            "ix_conversations_figures",
            *("week", "channel", "locale", "consented", "stage", "verdict", "trial_id", "asks", "decided_after", "last_at"),
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    channel: Mapped[str] = mapped_column(String(40))
    sender: Mapped[str] = mapped_column(String(128))
    token_hash: Mapped[str | None] = mapped_column(String(64))
    # Not a foreign key: a record may be withdrawn while its conversations stay readable.
    trial_id: Mapped[str | None] = mapped_column(String(20))
    locale: Mapped[str] = mapped_column(String(35))
    state: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]
    last_at: Mapped[datetime]
    # How far it came, for lists: in_progress, finished, handed_off, withdrawn. Kept beside what it is worked out from.
    stage: Mapped[str] = mapped_column(String(20), server_default=text("'in_progress'"))
    verdict: Mapped[str | None] = mapped_column(String(20))
    # What the study team makes of it: new, to_call, called, prescreening, enrolled, closed.
    status: Mapped[str] = mapped_column(String(20), server_default=text("'new'"))
    closed_because: Mapped[str | None] = mapped_column(String(200))
    assigned_to: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    # While somebody has taken it over the bot is silent.
    taken_over_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    taken_over_at: Mapped[datetime | None]
    # What the patient knows them by; None: nobody's name.
    taken_over_as: Mapped[str | None] = mapped_column(String(40))
    # Since when the person waits for a human's answer.
    waiting_since: Mapped[datetime | None]
    # The last change of anything that a list or a transcript shows; who looks on asks for what changed since.
    changed_at: Mapped[datetime | None]
    # The ISO week in which it began, as a number: 202648.
    week: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    # None until the question for consent was put.
    consented: Mapped[bool | None] = mapped_column(Boolean(create_constraint=False))
    # The attribute whose question is open.
    asks: Mapped[str | None] = mapped_column(String(80))
    # Seconds from its beginning to its first result.
    decided_after: Mapped[int | None]


class UnreadRow(Table):
    """A message that could not be read while a question was open: which one, and nothing of what was said.

    What it is counted by stands with it, as it was then: counting looks into no other table.
    """

    __tablename__ = "unread_messages"
    __table_args__ = (
        Index(None, "conversation_id"),
        Index("ix_unread_messages_figures", "week", "trial_id", "channel", "locale", "attribute"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    attribute: Mapped[str] = mapped_column(String(80))
    # The week, as in `conversations`, in which the conversation began.
    week: Mapped[int]
    trial_id: Mapped[str | None] = mapped_column(String(20))
    channel: Mapped[str] = mapped_column(String(40))
    locale: Mapped[str] = mapped_column(String(35))


class ScreeningRow(Table):
    """One run through the questions, with a snapshot from which it goes on."""

    __tablename__ = "screenings"
    __table_args__ = (
        UniqueConstraint("conversation_id", "number"),
        UniqueConstraint("summary_key"),
        Index(None, "contact_key", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    number: Mapped[int]
    trial_id: Mapped[str | None] = mapped_column(String(20))
    snapshot: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(20))
    verdict: Mapped[str | None] = mapped_column(String(20))
    words_version: Mapped[str] = mapped_column(String(80))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    summary_key: Mapped[str | None] = mapped_column(String(64))
    # The key of the page where the person may leave a name and a number.
    contact_key: Mapped[str | None] = mapped_column(String(64))


class AnswerRow(Table):
    """Append-only: triggers of the first migration refuse changes, and deletion but for an erasure."""

    __tablename__ = "answers"
    __table_args__ = (
        Index(None, "screening_id", "message_id"),
        CheckConstraint("state IN ('known', 'unsure', 'declined', 'unread')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    screening_id: Mapped[int] = mapped_column(ForeignKey("screenings.id"))
    attribute: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(20))
    value: Mapped[Any | None] = mapped_column(JsonColumn)
    said: Mapped[str] = mapped_column(Text)
    message_id: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime]


class VerdictRow(Table):
    """Append-only: what was said about a trial, and why, at that moment."""

    __tablename__ = "verdicts"
    __table_args__ = (Index(None, "screening_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    screening_id: Mapped[int] = mapped_column(ForeignKey("screenings.id"))
    trial_id: Mapped[str] = mapped_column(String(20))
    verdict: Mapped[str] = mapped_column(String(20))
    detail: Mapped[Any | None] = mapped_column(JsonColumn)
    at: Mapped[datetime]


class ConsentRow(Table):
    """Append-only: the version and the hash of the text that was shown, and the reply to it."""

    __tablename__ = "consents"
    __table_args__ = (Index(None, "conversation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    screening_id: Mapped[int | None] = mapped_column(ForeignKey("screenings.id"))
    text_version: Mapped[str] = mapped_column(String(80))
    text_hash: Mapped[str] = mapped_column(String(64))
    given: Mapped[bool] = mapped_column(Boolean(create_constraint=False))
    message_id: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime]


class HandoffRow(Table):
    """A person was pointed to somebody to talk to, or asked for that."""

    __tablename__ = "handoffs"
    __table_args__ = (Index(None, "conversation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    screening_id: Mapped[int | None] = mapped_column(ForeignKey("screenings.id"))
    trial_id: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(80))
    detail: Mapped[Any | None] = mapped_column(JsonColumn)
    at: Mapped[datetime]


class TurnRow(Table):
    """One message of a client, and its answer once there is one."""

    __tablename__ = "turns"
    __table_args__ = (CheckConstraint("status IN ('pending', 'failed', 'done')", name="status"),)

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    message_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    status: Mapped[str] = mapped_column(String(20))
    replies: Mapped[list[Any]]
    started_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


_WAITING = text("delivery = 'waiting'")


class MessageRow(Table):
    """A line of a transcript, made from the engine's events."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "position"),
        Index(None, "conversation_id", "message_id"),
        # The few lines that are still to reach somebody.
        Index("ix_messages_waiting", "conversation_id", "at", sqlite_where=_WAITING, postgresql_where=_WAITING),
        CheckConstraint("who IN ('patient', 'bot', 'coordinator')", name="who"),
        CheckConstraint("delivery IN ('waiting', 'delivered')", name="delivery"),
    )

    event_key: Mapped[str] = mapped_column(String(80), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    position: Mapped[int] = mapped_column(Integer)
    who: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any] | None]
    intent: Mapped[str | None] = mapped_column(String(80))
    confidence: Mapped[float | None] = mapped_column(Float)
    message_id: Mapped[str | None] = mapped_column(String(64))
    shown: Mapped[bool] = mapped_column(Boolean(create_constraint=False))
    at: Mapped[datetime]
    # Which coordinator wrote it.
    author: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    # Whether the patient's channel has it. None: it was said in a turn, and reached them as the answer to it.
    delivery: Mapped[str | None] = mapped_column(String(20))


class IngestPositionRow(Table):
    """How far a source of events has been read; moves in the same transaction as what was read."""

    __tablename__ = "ingest_positions"

    source: Mapped[str] = mapped_column(String(80), primary_key=True)
    position: Mapped[int]
