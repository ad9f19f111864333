"""The inbox's one question to the database, asked so that no mixture of filters makes it slow.

Either the list is read from its beginning, within one index that holds everything filters ask for, until the page is full; or,
where a word or a tag is rare, the search begins there. SQLite chooses badly between the two (it knows nothing about how often a
word is there), so it is told: a column with a plus before it is none by which it may look something up. One thing is not in that
index: whose study teams somebody asked to contact them. It is looked up for those that are about another trial, and so seldom.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, literal_column, or_, select, tuple_
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import literal

from bot.store.base import UtcDateTime
from bot.store.channel_tables import ChannelFailureRow
from bot.store.console_tables import SearchWordRow, TagRow
from bot.store.inbox_records import InboxFilter, InboxKey, Trials
from bot.store.scope import of_trials
from bot.store.tables import ConversationRow

RARE = 10_000
"""Conversations with a word up to which a search begins at the word; where there are more, it soon meets them in the list."""
# Behind every word that begins with some letters, in the order of code points.
_LAST_LETTER = "\U0010ffff"

Where = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Matching:
    """Conversations that match, in no order yet, and the columns to put them in order by."""

    query: Select[datetime, str]
    last_at: ColumnElement[datetime]
    id: ColumnElement[str]

    def latest_first(self, older_than: InboxKey | None = None) -> Select[datetime, str]:
        """Those after a place in the list, or all."""
        query = self.query if older_than is None else self.query.where(tuple_(self.last_at, self.id) < _place(older_than))
        return query.order_by(self.last_at.desc(), self.id.desc())

    def latest_last(self, newer_than: InboxKey) -> Select[datetime, str]:
        """Those before a place in the list, the nearest first."""
        return self.query.where(tuple_(self.last_at, self.id) > _place(newer_than)).order_by(self.last_at.asc(), self.id.asc())


def matching(session: Session, wanted: InboxFilter, trials: Trials) -> Matching | None:
    """Those that somebody who sees these trials may see, and that match; None: a word or tag is nowhere, so there are none."""
    marks = _marks(wanted)
    frequencies = [_up_to(session, mark, RARE + 1) for mark in marks]
    if 0 in frequencies:
        return None
    rarest = min(range(len(marks)), key=frequencies.__getitem__, default=None)
    begins_there = rarest is not None and frequencies[rarest] <= RARE
    columns = _Columns(is_sqlite=session.get_bind().dialect.name == "sqlite")
    last_at = columns["last_at"] if begins_there else ConversationRow.last_at.expression
    query = select(last_at, ConversationRow.id).select_from(ConversationRow).where(*_conditions(wanted, trials, columns, last_at))
    for number, mark in enumerate(marks):
        if number == rarest and begins_there:
            query = query.where(ConversationRow.id.in_(mark.conversations()))
        else:
            query = query.where(mark.is_on_conversation())
    return Matching(query, last_at, ConversationRow.id.expression)


@dataclass(frozen=True, slots=True)
class _Mark:
    """Something that is on conversations, in a table of its own: a word, a tag, or that something did not arrive."""

    table: type[SearchWordRow] | type[TagRow] | type[ChannelFailureRow]
    where: Where

    def conversations(self) -> Select[str]:
        return select(self.table.conversation_id).where(self.where)

    def is_on_conversation(self) -> Where:
        return select(literal(1)).where(self.table.conversation_id == ConversationRow.id, self.where).exists()


class _Columns:
    """Columns of conversations that are compared only, never looked up by."""

    def __init__(self, *, is_sqlite: bool) -> None:
        self._is_sqlite = is_sqlite

    def __getitem__(self, name: str) -> ColumnElement[Any]:
        column: ColumnElement[Any] = ConversationRow.__table__.c[name]
        return literal_column(f"+conversations.{name}", column.type) if self._is_sqlite else column


def _marks(wanted: InboxFilter) -> Sequence[_Mark]:
    marks = [_Mark(SearchWordRow, SearchWordRow.word == word) for word in wanted.words[:-1]]
    if wanted.words:
        begins = wanted.words[-1]
        marks.append(_Mark(SearchWordRow, (SearchWordRow.word >= begins) & (SearchWordRow.word < begins + _LAST_LETTER)))
    if wanted.tag is not None:
        marks.append(_Mark(TagRow, TagRow.tag == wanted.tag))
    if wanted.undelivered:
        marks.append(_Mark(ChannelFailureRow, ChannelFailureRow.settled.is_(False)))
    return marks


def _up_to(session: Session, mark: _Mark, most: int) -> int:
    """How often it is there, counted no further than that."""
    return session.scalar(select(func.count()).select_from(mark.conversations().limit(most).subquery())) or 0


def _conditions(wanted: InboxFilter, trials: Trials, columns: _Columns, last_at: ColumnElement[datetime]) -> list[Where]:
    found: list[Where] = [] if trials is None else [of_trials(columns["trial_id"], trials)]
    if wanted.trials or wanted.without_trial:
        about_none = columns["trial_id"].is_(None) if wanted.without_trial else false()
        found.append(or_(of_trials(columns["trial_id"], wanted.trials, seen=trials), about_none))
    for name in ("channel", "locale", "verdict", "status"):
        value = getattr(wanted, name)
        if value is not None:
            found.append(columns[name] == value)
    if wanted.stage == "taken_over":
        found.append(columns["taken_over_by"].is_not(None))
    elif wanted.stage is not None:
        found += [columns["stage"] == wanted.stage, columns["taken_over_by"].is_(None)]
    if wanted.assigned_to == "nobody":
        found.append(columns["assigned_to"].is_(None))
    elif wanted.assigned_to is not None:
        found.append(columns["assigned_to"] == wanted.assigned_to)
    if wanted.waiting:
        found.append(columns["waiting_since"].is_not(None))
    if wanted.since is not None:
        found.append(last_at >= wanted.since)
    if wanted.until is not None:
        found.append(last_at < wanted.until)
    return found


def _place(key: InboxKey) -> ColumnElement[Any]:
    return tuple_(literal(key.last_at, UtcDateTime()), literal(key.id))
