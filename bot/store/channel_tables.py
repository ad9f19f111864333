"""Tables of messaging channels: what came in and is still to be heard, and what is still to be sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.base import Table


class ChannelMessageRow(Table):
    """A message as a provider delivered it. Once it was heard, only its number is left: a second delivery is known by it."""

    __tablename__ = "channel_messages"
    __table_args__ = (UniqueConstraint("channel", "message_id"), Index(None, "to_hear", "id"), Index(None, "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(40))
    message_id: Mapped[str] = mapped_column(String(64))
    # Who wrote, as `conversations.sender` has them; None once it was heard.
    sender: Mapped[str | None] = mapped_column(String(128))
    # What was written, and where an answer goes; sealed. None once it was heard.
    sealed: Mapped[str | None] = mapped_column(Text)
    # Whether it is still to be heard: a column of its own, so that an index holds the few that are.
    to_hear: Mapped[bool]
    # What was written first, where the provider tells.
    order: Mapped[int] = mapped_column("written", BigInteger)
    attempts: Mapped[int]
    next_at: Mapped[datetime]
    at: Mapped[datetime]


class ChannelReplyRow(Table):
    """A piece of a message that is still to be sent. It is gone when it was."""

    __tablename__ = "channel_replies"
    __table_args__ = (Index(None, "conversation_id"), Index(None, "channel", "sender", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(40))
    sender: Mapped[str] = mapped_column(String(128))
    # None for the last words of a conversation that was erased.
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"))
    # The same for every try.
    key: Mapped[str] = mapped_column(String(32))
    # What is sent, and where to; sealed.
    sealed: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int]
    next_at: Mapped[datetime]
    at: Mapped[datetime]


class ChannelFailureRow(Table):
    """That a piece of a message was given up: on which channel, when and why; nothing of what it said."""

    __tablename__ = "channel_failures"
    # By the conversation for its page; by what nobody has looked after yet for the inbox.
    __table_args__ = (Index(None, "conversation_id"), Index(None, "settled", "conversation_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    channel: Mapped[str] = mapped_column(String(40))
    # A status or a short name of the provider's or of an error.
    why: Mapped[str] = mapped_column(String(120))
    attempts: Mapped[int]
    # When it was to be said, and when it was given up.
    said_at: Mapped[datetime]
    at: Mapped[datetime]
    # Somebody has looked after it.
    settled: Mapped[bool] = mapped_column(Boolean(create_constraint=False))


class ChannelAddressRow(Table):
    """Where somebody is reached in a conversation of a channel; sealed."""

    __tablename__ = "channel_addresses"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    sealed: Mapped[str] = mapped_column(Text)
