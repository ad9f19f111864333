"""Accounts of the console and the sessions they sign in with."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select

from bot.store.console_tables import AccountRow, AccountTrialRow, SessionRow
from bot.store.part import Part
from bot.store.records import Account, AccountSession, AccountState


class Accounts(Part):
    """The accounts of a unit of work."""

    def account(self, account_id: int) -> Account | None:
        """The account of that id."""
        row = self._session.get(AccountRow, account_id)
        return None if row is None else self._account(row)

    def account_by_login(self, login: str) -> Account | None:
        """The account that signs in by that name; small and capital letters are the same."""
        row = self._session.scalars(select(AccountRow).where(AccountRow.login == login.casefold())).one_or_none()
        return None if row is None else self._account(row)

    def accounts(self) -> list[Account]:
        """All accounts, by name."""
        return [self._account(row) for row in self._session.scalars(select(AccountRow).order_by(AccountRow.name, AccountRow.id))]

    def add_account(
        self,
        *,
        login: str,
        name: str,
        role: str,
        at: datetime,
        email: str | None = None,
        all_trials: bool = False,
        trials: Iterable[str] = (),
        state: AccountState = "active",
        password_hash: str | None = None,
    ) -> Account:
        """Add somebody."""
        row = AccountRow(
            login=login.casefold(),
            name=name,
            email=email,
            role=role,
            all_trials=all_trials,
            state=state,
            password_hash=password_hash,
            failures=0,
            created_at=at,
        )
        self._session.add(row)
        self._session.flush()
        self.set_trials_of_account(row.id, trials)
        return self._account(row)

    def set_trials_of_account(self, account_id: int, trials: Iterable[str]) -> None:
        """The trials an account works with, in place of those before."""
        self._session.execute(delete(AccountTrialRow).where(AccountTrialRow.account_id == account_id))
        self._session.add_all(AccountTrialRow(account_id=account_id, trial_id=trial) for trial in sorted(set(trials)))
        self._session.flush()

    def set_password_hash(self, account_id: int, password_hash: str, changed_at: datetime | None) -> None:
        """Set a password. `changed_at` is None for one that the installation set, and nobody has changed since."""
        row = self._session.get_one(AccountRow, account_id)
        row.password_hash, row.password_changed_at = password_hash, changed_at
        self._session.flush()

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

    def see_account_session(self, session_id: int, at: datetime) -> None:
        """Note that a session was used."""
        self._session.get_one(SessionRow, session_id).seen_at = at
        self._session.flush()

    def revoke_account_session(self, session_id: int, at: datetime) -> None:
        """End a session."""
        row = self._session.get_one(SessionRow, session_id)
        row.revoked_at = row.revoked_at or at
        self._session.flush()

    def _account(self, row: AccountRow) -> Account:
        trials = self._session.scalars(select(AccountTrialRow.trial_id).where(AccountTrialRow.account_id == row.id))
        return Account(
            id=row.id,
            login=row.login,
            name=row.name,
            email=row.email,
            role=row.role,
            all_trials=row.all_trials,
            trials=frozenset(trials),
            state=row.state,  # type: ignore[arg-type]  # a check constraint keeps it to these
            password_hash=row.password_hash,
            password_changed_at=row.password_changed_at,
            totp_secret=row.totp_secret,
            totp_step=row.totp_step,
            recovery_hashes=tuple(row.recovery_hashes or ()),
            oidc_issuer=row.oidc_issuer,
            oidc_subject=row.oidc_subject,
            failures=row.failures,
            locked_until=row.locked_until,
            created_at=row.created_at,
        )


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
