"""Accounts of the console: who may sign in, and what they may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Select, delete, select

from bot.store.console_tables import AccountRow, AccountTrialRow
from bot.store.part import Part
from bot.store.records import Account, AccountState


class Accounts(Part):
    """The accounts of a unit of work."""

    def account(self, account_id: int, *, hold: bool = False) -> Account | None:
        """The account of that id; `hold` keeps everybody else from changing it until the transaction ends."""
        rows = select(AccountRow).where(AccountRow.id == account_id)
        return self._first(rows.with_for_update().execution_options(populate_existing=True) if hold else rows)

    def account_by_login(self, login: str) -> Account | None:
        """The account that signs in by that name; small and capital letters are the same."""
        return self._first(select(AccountRow).where(AccountRow.login == login.casefold()))

    def account_by_subject(self, issuer: str, subject: str) -> Account | None:
        """The account that is bound to somebody of an OpenID Connect provider."""
        return self._first(select(AccountRow).where(AccountRow.oidc_issuer == issuer, AccountRow.oidc_subject == subject))

    def accounts_by_email(self, email: str) -> list[Account]:
        """Whose address this is; small and capital letters are the same, which databases know of ASCII alone."""
        addresses = self._session.execute(select(AccountRow.id, AccountRow.email))
        ids = [account_id for account_id, address in addresses if address and address.casefold() == email.casefold()]
        return self._accounts(self._session.scalars(select(AccountRow).where(AccountRow.id.in_(ids)).order_by(AccountRow.id)).all())

    def accounts(self) -> list[Account]:
        """All accounts, by name."""
        return self._accounts(self._session.scalars(select(AccountRow).order_by(AccountRow.name, AccountRow.id)).all())

    def hold_active_accounts(self, role: str) -> list[int]:
        """The ids of those of a role who may sign in; none of them is changed by anybody else until the transaction ends."""
        rows = select(AccountRow.id).where(AccountRow.role == role, AccountRow.state == "active").order_by(AccountRow.id).with_for_update()
        return list(self._session.scalars(rows))

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
        return self._accounts([row])[0]

    def set_account(self, account_id: int, *, name: str, email: str | None, role: str, all_trials: bool, trials: Iterable[str]) -> None:
        """What an account is called, how it is reached, and what it may see and do."""
        row = self._session.get_one(AccountRow, account_id)
        row.name, row.email, row.role, row.all_trials = name, email, role, all_trials
        self.set_trials_of_account(account_id, trials)

    def set_account_state(self, account_id: int, state: AccountState) -> None:
        """Whether an account is invited, active or disabled."""
        self._session.get_one(AccountRow, account_id).state = state
        self._session.flush()

    def set_trials_of_account(self, account_id: int, trials: Iterable[str]) -> None:
        """The trials an account works with, in place of those before."""
        self._session.execute(delete(AccountTrialRow).where(AccountTrialRow.account_id == account_id))
        self._session.add_all(AccountTrialRow(account_id=account_id, trial_id=trial) for trial in sorted(set(trials)))
        self._session.flush()

    def _first(self, rows: Select[AccountRow]) -> Account | None:
        found = self._session.scalars(rows).one_or_none()
        return None if found is None else self._accounts([found])[0]

    def _accounts(self, rows: Sequence[AccountRow]) -> list[Account]:
        trials: defaultdict[int, set[str]] = defaultdict(set)
        of_these = AccountTrialRow.account_id.in_([row.id for row in rows])
        for account_id, trial_id in self._session.execute(select(AccountTrialRow.account_id, AccountTrialRow.trial_id).where(of_these)):
            trials[account_id].add(trial_id)
        return [_account(row, frozenset(trials[row.id])) for row in rows]


def _account(row: AccountRow, trials: frozenset[str]) -> Account:
    return Account(
        id=row.id,
        login=row.login,
        name=row.name,
        email=row.email,
        role=row.role,
        all_trials=row.all_trials,
        trials=trials,
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
