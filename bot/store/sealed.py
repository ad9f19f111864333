"""Everything in the database that is sealed, for whoever seals it anew."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select, update
from sqlalchemy.orm import InstrumentedAttribute

from bot.store.console_tables import AccountRow, ContactRequestRow, DeliveryTargetRow
from bot.store.part import Part

_Columns = tuple[InstrumentedAttribute[int], InstrumentedAttribute[str] | InstrumentedAttribute[str | None]]
_SEALED: Mapping[str, _Columns] = {
    "contact_requests": (ContactRequestRow.id, ContactRequestRow.sealed),
    "accounts": (AccountRow.id, AccountRow.totp_secret),
    "delivery_targets": (DeliveryTargetRow.id, DeliveryTargetRow.secret),
}
SEALED_TABLES = tuple(_SEALED)
"""Tables that have something sealed."""


class Sealed(Part):
    """What is sealed, in a unit of work."""

    def sealed(self, table: str, *, after: int, limit: int) -> list[tuple[int, str]]:
        """Ids and what is sealed there, by id, those after one; held until the transaction ends."""
        key, column = _SEALED[table]
        rows = self._session.execute(
            select(key, column).where(key > after, column.is_not(None)).order_by(key).limit(limit).with_for_update()
        )
        return [(number, content) for number, content in rows if content is not None]

    def seal_row(self, table: str, number: int, content: str) -> None:
        """Put the same under another seal. What it was before does not stay in the journal."""
        key, column = _SEALED[table]
        self._session.execute(update(key.class_).where(key == number).values({column: content}))
        self._after_commit("erased")
