"""Conversations: opening, finding and changing them, and the consents and handoffs that belong to them."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from bot.figures.weeks import week_of
from bot.store.part import Part
from bot.store.records import Consent, Conversation, Handoff, Json, Stage
from bot.store.tables import ConsentRow, ConversationRow, HandoffRow


class Conversations(Part):
    """The conversations of a unit of work."""

    def conversation(self, conversation_id: str) -> Conversation | None:
        """The conversation of that id."""
        return self._conversation_where(ConversationRow.id == conversation_id)

    def conversation_by_sender(self, channel: str, sender: str) -> Conversation | None:
        """The conversation that a channel knows by that sender."""
        return self._conversation_where(ConversationRow.channel == channel, ConversationRow.sender == sender)

    def conversation_by_token(self, token_hash: str) -> Conversation | None:
        """The conversation of a session, found by the hash of its token."""
        return self._conversation_where(ConversationRow.token_hash == token_hash)

    def conversations_by_sender(self, sender: str) -> list[Conversation]:
        """The conversations of a sender in any channel, latest first."""
        rows = self._session.scalars(
            select(ConversationRow).where(ConversationRow.sender == sender).order_by(ConversationRow.last_at.desc())
        )
        return [conversation_of(row) for row in rows]

    def open_conversation(
        self,
        *,
        channel: str,
        at: datetime,
        sender: str | None = None,
        trial_id: str | None = None,
        locale: str = "en",
        token_hash: str | None = None,
    ) -> Conversation:
        """Open a conversation under a new random id, which is the sender too where the channel has no name of its own."""
        conversation_id = secrets.token_hex(16)
        row = ConversationRow(
            id=conversation_id,
            channel=channel,
            sender=conversation_id if sender is None else sender,
            token_hash=token_hash,
            trial_id=trial_id,
            locale=locale,
            state="open",
            created_at=at,
            last_at=at,
            changed_at=at,
            week=week_of(at),
        )
        self._session.add(row)
        self._session.flush()
        return conversation_of(row)

    def touch(self, conversation_id: str, at: datetime) -> None:
        """Note that something was said; the time never goes back."""
        row = self._locked(conversation_id)
        row.last_at = max(row.last_at, at)
        self._note_change(row, at)
        self._session.flush()

    def turn_conversation(self, conversation_id: str, trial_id: str | None) -> Conversation:
        """Make it about one trial; None: about all, a search."""
        row = self._locked(conversation_id)
        row.trial_id = trial_id
        self._session.flush()
        return conversation_of(row)

    def note_progress(self, conversation_id: str, *, stage: Stage, verdict: str | None, at: datetime, asks: str | None = None) -> None:
        """Note how far it came, for lists and figures. Who was handed off stays so, whatever is answered afterwards.

        `asks` is the attribute whose question is open.
        """
        row = self._locked(conversation_id)
        row.stage = row.stage if row.stage == "handed_off" and stage != "withdrawn" else stage
        row.verdict = verdict
        row.asks = asks
        row.consented = bool(row.consented)
        if verdict is not None and row.decided_after is None:
            row.decided_after = max(0, round((at - row.created_at).total_seconds()))
        self._note_change(row, at)
        self._session.flush()

    def changed_since(self, moment: datetime, limit: int = 5_000) -> list[tuple[str, datetime]]:
        """Which conversations changed at a moment or later, and when, oldest change first.

        Where there are more than `limit` these are the latest: whoever asks again and again is told of what is new each time.
        """
        rows = (
            select(ConversationRow.id, ConversationRow.changed_at)
            .where(ConversationRow.changed_at >= moment)
            .order_by(ConversationRow.changed_at.desc(), ConversationRow.id.desc())
            .limit(limit)
        )
        return [(name, at) for name, at in self._session.execute(rows) if at is not None][::-1]

    def add_consent(
        self,
        conversation_id: str,
        *,
        text_version: str,
        text_hash: str,
        given: bool,
        at: datetime,
        screening_id: int | None = None,
        message_id: str | None = None,
    ) -> Consent:
        """Keep which text was shown and what was replied."""
        conversation = self._locked(conversation_id)
        conversation.consented = given
        row = ConsentRow(
            conversation_id=conversation.id,
            screening_id=screening_id,
            text_version=text_version,
            text_hash=text_hash,
            given=given,
            message_id=message_id,
            at=at,
        )
        self._session.add(row)
        self._session.flush()
        return consent_of(row)

    def consents(self, conversation_id: str) -> list[Consent]:
        """Every reply to a consent text, oldest first."""
        rows = self._session.scalars(select(ConsentRow).where(ConsentRow.conversation_id == conversation_id).order_by(ConsentRow.id))
        return [consent_of(row) for row in rows]

    def add_handoff(
        self,
        conversation_id: str,
        *,
        reason: str,
        at: datetime,
        screening_id: int | None = None,
        trial_id: str | None = None,
        detail: Json = None,
    ) -> Handoff:
        """Keep that a person was pointed to somebody, and why."""
        row = HandoffRow(
            conversation_id=self._locked(conversation_id).id,
            screening_id=screening_id,
            trial_id=trial_id,
            reason=reason,
            detail=detail,
            at=at,
        )
        self._session.add(row)
        self._session.flush()
        return _handoff(row)

    def handoffs(self, conversation_id: str) -> list[Handoff]:
        """The handoffs of a conversation, oldest first."""
        rows = self._session.scalars(select(HandoffRow).where(HandoffRow.conversation_id == conversation_id).order_by(HandoffRow.id))
        return [_handoff(row) for row in rows]

    def count_conversations(self) -> int:
        """How many conversations there are."""
        return self._session.scalar(select(func.count()).select_from(ConversationRow)) or 0

    def _conversation_where(self, *where: ColumnElement[bool]) -> Conversation | None:
        row = self._session.scalars(select(ConversationRow).where(*where)).one_or_none()
        return None if row is None else conversation_of(row)

    def _conversations_where(self, *where: ColumnElement[bool]) -> list[Conversation]:
        return [conversation_of(row) for row in self._session.scalars(select(ConversationRow).where(*where))]


def conversation_of(row: ConversationRow) -> Conversation:
    return Conversation(
        id=row.id,
        channel=row.channel,
        sender=row.sender,
        token_hash=row.token_hash,
        trial_id=row.trial_id,
        locale=row.locale,
        state=row.state,
        created_at=row.created_at,
        last_at=row.last_at,
        stage=row.stage,  # type: ignore[arg-type]  # written by `note_progress` alone
        verdict=row.verdict,
        status=row.status,  # type: ignore[arg-type]  # written by `set_status` alone
        closed_because=row.closed_because,
        assigned_to=row.assigned_to,
        taken_over_by=row.taken_over_by,
        taken_over_at=row.taken_over_at,
        taken_over_as=row.taken_over_as,
        waiting_since=row.waiting_since,
        changed_at=row.changed_at,
    )


def consent_of(row: ConsentRow) -> Consent:
    return Consent(
        id=row.id,
        conversation_id=row.conversation_id,
        screening_id=row.screening_id,
        text_version=row.text_version,
        text_hash=row.text_hash,
        given=row.given,
        message_id=row.message_id,
        at=row.at,
    )


def _handoff(row: HandoffRow) -> Handoff:
    return Handoff(
        id=row.id,
        conversation_id=row.conversation_id,
        screening_id=row.screening_id,
        trial_id=row.trial_id,
        reason=row.reason,
        detail=row.detail,
        at=row.at,
    )
