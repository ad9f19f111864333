"""The tables of the people who work with conversations: who they are, what they did, what is sent to them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.base import JsonColumn, Table
from bot.store.event_names import FOR_PEOPLE

# In the order of code points, as SQLite has it: the words that begin with some letters then stand together.
Word = String(40).with_variant(String(40, collation="C"), "postgresql")


class AccountRow(Table):
    """Somebody who may sign in to the console."""

    __tablename__ = "accounts"
    __table_args__ = (
        UniqueConstraint("login"),
        UniqueConstraint("oidc_issuer", "oidc_subject"),
        CheckConstraint("role IN ('coordinator', 'trial_manager', 'auditor', 'administrator')", name="role"),
        CheckConstraint("state IN ('invited', 'active', 'disabled')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(254))
    role: Mapped[str] = mapped_column(String(20))
    # Without it, an account sees the trials that `account_trials` lists and no others.
    all_trials: Mapped[bool] = mapped_column(Boolean(create_constraint=False))
    state: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str | None] = mapped_column(Text)
    password_changed_at: Mapped[datetime | None]
    # Sealed: whoever reads the table cannot make codes.
    totp_secret: Mapped[str | None] = mapped_column(Text)
    # The last time step whose code was used: no code counts twice.
    totp_step: Mapped[int | None]
    recovery_hashes: Mapped[list[Any] | None]
    oidc_issuer: Mapped[str | None] = mapped_column(String(300))
    oidc_subject: Mapped[str | None] = mapped_column(String(300))
    failures: Mapped[int]
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class AccountTrialRow(Table):
    """A trial that an account works with."""

    __tablename__ = "account_trials"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    # Not a foreign key: somebody may be invited before the trial is imported.
    trial_id: Mapped[str] = mapped_column(String(20), primary_key=True)


class SessionRow(Table):
    """A browser that somebody signed in with. Of its token only the hash is kept."""

    __tablename__ = "account_sessions"
    __table_args__ = (UniqueConstraint("token_hash"), Index(None, "account_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    csrf: Mapped[str] = mapped_column(String(64))
    # False until the second factor was given, too.
    complete: Mapped[bool] = mapped_column(Boolean(create_constraint=False))
    browser: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class KnownBrowserRow(Table):
    """A browser that an account was signed in with before. What it tries is counted apart from what strangers try."""

    __tablename__ = "known_browsers"
    __table_args__ = (UniqueConstraint("token_hash"), Index(None, "account_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    failures: Mapped[int]
    locked_until: Mapped[datetime | None]
    seen_at: Mapped[datetime]


class InvitationRow(Table):
    """A link, good once, by which somebody sets a password."""

    __tablename__ = "invitations"
    __table_args__ = (UniqueConstraint("token_hash"), Index(None, "account_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RevealRow(Table):
    """What a session may see unmasked, and until when."""

    __tablename__ = "reveals"

    session_id: Mapped[int] = mapped_column(ForeignKey("account_sessions.id"), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    # "answers" (what was said) or "contact" (how to reach the person).
    what: Mapped[str] = mapped_column(String(20), primary_key=True)
    until: Mapped[datetime]


class SavedViewRow(Table):
    """A list that somebody comes back to: a name for the filters of an address."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str] = mapped_column(String(80))
    query: Mapped[str] = mapped_column(Text)


class TagRow(Table):
    """A word that the study team put on a conversation."""

    __tablename__ = "conversation_tags"
    __table_args__ = (Index(None, "tag"),)

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(40), primary_key=True)


class NoteRow(Table):
    """What somebody of the study team wrote down about a conversation; never shown to the patient."""

    __tablename__ = "conversation_notes"
    __table_args__ = (Index(None, "conversation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class MisreadingRow(Table):
    """A message that was understood wrongly, and what it meant."""

    __tablename__ = "misreadings"
    __table_args__ = (UniqueConstraint("event_key"), Index(None, "conversation_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    event_key: Mapped[str] = mapped_column(ForeignKey("messages.event_key"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    # What was open when it was said, and what it meant: as `trialchat read` writes it.
    attribute: Mapped[str | None] = mapped_column(String(80))
    meant: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class SearchWordRow(Table):
    """Which words a patient or a coordinator wrote in a conversation, for the inbox's search."""

    __tablename__ = "search_words"
    # Without rowid the words are kept once on SQLite, not twice.
    __table_args__ = (Index(None, "conversation_id", "word"), {"sqlite_with_rowid": False})

    word: Mapped[str] = mapped_column(Word, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)


class ContactRequestRow(Table):
    """How somebody wants to be reached about one trial, at one site. What they wrote is sealed."""

    __tablename__ = "contact_requests"
    __table_args__ = (UniqueConstraint("conversation_id", "trial_id"), Index(None, "trial_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    screening_id: Mapped[int] = mapped_column(ForeignKey("screenings.id"))
    trial_id: Mapped[str] = mapped_column(String(20))
    # Facility and place as the trial's record has them; None: whichever site is right.
    site: Mapped[dict[str, Any] | None]
    sealed: Mapped[str] = mapped_column(Text)
    text_version: Mapped[str] = mapped_column(String(80))
    text_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class DeliveryTargetRow(Table):
    """Whom to tell about something that happened: an address for mail, or a URL for a signed webhook."""

    __tablename__ = "delivery_targets"

    id: Mapped[int] = mapped_column(primary_key=True)
    # None: of all trials.
    trial_id: Mapped[str | None] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(Text)
    # Sealed: what a webhook is signed with.
    secret: Mapped[str | None] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(Boolean(create_constraint=False))
    # What they are told of; whoever was there before there was a choice is told of the same as before.
    events: Mapped[list[Any]] = mapped_column(JsonColumn, server_default=text(f"'{json.dumps(FOR_PEOPLE)}'"))
    created_at: Mapped[datetime]


class DeliveryRow(Table):
    """Something to be sent, kept until it was: nothing about health, no contact data."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index(None, "done", "next_at"),
        Index(None, "conversation_id"),
        # All that the log is narrowed by, in the log's order: what is rare is then found in the time it takes to read this through.
        Index("ix_deliveries_log", "id", "target_id", "event", "outcome"),
        CheckConstraint("outcome IN ('waiting', 'delivered', 'given_up')", name="outcome"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Sent along, so that the receiver can tell a repeat.
    key: Mapped[str] = mapped_column(String(32))
    event: Mapped[str] = mapped_column(String(40))
    target_id: Mapped[int] = mapped_column(ForeignKey("delivery_targets.id"))
    conversation_id: Mapped[str | None] = mapped_column(String(32))
    body: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    attempts: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(20))
    done: Mapped[bool] = mapped_column(Boolean(create_constraint=False))
    done_at: Mapped[datetime | None]
    # Why the last attempt failed: a status or the name of an error, never a body.
    problem: Mapped[str | None] = mapped_column(String(200))
    # What was answered last: a number of HTTP, or of a mail server.
    status: Mapped[int | None]
    # Of what the feed has, its number there. An erasure's leads to the audit's entry, which alone names the conversation.
    event_number: Mapped[int | None]


class TrialSettingRow(Table):
    """What the study team decided about a trial, which is no part of its record."""

    __tablename__ = "trial_settings"

    trial_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    # An inactive trial is shown to nobody and found by no search.
    active: Mapped[bool] = mapped_column(Boolean(create_constraint=False))
    # Days after the last message; None: the installation's.
    keep_days: Mapped[int | None]
    # Whether people may leave contact data.
    takes_contacts: Mapped[bool] = mapped_column(Boolean(create_constraint=False))


class AuditRow(Table):
    """Who did what to what and when. Append-only by triggers, and each row carries the digest of the one before it."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index(None, "object_kind", "object_id"), Index(None, "actor", "number"))

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    # "account:3", "system", "patient".
    actor: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(60))
    object_kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(String(80))
    trial_id: Mapped[str | None] = mapped_column(String(20))
    # Never health answers, messages or contact data.
    detail: Mapped[Any | None] = mapped_column(JsonColumn)
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class AuditHeadRow(Table):
    """How long the chain is and how it ends, under a seal that the database alone cannot make."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    seal: Mapped[str] = mapped_column(String(64))


class ErasureRow(Table):
    """That something was erased, and nothing of what it was."""

    __tablename__ = "erasures"
    __table_args__ = (UniqueConstraint("receipt"), Index(None, "at"), Index(None, "conversation_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    receipt: Mapped[str] = mapped_column(String(32))
    # "patient", "account:3", "retention".
    by: Mapped[str] = mapped_column(String(40))
    trial_id: Mapped[str | None] = mapped_column(String(20))
    counts: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    # Which conversation, as long as the engine's files may hold something of it: then it is forgotten here as well.
    conversation_id: Mapped[str | None] = mapped_column(String(32))
    # A turn may have been under way, and the engine write something once more until then.
    settles_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
