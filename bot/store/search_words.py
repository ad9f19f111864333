"""The words of conversations, for the inbox's search.

A table of words rather than a full-text index of the database: it works the same on SQLite and PostgreSQL, and what is deleted
from it is gone (SQLite's own index keeps deleted words in its segments).
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Insert, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.console_tables import SearchWordRow
from bot.store.part import Part
from bot.store.tables import ConversationRow, IngestPositionRow, MessageRow
from bot.store.words import words_of

SEARCHED = ("patient", "coordinator")
"""Whose lines can be searched: what the bot says is the same everywhere."""
_FILLED = "search-words"
_AT_ONCE = 100


class SearchWords(Part):
    """The search's words of a unit of work."""

    def add_search_words(self, conversation_id: str, texts: Iterable[str]) -> None:
        """Let a conversation be found by the words of these texts."""
        self._add_words({(word, conversation_id) for text in texts for word in words_of(text)})

    def fill_search_words(self, after: str = "", at_once: int = _AT_ONCE) -> str | None:
        """Add the words of conversations of an older release, some at once: those with an id after the one given.

        The id to go on after; None where nothing is left to do. To be called, each time in a unit of its own, until then.
        """
        if not after and self._session.get(IngestPositionRow, _FILLED) is not None:
            return None
        # Held, so that none is erased between reading its lines and keeping its words.
        rows = select(ConversationRow.id).where(ConversationRow.id > after).order_by(ConversationRow.id).limit(at_once)
        names = list(self._session.scalars(rows.with_for_update(key_share=True)))
        if not names:
            self._session.merge(IngestPositionRow(source=_FILLED, position=1))
            self._session.flush()
            return None
        lines = select(MessageRow.conversation_id, MessageRow.text).where(
            MessageRow.conversation_id.in_(names), MessageRow.who.in_(SEARCHED), MessageRow.shown.is_(True)
        )
        self._add_words({(word, name) for name, text in self._session.execute(lines) for word in words_of(text)})
        return names[-1]

    def _add_words(self, found: set[tuple[str, str]]) -> None:
        if found:
            # In order: two writers that take the same words in turns would otherwise wait for each other for ever.
            self._session.execute(self._insert(), [{"word": word, "conversation_id": name} for word, name in sorted(found)])

    def _insert(self) -> Insert:
        if self._session.get_bind().dialect.name == "postgresql":
            return postgresql.insert(SearchWordRow).on_conflict_do_nothing()
        return sqlite.insert(SearchWordRow).on_conflict_do_nothing()
