"""Who is asking, on a page of the console."""

from __future__ import annotations

from dataclasses import dataclass

from bot.accounts.roles import Permission, Role, allows
from bot.store import Account, AccountSession


@dataclass(frozen=True, slots=True)
class Visitor:
    """An account with the session it came by."""

    account: Account
    session: AccountSession

    @property
    def actor(self) -> str:
        """As the audit names them."""
        return f"account:{self.account.id}"

    @property
    def role(self) -> Role:
        return Role(self.account.role)

    def may(self, permission: Permission) -> bool:
        """Whether their role allows something."""
        return allows(self.role, permission)

    def sees_trial(self, trial_id: str | None) -> bool:
        """Whether a trial, or a conversation about it, is theirs to see. A search among all trials (None) is for who sees all."""
        return self.account.all_trials or (trial_id is not None and trial_id in self.account.trials)

    @property
    def trials(self) -> frozenset[str] | None:
        """The trials they see; None: all."""
        return None if self.account.all_trials else self.account.trials
