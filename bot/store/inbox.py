"""The inbox: lists of conversations, paged by key, always within the trials that somebody sees."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute

from bot.store.channel_tables import ChannelFailureRow
from bot.store.console_tables import AccountRow, ContactRequestRow, TagRow
from bot.store.conversations import Conversations
from bot.store.inbox_query import matching
from bot.store.inbox_records import Alarm, InboxFilter, InboxKey, InboxPage, InboxRow, Trials, shown_stage
from bot.store.records import Conversation
from bot.store.scope import of_trials
from bot.store.tables import ConversationRow, MessageRow

A_PAGE = 50
COUNTED = 1_000
"""So many are counted, on the first page, and no more."""
MOST_CHOICES = 200
_ALARM_LASTS = timedelta(days=7)
# The worse one first.
_ALARMS: dict[str, Alarm] = {"safety_emergency": "emergency", "safety_crisis": "crisis"}


class Inbox(Conversations):
    """The inbox of a unit of work."""

    def inbox(
        self,
        wanted: InboxFilter,
        trials: Trials,
        now: datetime,
        *,
        older_than: InboxKey | None = None,
        newer_than: InboxKey | None = None,
    ) -> InboxPage:
        """A page of the conversations that somebody who sees these trials may see, latest first.

        `older_than` or `newer_than` is the key of a page that was shown. Where nothing is left there, it is the first page.
        """
        found = matching(self._session, wanted, trials)
        if found is None:
            return InboxPage((), None, None, 0)
        if newer_than is not None:
            keys = self._keys(found.latest_last(newer_than), A_PAGE + 1)
            if len(keys) > A_PAGE:
                return self._page(keys[:A_PAGE][::-1], now, has_newer=True, has_older=True)
        elif older_than is not None:
            keys = self._keys(found.latest_first(older_than), A_PAGE + 1)
            if keys:
                return self._page(keys[:A_PAGE], now, has_newer=True, has_older=len(keys) > A_PAGE)
        keys = self._keys(found.latest_first(), COUNTED + 1)
        return self._page(keys[:A_PAGE], now, has_newer=False, has_older=len(keys) > A_PAGE, found=len(keys))

    def conversations_in_sight(self, conversation_ids: Collection[str], trials: Trials) -> list[Conversation]:
        """Those of these conversations that somebody who sees these trials may see."""
        where: list[ColumnElement[bool]] = [ConversationRow.id.in_(sorted(set(conversation_ids)))]
        if trials is not None:
            where.append(of_trials(ConversationRow.trial_id.expression, trials))
        return self._conversations_where(*where)

    def count_undelivered(self, trials: Trials) -> int:
        """In how many conversations in sight something did not arrive that nobody has looked after; `COUNTED` and one more at most."""
        found = select(ChannelFailureRow.conversation_id).where(ChannelFailureRow.settled.is_(False))
        if trials is not None:
            in_sight = exists().where(
                ConversationRow.id == ChannelFailureRow.conversation_id, of_trials(ConversationRow.trial_id.expression, trials)
            )
            found = found.where(in_sight)
        return self._session.scalar(select(func.count()).select_from(found.distinct().limit(COUNTED + 1).subquery())) or 0

    def trials_of_conversations(self) -> list[str]:
        """The trials that there are conversations of, for the choices of who sees all: the first of them, where there are very many."""
        return sorted({*self._different(ConversationRow.trial_id), *self._different(ContactRequestRow.trial_id)})[:MOST_CHOICES]

    def channels_of_conversations(self) -> list[str]:
        """The channels by which conversations came."""
        return self._different(ConversationRow.channel)

    def tags_in_sight(self, trials: Trials) -> list[str]:
        """The tags in use on conversations that somebody may see."""
        used = self._different(TagRow.tag)
        if trials is None:
            return used
        seen = exists().where(ConversationRow.id == TagRow.conversation_id, of_trials(ConversationRow.trial_id.expression, trials))
        return [tag for tag in used if self._session.scalar(select(TagRow.tag).where(TagRow.tag == tag, seen).limit(1)) is not None]

    def _different(self, column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None]) -> list[str]:
        """The values of an indexed column, each once: one look into the index for each, however many rows there are."""
        found: list[str] = []
        query = select(column).where(column.is_not(None)).order_by(column).limit(1)
        value = self._session.scalar(query)
        while value is not None and len(found) < MOST_CHOICES:
            found.append(value)
            value = self._session.scalar(query.where(column > value))
        return found

    def _keys(self, query: Select[datetime, str], limit: int) -> list[InboxKey]:
        return [InboxKey(last_at, name) for last_at, name in self._session.execute(query.limit(limit))]

    def _page(self, keys: Sequence[InboxKey], now: datetime, *, has_newer: bool, has_older: bool, found: int | None = None) -> InboxPage:
        return InboxPage(
            rows=self._rows([key.id for key in keys], now),
            newer=keys[0] if has_newer else None,
            older=keys[-1] if has_older else None,
            found=found,
        )

    def _rows(self, names: Sequence[str], now: datetime) -> tuple[InboxRow, ...]:
        shown = {one.id: one for one in self._conversations_where(ConversationRow.id.in_(names))}
        people = {at_work for one in shown.values() for at_work in (one.assigned_to, one.taken_over_by) if at_work is not None}
        their_names = select(AccountRow.id, AccountRow.name).where(AccountRow.id.in_(sorted(people)))
        called = {number: name for number, name in self._session.execute(their_names)}  # noqa: C416 - rows, which `dict` takes for mappings
        tags: dict[str, list[str]] = {}
        of_these = select(TagRow.conversation_id, TagRow.tag).where(TagRow.conversation_id.in_(names)).order_by(TagRow.tag)
        for name, tag in self._session.execute(of_these):
            tags.setdefault(name, []).append(tag)
        alarms = self._alarms(names, now)
        failures = select(ChannelFailureRow.conversation_id).where(
            ChannelFailureRow.conversation_id.in_(names), ChannelFailureRow.settled.is_(False)
        )
        failed = set(self._session.scalars(failures))
        return tuple(
            InboxRow(
                conversation=one,
                stage=shown_stage(one),
                assigned_to=None if one.assigned_to is None else called.get(one.assigned_to),
                taken_over_by=None if one.taken_over_by is None else called.get(one.taken_over_by),
                tags=tuple(tags.get(one.id, ())),
                alarm=alarms.get(one.id),
                undelivered=one.id in failed,
            )
            for one in (shown[name] for name in names if name in shown)
        )

    def _alarms(self, names: Sequence[str], now: datetime) -> dict[str, Alarm]:
        """The conversations in which somebody seemed to be in danger lately."""
        raised = select(MessageRow.conversation_id, MessageRow.intent).where(
            MessageRow.conversation_id.in_(names), MessageRow.intent.in_(_ALARMS), MessageRow.at >= now - _ALARM_LASTS
        )
        seen = {(name, _ALARMS[intent]) for name, intent in self._session.execute(raised) if intent is not None}
        return {name: alarm for alarm in reversed(_ALARMS.values()) for name, kind in seen if kind == alarm}
