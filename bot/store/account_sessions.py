"""The sessions that people sign in with. Of a session's token only the hash is kept."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select, update

from bot.store.console_tables import SessionRow
from bot.store.part import Part
from bot.store.records import AccountSession


class AccountSessions(Part):
    """The accounts' sessions of a unit of work."""

    def open_account_session(
        self, account_id: int, *, token_hash: str, browser: str, at: datetime, expires_at: datetime, complete: bool
    ) -> AccountSession:
        """Open a session; its token is known to the browser alone."""
        row = SessionRow(
            account_id=account_id,
            token_hash=token_hash,
            csrf=secrets.token_urlsafe(32),
            complete=complete,
            browser=browser[:120],
            created_at=at,
            seen_at=at,
            expires_at=expires_at,
        )
        self._session.add(row)
        self._session.flush()
        return _session(row)

    def account_session(self, token_hash: str) -> AccountSession | None:
        """The session of a token, revoked or not."""
        row = self._session.scalars(select(SessionRow).where(SessionRow.token_hash == token_hash)).one_or_none()
        return None if row is None else _session(row)

    def account_sessions(self, account_id: int) -> list[AccountSession]:
        """The sessions of an account that nobody ended, the one used last first. Some may have run out by themselves."""
        rows = select(SessionRow).where(SessionRow.account_id == account_id, SessionRow.revoked_at.is_(None))
        return [_session(row) for row in self._session.scalars(rows.order_by(SessionRow.seen_at.desc(), SessionRow.id.desc()))]

    def last_seen(self, account_ids: Iterable[int]) -> dict[int, datetime]:
        """When each of these accounts was last here; who never was is left out."""
        rows = select(SessionRow.account_id, func.max(SessionRow.seen_at)).where(SessionRow.account_id.in_(list(account_ids)))
        return {row[0]: row[1] for row in self._session.execute(rows.group_by(SessionRow.account_id))}

    def see_account_session(self, session_id: int, at: datetime) -> None:
        """Note that a session was used."""
        self._session.get_one(SessionRow, session_id).seen_at = at
        self._session.flush()

    def revoke_account_session(self, session_id: int, at: datetime) -> None:
        """End a session."""
        row = self._session.get_one(SessionRow, session_id)
        row.revoked_at = row.revoked_at or at
        self._session.flush()

    def revoke_sessions_of_account(self, account_id: int, at: datetime, *, but: int | None = None, only: int | None = None) -> int:
        """End an account's sessions, all but one or only one, where they are its own; how many were ended."""
        ending = update(SessionRow).where(SessionRow.account_id == account_id, SessionRow.revoked_at.is_(None))
        if but is not None:
            ending = ending.where(SessionRow.id != but)
        if only is not None:
            ending = ending.where(SessionRow.id == only)
        return len(self._session.scalars(ending.values(revoked_at=at).returning(SessionRow.id)).all())


def _session(row: SessionRow) -> AccountSession:
    return AccountSession(
        id=row.id,
        account_id=row.account_id,
        csrf=row.csrf,
        complete=row.complete,
        browser=row.browser,
        created_at=row.created_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
