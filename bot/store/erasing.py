"""Erasing: everything about a conversation goes, a receipt without content stays."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.engine import CursorResult

from bot.store.channel_tables import ChannelAddressRow, ChannelFailureRow, ChannelMessageRow, ChannelReplyRow
from bot.store.console_tables import (
    ContactRequestRow,
    DeliveryRow,
    ErasureRow,
    MisreadingRow,
    NoteRow,
    RevealRow,
    SearchWordRow,
    TagRow,
)
from bot.store.events import Events
from bot.store.records import Erasure
from bot.store.tables import (
    AnswerRow,
    ConsentRow,
    ConversationRow,
    HandoffRow,
    MessageRow,
    ScreeningRow,
    Table,
    TurnRow,
    UnreadRow,
    VerdictRow,
)

ERASING = "erasing"
SETTLES_AFTER = timedelta(minutes=3)
"""The app waits half a minute for a turn, and the engine gives a stuck one up after a minute: what it still writes, it writes by then."""
_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # nothing that is mistaken for something else when it is read aloud
_GROUPS, _LENGTH = 4, 4


def new_receipt() -> str:
    """A receipt, as a person can note it: four groups of four, 78 random bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)) for _ in range(_GROUPS))


class Erasing(Events):
    """The erasures of a unit of work."""

    def erase_conversation(self, conversation_id: str, *, by: str, at: datetime) -> Erasure | None:
        """Remove everything about a conversation from the store; None where there is none, as after another erasure.

        `by` is `patient`, `account:<id>`, `retention` or `system`. What the engine itself keeps has to be removed as well:
        the erasure stays among the `erasures_to_complete` until `complete_erasure`.
        """
        row = self._session.scalars(select(ConversationRow).where(ConversationRow.id == conversation_id).with_for_update()).one_or_none()
        if row is None:
            return None
        trial_id = row.trial_id
        # The triggers that keep answers, verdicts and consents let go of them only in this state.
        row.state = ERASING
        self._session.flush()
        under_way = self._session.scalar(select(exists().where(TurnRow.conversation_id == conversation_id, TurnRow.status == "pending")))
        told = self.trials_told(conversation_id)
        counts = self._delete_all_of(conversation_id)
        self.forget_events(conversation_id)
        self._session.expire_all()
        erasure = ErasureRow(
            receipt=new_receipt(),
            by=by,
            trial_id=trial_id,
            counts={table: number for table, number in counts.items() if number},
            at=at,
            conversation_id=conversation_id,
            settles_at=at + SETTLES_AFTER if under_way else at,
        )
        self._session.add(erasure)
        self._session.flush()
        self._after_commit("erased")
        return replace(_erasure(erasure), told=told)

    def erasures(self, *, trials: frozenset[str] | None = None, before: int | None = None, limit: int = 50) -> list[Erasure]:
        """Erasures, latest first: of these trials (None: of all), and those before a number."""
        rows = select(ErasureRow).order_by(ErasureRow.id.desc()).limit(limit)
        if trials is not None:
            rows = rows.where(ErasureRow.trial_id.in_(trials))
        if before is not None:
            rows = rows.where(ErasureRow.id < before)
        return [_erasure(row) for row in self._session.scalars(rows)]

    def latest_erasure(self) -> int:
        """The number of the last one; 0 where nothing was ever erased."""
        return self._session.scalar(select(func.max(ErasureRow.id))) or 0

    def erasure(self, receipt: str) -> Erasure | None:
        """The erasure of that receipt."""
        row = self._session.scalars(select(ErasureRow).where(ErasureRow.receipt == receipt)).one_or_none()
        return None if row is None else _erasure(row)

    def erasures_to_complete(self, conversation_id: str | None = None, limit: int = 100) -> list[Erasure]:
        """Those whose traces in the engine's files have not been seen to be gone, oldest first; or those of one conversation."""
        rows = select(ErasureRow).where(ErasureRow.conversation_id.is_not(None)).order_by(ErasureRow.id).limit(limit)
        if conversation_id is not None:
            rows = rows.where(ErasureRow.conversation_id == conversation_id)
        return [_erasure(row) for row in self._session.scalars(rows)]

    def complete_erasure(self, receipt: str, at: datetime) -> None:
        """Note that nothing is left anywhere; from now on nothing says which conversation it was."""
        self._session.execute(
            update(ErasureRow)
            .where(ErasureRow.receipt == receipt, ErasureRow.conversation_id.is_not(None))
            .values(conversation_id=None, completed_at=at)
        )

    def _delete_all_of(self, conversation_id: str) -> dict[str, int]:
        screenings = select(ScreeningRow.id).where(ScreeningRow.conversation_id == conversation_id)
        return {
            "reveals": self._delete(RevealRow, RevealRow.conversation_id == conversation_id),
            "tags": self._delete(TagRow, TagRow.conversation_id == conversation_id),
            "notes": self._delete(NoteRow, NoteRow.conversation_id == conversation_id),
            "misreadings": self._delete(MisreadingRow, MisreadingRow.conversation_id == conversation_id),
            "search_words": self._delete(SearchWordRow, SearchWordRow.conversation_id == conversation_id),
            "contact_requests": self._delete(ContactRequestRow, ContactRequestRow.conversation_id == conversation_id),
            "channel_messages": self._hear_no_more(conversation_id),
            "channel_replies": self._delete(ChannelReplyRow, ChannelReplyRow.conversation_id == conversation_id),
            "channel_failures": self._delete(ChannelFailureRow, ChannelFailureRow.conversation_id == conversation_id),
            "channel_addresses": self._delete(ChannelAddressRow, ChannelAddressRow.conversation_id == conversation_id),
            "deliveries": self._let_go_of_deliveries(conversation_id),
            "answers": self._delete(AnswerRow, AnswerRow.screening_id.in_(screenings)),
            "verdicts": self._delete(VerdictRow, VerdictRow.screening_id.in_(screenings)),
            "consents": self._delete(ConsentRow, ConsentRow.conversation_id == conversation_id),
            "handoffs": self._delete(HandoffRow, HandoffRow.conversation_id == conversation_id),
            "turns": self._delete(TurnRow, TurnRow.conversation_id == conversation_id),
            "unread_messages": self._delete(UnreadRow, UnreadRow.conversation_id == conversation_id),
            "messages": self._delete(MessageRow, MessageRow.conversation_id == conversation_id),
            "screenings": self._delete(ScreeningRow, ScreeningRow.conversation_id == conversation_id),
            "conversations": self._delete(ConversationRow, ConversationRow.id == conversation_id),
        }

    def _hear_no_more(self, conversation_id: str) -> int:
        """What the person wrote and nobody has heard yet is not heard any more; its number stays, so that it is not delivered anew."""
        conversation = self._session.get(ConversationRow, conversation_id)
        if conversation is None:
            return 0
        result = self._session.execute(
            update(ChannelMessageRow)
            .where(
                ChannelMessageRow.channel == conversation.channel,
                ChannelMessageRow.sender == conversation.sender,
                ChannelMessageRow.to_hear.is_(True),
            )
            .values(to_hear=False, sealed=None, sender=None)
            .execution_options(synchronize_session=False)
        )
        return result.rowcount if isinstance(result, CursorResult) else 0

    def _let_go_of_deliveries(self, conversation_id: str) -> int:
        """What waits to be sent would lead to nothing, and is dropped; of what was sent, only that it was."""
        waiting = self._delete(DeliveryRow, (DeliveryRow.conversation_id == conversation_id) & DeliveryRow.done.is_(False))
        sent = self._session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.conversation_id == conversation_id)
            .values(conversation_id=None, body={})
            .execution_options(synchronize_session=False)
        )
        return waiting + (sent.rowcount if isinstance(sent, CursorResult) else 0)

    def _delete(self, table: type[Table], where: ColumnElement[bool]) -> int:
        result = self._session.execute(delete(table).where(where).execution_options(synchronize_session=False))
        return result.rowcount if isinstance(result, CursorResult) else 0


def _erasure(row: ErasureRow) -> Erasure:
    return Erasure(
        number=row.id,
        receipt=row.receipt,
        by=row.by,
        trial_id=row.trial_id,
        counts=dict(row.counts),
        at=row.at,
        conversation_id=row.conversation_id,
        settles_at=row.settles_at,
        completed_at=row.completed_at,
    )
