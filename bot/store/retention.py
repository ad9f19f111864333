"""What has been kept long enough, by the number of days that each trial sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, false, func, not_, or_, select
from sqlalchemy.engine import CursorResult
from sqlalchemy.sql.expression import literal

from bot.store.console_tables import ContactRequestRow, InvitationRow, RevealRow, SessionRow, TrialSettingRow
from bot.store.part import Part
from bot.store.tables import ConversationRow, Table

NEVER = 0
"""As a number of days: kept for ever."""
IN_WORK = ("prescreening", "enrolled")
"""Conversations of people who are on their way into a trial are kept until they are closed."""
AFTERWARDS = timedelta(days=1)
"""Sessions and invitations that came to their end stay so long, for whoever looks at the list of them."""


@dataclass(frozen=True, slots=True)
class Due:
    """A conversation that has been kept long enough."""

    conversation_id: str
    trial_id: str | None


class Retention(Part):
    """How long a unit of work keeps things."""

    def kept_for(self) -> dict[str, int]:
        """The trials that set a number of days of their own; 0: for ever."""
        rows = select(TrialSettingRow.trial_id, TrialSettingRow.keep_days).where(TrialSettingRow.keep_days.is_not(None))
        return {trial_id: days for trial_id, days in self._session.execute(rows) if days is not None}

    def conversations_due(self, now: datetime, keep_days: int, limit: int = 50) -> list[Due]:
        """The conversations whose last message is as old as their trials say, or as `keep_days` says; the longest due first."""
        rows = (
            select(ConversationRow.id, ConversationRow.trial_id)
            .where(self._is_due(now, keep_days))
            .order_by(ConversationRow.last_at, ConversationRow.id)
            .limit(limit)
        )
        return [Due(name, trial_id) for name, trial_id in self._session.execute(rows)]

    def is_due(self, conversation_id: str, now: datetime, keep_days: int) -> bool:
        """Whether a conversation is due, seen with its row held: nobody adds to it before the transaction ends."""
        row = select(ConversationRow.id).where(ConversationRow.id == conversation_id, self._is_due(now, keep_days)).with_for_update()
        return self._session.scalar(row) is not None

    def count_due(self, now: datetime, keep_days: int) -> dict[str | None, int]:
        """How many conversations are due, of each trial; None: searches among all."""
        rows = (
            select(ConversationRow.trial_id, func.count())
            .where(self._is_due(now, keep_days))
            .group_by(ConversationRow.trial_id)
            .order_by(ConversationRow.trial_id)
        )
        return {row[0]: row[1] for row in self._session.execute(rows)}

    def tidy_up(self, now: datetime) -> dict[str, int]:
        """Remove reveals that expired, and sessions and invitations that came to their end a day ago; how many of each."""
        ended = or_(SessionRow.expires_at <= now - AFTERWARDS, SessionRow.revoked_at <= now - AFTERWARDS)
        of_ended = RevealRow.session_id.in_(select(SessionRow.id).where(ended))
        over = or_(InvitationRow.expires_at <= now - AFTERWARDS, InvitationRow.used_at <= now - AFTERWARDS)
        return {
            "reveals": self._remove(RevealRow, or_(RevealRow.until <= now, of_ended)),
            "sessions": self._remove(SessionRow, ended),
            "invitations": self._remove(InvitationRow, over),
        }

    def _is_due(self, now: datetime, keep_days: int) -> ColumnElement[bool]:
        own = self.kept_for()
        asked = select(literal(1)).where(ContactRequestRow.conversation_id == ConversationRow.id)
        # As long as somebody asks a study team to contact them, that trial's days count, too: all have to be over.
        kept_for_a_request = asked.where(not_(_is_over(ContactRequestRow.trial_id.expression, own, now, keep_days))).exists()
        about = ConversationRow.trial_id.expression
        old_enough = or_(
            and_(about.is_not(None), _is_over(about, own, now, keep_days)),
            # In a search the installation's days count where nobody was asked, and else the days of those who were.
            and_(about.is_(None), or_(_last_said(now, keep_days), asked.exists())),
        )
        left_alone = or_(
            ConversationRow.status == "closed",
            and_(ConversationRow.status.not_in(IN_WORK), ConversationRow.taken_over_by.is_(None)),
        )
        # Whatever is due is older than the shortest of all days: the rest of the list is not looked at.
        shortest = min({keep_days, *own.values()} - {NEVER}, default=NEVER)
        return and_(_last_said(now, shortest), old_enough, left_alone, not_(kept_for_a_request))

    def _remove(self, table: type[Table], where: ColumnElement[bool]) -> int:
        result = self._session.execute(delete(table).where(where).execution_options(synchronize_session=False))
        return result.rowcount if isinstance(result, CursorResult) else 0


def _is_over(trial_id: ColumnElement[Any], own: Mapping[str, int], now: datetime, keep_days: int) -> ColumnElement[bool]:
    """Whether the days of a trial are over; `own` has those of the trials that set some."""
    by_days: dict[int, list[str]] = {}
    for trial, days in own.items():
        by_days.setdefault(days, []).append(trial)
    with_days = [and_(trial_id.in_(sorted(trials)), _last_said(now, days)) for days, trials in by_days.items()]
    return or_(and_(trial_id.not_in(sorted(own)), _last_said(now, keep_days)), *with_days)


def _last_said(now: datetime, days: int) -> ColumnElement[bool]:
    return false() if days == NEVER else ConversationRow.last_at <= now - timedelta(days=days)
