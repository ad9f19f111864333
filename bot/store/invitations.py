"""Invitations: links, good once, by which somebody sets a password. Of a link's token only the hash is kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from bot.store.console_tables import InvitationRow
from bot.store.part import Part
from bot.store.records import Invitation


class Invitations(Part):
    """The invitations of a unit of work."""

    def add_invitation(self, account_id: int, *, token_hash: str, at: datetime, expires_at: datetime) -> None:
        """Add a link; those that the account had before are good no longer."""
        self.end_invitations(account_id, at)
        self._session.add(InvitationRow(account_id=account_id, token_hash=token_hash, created_at=at, expires_at=expires_at))
        self._session.flush()

    def invitation(self, token_hash: str) -> Invitation | None:
        """The link of a token, used or not, as it is now: whoever holds its account may ask again."""
        rows = select(InvitationRow).where(InvitationRow.token_hash == token_hash).execution_options(populate_existing=True)
        row = self._session.scalars(rows).one_or_none()
        return None if row is None else _invitation(row)

    def open_invitation(self, account_id: int) -> Invitation | None:
        """The link of an account that was not used yet."""
        rows = select(InvitationRow).where(InvitationRow.account_id == account_id, InvitationRow.used_at.is_(None))
        row = self._session.scalars(rows.order_by(InvitationRow.id.desc()).limit(1)).one_or_none()
        return None if row is None else _invitation(row)

    def end_invitations(self, account_id: int, at: datetime) -> None:
        """No link of an account is good any longer."""
        ending = update(InvitationRow).where(InvitationRow.account_id == account_id, InvitationRow.used_at.is_(None))
        self._session.execute(ending.values(used_at=at))


def _invitation(row: InvitationRow) -> Invitation:
    return Invitation(row.id, row.account_id, row.created_at, row.expires_at, row.used_at)
