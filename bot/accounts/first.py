"""The first account, by which an installation begins."""

from __future__ import annotations

from datetime import datetime

from bot.accounts import passwords
from bot.accounts.roles import FIRST_LOGIN, Role
from bot.store import Store


def first_account(store: Store, password: str, now: datetime) -> None:
    """Make the first account, or bring its password to what the installation sets, until somebody has chosen another one."""
    with store.unit() as unit:
        found = unit.account_by_login(FIRST_LOGIN)
        if found is None:
            made = unit.add_account(
                login=FIRST_LOGIN,
                name="First coordinator",
                role=Role.ADMINISTRATOR,
                at=now,
                all_trials=True,
                password_hash=passwords.hashed(password),
            )
            unit.audit("system", "account_added", "account", str(made.id), at=now, detail={"role": made.role})
        elif found.password_changed_at is None and not passwords.is_right(password, found.password_hash):
            unit.set_password_hash(found.id, passwords.hashed(password), None)
            unit.forget_browsers(found.id)
            unit.audit("system", "password_set_by_installation", "account", str(found.id), at=now)
