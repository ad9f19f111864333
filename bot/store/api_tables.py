"""The tables of the API: the keys of programs, and what happened, in the order in which it did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.base import Table
from bot.store.event_names import FED

_EVENTS = tuple(event.value for event in FED)


class ApiKeyRow(Table):
    """What a program comes with. Of the key only the hash is kept, and its beginning, by which people tell keys apart."""

    __tablename__ = "api_keys"
    __table_args__ = (UniqueConstraint("key_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    prefix: Mapped[str] = mapped_column(String(20))
    key_hash: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[list[Any]]
    # Without it, a key sees the trials that `api_key_trials` lists and no others.
    all_trials: Mapped[bool] = mapped_column(Boolean(create_constraint=False))
    made_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class ApiKeyTrialRow(Table):
    """A trial that a key is for."""

    __tablename__ = "api_key_trials"

    key_id: Mapped[int] = mapped_column(ForeignKey("api_keys.id"), primary_key=True)
    # Not a foreign key: a key may be made before the trial is imported.
    trial_id: Mapped[str] = mapped_column(String(20), primary_key=True)


class EventRow(Table):
    """Something that happened, for programs that follow: ids, and nothing of what anybody said.

    The number is never given twice, also where the last one was erased: who has read up to it would miss what comes next.
    """

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("key"),
        Index(None, "conversation_id"),
        CheckConstraint(f"event IN {_EVENTS!r}", name="event"),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    event: Mapped[str] = mapped_column(String(40))
    # What happened, so that it is noted once: a digest, from which nothing can be read.
    key: Mapped[str] = mapped_column(String(64))
    # None where it was erased: which one that was, the audit knows alone.
    conversation_id: Mapped[str | None] = mapped_column(String(32))
    trial_id: Mapped[str | None] = mapped_column(String(20))
    # Of an erasure, with the number of its entry in the audit.
    receipt: Mapped[str | None] = mapped_column(String(32))
    audit_number: Mapped[int | None]
    at: Mapped[datetime]
