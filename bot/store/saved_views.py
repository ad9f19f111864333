"""Lists that somebody comes back to: a name for the filters of an address."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.engine import CursorResult

from bot.store.console_tables import AccountRow, SavedViewRow
from bot.store.part import Part

MOST_VIEWS = 50
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class SavedView:
    """A list of one account's own."""

    id: int
    name: str
    query: str


class SavedViews(Part):
    """The saved views of a unit of work. Nobody sees or changes those of others."""

    def saved_views(self, account_id: int) -> list[SavedView]:
        """Somebody's views, by name."""
        rows = self._session.scalars(select(SavedViewRow).where(SavedViewRow.account_id == account_id).order_by(SavedViewRow.name))
        return [SavedView(row.id, row.name, row.query) for row in rows]

    def save_view(self, account_id: int, name: str, query: str) -> bool:
        """Keep a view under a name; one of the same name is replaced. False where there are too many already."""
        # Two windows of one person take turns.
        self._session.scalars(select(AccountRow.id).where(AccountRow.id == account_id).with_for_update()).one()
        own = SavedViewRow.account_id == account_id
        found = self._session.scalars(select(SavedViewRow).where(own, SavedViewRow.name == name)).one_or_none()
        if found is not None:
            found.query = query
        elif (self._session.scalar(select(func.count()).select_from(SavedViewRow).where(own)) or 0) >= MOST_VIEWS:
            return False
        else:
            self._session.add(SavedViewRow(account_id=account_id, name=name, query=query))
        self._session.flush()
        return True

    def delete_view(self, account_id: int, view_id: int) -> bool:
        """Forget a view; False where there is none of that id that is theirs."""
        gone = self._session.execute(delete(SavedViewRow).where(SavedViewRow.account_id == account_id, SavedViewRow.id == view_id))
        return isinstance(gone, CursorResult) and gone.rowcount > 0
