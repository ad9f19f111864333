"""Messages of channels on their way in and out. What they hold is sealed by whoever puts it here."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, literal_column, select, update
from sqlalchemy.orm import InstrumentedAttribute

from bot.store.channel_tables import ChannelAddressRow, ChannelFailureRow, ChannelMessageRow, ChannelReplyRow
from bot.store.part import Part
from bot.store.tables import ConversationRow, MessageRow

LONGEST_WHY = 120


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message that is still to be heard."""

    id: int
    channel: str
    message_id: str
    sender: str
    sealed: str
    attempts: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A piece that is still to be sent."""

    id: int
    channel: str
    sender: str
    key: str
    sealed: str
    attempts: int
    # None for the last words of a conversation that was erased.
    conversation_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that was to be said and did not arrive: on which channel, when it was to be said, when and why it was given up."""

    channel: str
    why: str
    attempts: int
    said_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Among:
    """Some of the channels: these, or all but these. Those that are slow, or away, keep none of the others waiting."""

    names: frozenset[str] = frozenset()
    are_left_out: bool = True

    def where(self, column: InstrumentedAttribute[str]) -> ColumnElement[bool]:
        """The condition."""
        return column.not_in(self.names) if self.are_left_out else column.in_(self.names)


ALL = Among()


class Channels(Part):
    """What is on its way, in a unit of work."""

    def receive_message(self, channel: str, message_id: str, *, sender: str, sealed: str, order: int, at: datetime) -> bool:
        """Keep a message until it was heard; False where it was delivered before."""
        known = select(ChannelMessageRow.id).where(ChannelMessageRow.channel == channel, ChannelMessageRow.message_id == message_id)
        if self._session.scalar(known) is not None:
            return False
        self._session.add(
            ChannelMessageRow(
                channel=channel,
                message_id=message_id,
                sender=sender,
                sealed=sealed,
                to_hear=True,
                order=order,
                attempts=0,
                next_at=at,
                at=at,
            )
        )
        self._session.flush()
        return True

    def claim_messages(self, now: datetime, until: datetime, limit: int, among: Among = ALL) -> list[Incoming]:
        """Take some that are due: of each sender the one that was written first, and none of whom one is taken already."""
        place = func.row_number().over(
            partition_by=(ChannelMessageRow.channel, ChannelMessageRow.sender), order_by=(ChannelMessageRow.order, ChannelMessageRow.id)
        )
        theirs = (ChannelMessageRow.to_hear.is_(True), among.where(ChannelMessageRow.channel))
        waiting = select(ChannelMessageRow.id, place.label("place")).where(*theirs).subquery()
        # One that was tried, and waits, keeps those behind it waiting: what was said first is heard first. Nobody skips a row that
        # somebody else is just taking: the one behind it would come first.
        rows = self._session.scalars(
            select(ChannelMessageRow)
            .where(
                ChannelMessageRow.id.in_(select(waiting.c.id).where(waiting.c.place == 1)),
                ChannelMessageRow.to_hear.is_(True),
                ChannelMessageRow.next_at <= now,
            )
            .order_by(ChannelMessageRow.id)
            .limit(limit)
            .with_for_update()
        )
        due = list(rows)
        for row in due:
            row.attempts, row.next_at = row.attempts + 1, until
        self._session.flush()
        return [Incoming(row.id, row.channel, row.message_id, row.sender or "", row.sealed or "", row.attempts, row.at) for row in due]

    def delay_message(self, message: Incoming, next_at: datetime) -> None:
        """Hear it later."""
        self._session.execute(update(ChannelMessageRow).where(ChannelMessageRow.id == message.id).values(next_at=next_at))

    def note_heard(self, message: Incoming) -> None:
        """It was heard: nothing of it is left but its number."""
        heard = update(ChannelMessageRow).where(ChannelMessageRow.id == message.id)
        self._session.execute(heard.values(to_hear=False, sealed=None, sender=None))

    def is_to_hear(self, message: Incoming) -> bool:
        """Whether it still is: it is not where the conversation was erased meanwhile. The answer stays true until the transaction ends."""
        return bool(self._session.scalar(select(ChannelMessageRow.to_hear).where(ChannelMessageRow.id == message.id).with_for_update()))

    def next_message_at(self, among: Among = ALL) -> datetime | None:
        """When one is due next; None where nothing waits."""
        theirs = (ChannelMessageRow.to_hear.is_(True), among.where(ChannelMessageRow.channel))
        return self._session.scalar(select(func.min(ChannelMessageRow.next_at)).where(*theirs))

    def forget_message_numbers(self, before: datetime) -> int:
        """Numbers of messages that no provider delivers once more by now."""
        old = delete(ChannelMessageRow).where(ChannelMessageRow.to_hear.is_(False), ChannelMessageRow.at < before)
        return int(getattr(self._session.execute(old), "rowcount", 0))

    # -- out

    def send_later(self, channel: str, sender: str, sealed: Collection[str], *, conversation_id: str | None, at: datetime) -> None:
        """Put pieces, in their order, behind what is still to be sent to somebody."""
        for one in sealed:
            self._session.add(
                ChannelReplyRow(
                    channel=channel,
                    sender=sender,
                    conversation_id=conversation_id,
                    key=secrets.token_hex(16),
                    sealed=one,
                    attempts=0,
                    next_at=at,
                    at=at,
                )
            )
            # One by one: their ids are their order.
            self._session.flush()

    def claim_replies(self, now: datetime, until: datetime, limit: int, among: Among = ALL) -> list[Outgoing]:
        """Take some that are due: of each receiver the first, and none of whom one is taken already."""
        theirs = among.where(ChannelReplyRow.channel)
        first = select(func.min(ChannelReplyRow.id)).where(theirs).group_by(ChannelReplyRow.channel, ChannelReplyRow.sender)
        rows = self._session.scalars(
            select(ChannelReplyRow)
            .where(ChannelReplyRow.id.in_(first), ChannelReplyRow.next_at <= now)
            .order_by(ChannelReplyRow.id)
            .limit(limit)
            .with_for_update()
        )
        taken = list(rows)
        for row in taken:
            row.attempts, row.next_at = row.attempts + 1, until
        self._session.flush()
        return [Outgoing(row.id, row.channel, row.sender, row.key, row.sealed, row.attempts, row.conversation_id, row.at) for row in taken]

    def delay_reply(self, reply: Outgoing, next_at: datetime) -> None:
        """Send it later."""
        self._session.execute(update(ChannelReplyRow).where(ChannelReplyRow.id == reply.id).values(next_at=next_at))

    def end_reply(self, reply: Outgoing) -> None:
        """It was sent, or will never be: nothing of it is left."""
        self._session.execute(delete(ChannelReplyRow).where(ChannelReplyRow.id == reply.id))

    def give_up_reply(self, reply: Outgoing, why: str, at: datetime) -> None:
        """It will never be sent: nothing of it is left but that, for whoever looks after the conversation."""
        # The conversation first, as an erasure does it: who is second waits, and finds what is left.
        if reply.conversation_id is not None:
            conversation = self._session.get(ConversationRow, reply.conversation_id, with_for_update=True)
            still = self._session.get(ChannelReplyRow, reply.id)
            if conversation is not None and still is not None:
                self._session.add(
                    ChannelFailureRow(
                        conversation_id=conversation.id,
                        channel=reply.channel,
                        why=why[:LONGEST_WHY],
                        attempts=reply.attempts,
                        said_at=reply.at,
                        at=at,
                        settled=False,
                    )
                )
                self._note_change(conversation, at)
                self._session.flush()
        self.end_reply(reply)

    def failures(self, conversation_id: str, limit: int) -> list[Failure]:
        """What did not arrive in a conversation and nobody has looked after, latest first."""
        rows = select(ChannelFailureRow).where(ChannelFailureRow.conversation_id == conversation_id, ChannelFailureRow.settled.is_(False))
        found = self._session.scalars(rows.order_by(ChannelFailureRow.id.desc()).limit(limit))
        return [Failure(row.channel, row.why, row.attempts, row.said_at, row.at) for row in found]

    def settle_failures(self, conversation_id: str, at: datetime) -> int:
        """Somebody has looked after what did not arrive until now; how many pieces that were."""
        conversation = self._locked(conversation_id)
        settled = update(ChannelFailureRow).where(
            ChannelFailureRow.conversation_id == conversation_id, ChannelFailureRow.settled.is_(False)
        )
        number = int(getattr(self._session.execute(settled.values(settled=True)), "rowcount", 0))
        if number:
            self._note_change(conversation, at)
            self._session.flush()
        return number

    def next_reply_at(self, among: Among = ALL) -> datetime | None:
        """When one is due next; None where nothing waits."""
        return self._session.scalar(select(func.min(ChannelReplyRow.next_at)).where(among.where(ChannelReplyRow.channel)))

    # -- what was left behind

    def left_behind(self, channels: Collection[str], before: datetime, *, after: str = "", limit: int = 50) -> list[str]:
        """Conversations of these channels with lines that somebody should have had before then, by id; those behind the id `after`."""
        lines = (
            select(MessageRow.conversation_id)
            .join(ConversationRow, ConversationRow.id == MessageRow.conversation_id)
            .where(
                MessageRow.delivery == literal_column("'waiting'"),
                MessageRow.shown.is_(True),
                MessageRow.at < before,
                MessageRow.conversation_id > after,
                ConversationRow.channel.in_(sorted(channels)),
            )
        )
        return list(self._session.scalars(lines.distinct().order_by(MessageRow.conversation_id).limit(limit)))

    # -- where to

    def keep_address(self, conversation_id: str, sealed: str) -> None:
        """Where somebody is reached from now on."""
        row = self._session.get(ChannelAddressRow, conversation_id)
        if row is None:
            self._session.add(ChannelAddressRow(conversation_id=conversation_id, sealed=sealed))
        else:
            row.sealed = sealed
        self._session.flush()

    def channel_address(self, conversation_id: str) -> str | None:
        """Where somebody is reached; sealed. None where the conversation is of no channel."""
        row = self._session.get(ChannelAddressRow, conversation_id)
        return None if row is None else row.sealed
