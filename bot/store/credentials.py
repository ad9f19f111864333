"""How each account proves who comes: a password, a second factor, a provider; and how often that failed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.store.accounts import Accounts
from bot.store.console_tables import AccountRow


class Credentials(Accounts):
    """The credentials of a unit of work."""

    def set_password_hash(self, account_id: int, password_hash: str | None, changed_at: datetime | None) -> None:
        """Set a password, or take it away. `changed_at` is None for one that the installation set, and nobody has changed since."""
        row = self._session.get_one(AccountRow, account_id)
        row.password_hash, row.password_changed_at = password_hash, changed_at
        self._session.flush()

    def set_failures(self, account_id: int, failures: int, locked_until: datetime | None = None) -> None:
        """How many proofs in a row were wrong, and until when no other is taken."""
        row = self._session.get_one(AccountRow, account_id)
        row.failures, row.locked_until = failures, locked_until
        self._session.flush()

    def set_second_factor(self, account_id: int, sealed_secret: str | None, *, step: int | None, recovery_hashes: Sequence[str]) -> None:
        """Set the second factor, or take it away. `step` is the time step whose code was the last to be used."""
        row = self._session.get_one(AccountRow, account_id)
        row.totp_secret, row.totp_step, row.recovery_hashes = sealed_secret, step, list(recovery_hashes) or None
        self._session.flush()

    def set_totp_step(self, account_id: int, step: int) -> None:
        """Note the time step whose code was used: neither it nor one before it counts again."""
        self._session.get_one(AccountRow, account_id).totp_step = step
        self._session.flush()

    def set_recovery_hashes(self, account_id: int, hashes: Sequence[str]) -> None:
        """The recovery codes that are left, by their hashes."""
        self._session.get_one(AccountRow, account_id).recovery_hashes = list(hashes) or None
        self._session.flush()

    def set_subject(self, account_id: int, issuer: str | None, subject: str | None) -> None:
        """Bind an account to somebody of an OpenID Connect provider, or to nobody."""
        row = self._session.get_one(AccountRow, account_id)
        row.oidc_issuer, row.oidc_subject = issuer, subject
        self._session.flush()
