"""Lists for programs: conversations and contact requests, paged by key, always within the trials that a key is for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.sql.expression import literal

from bot.store.api_records import AskedToCall, HandoffKey
from bot.store.base import UtcDateTime
from bot.store.console_tables import ContactRequestRow
from bot.store.contacts import request_of
from bot.store.conversations import Conversations, conversation_of
from bot.store.inbox_query import matching
from bot.store.inbox_records import InboxFilter, InboxKey, Trials
from bot.store.records import Conversation
from bot.store.tables import ConversationRow


class ApiReading(Conversations):
    """What a unit of work lists for programs."""

    def list_conversations(
        self, wanted: InboxFilter, trials: Trials, *, older_than: InboxKey | None = None, limit: int
    ) -> list[Conversation]:
        """Conversations that somebody who sees these trials may see, that of the latest message first."""
        found = matching(self._session, wanted, trials)
        if found is None:
            return []
        names = [name for _, name in self._session.execute(found.latest_first(older_than).limit(limit))]
        shown = {one.id: one for one in self._conversations_where(ConversationRow.id.in_(names))}
        return [shown[name] for name in names if name in shown]

    def list_handoffs(
        self,
        trials: Trials,
        *,
        trial_id: str | None = None,
        since: datetime | None = None,
        after: HandoffKey | None = None,
        limit: int,
    ) -> list[AskedToCall]:
        """Contact requests about these trials, in the order in which they were left or changed last.

        Who goes on from the last place comes by whatever was changed since: such a request is once more at the end.
        """
        rows = (
            select(ContactRequestRow, ConversationRow)
            .join(ConversationRow, ConversationRow.id == ContactRequestRow.conversation_id)
            .order_by(ContactRequestRow.at, ContactRequestRow.id)
            .limit(limit)
        )
        if trials is not None:
            rows = rows.where(ContactRequestRow.trial_id.in_(sorted(trials)))
        if trial_id is not None:
            rows = rows.where(ContactRequestRow.trial_id == trial_id)
        if since is not None:
            rows = rows.where(ContactRequestRow.at >= since)
        if after is not None:
            place = tuple_(literal(after.at, UtcDateTime()), literal(after.id))
            rows = rows.where(tuple_(ContactRequestRow.at, ContactRequestRow.id) > place)
        return [AskedToCall(request_of(request), conversation_of(row)) for request, row in self._session.execute(rows)]
