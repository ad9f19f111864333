"""What an administrator does with accounts: invites, changes, disables, resets. There is always somebody left who can."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.accounts.refusals import Refused
from bot.accounts.roles import Role
from bot.store import Account, Store, Unit
from bot.tokens import new_token, token_hash

LINK_LASTS = timedelta(hours=72)
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,79}", re.ASCII)
_EMAIL = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\".]+")
_TRIAL = re.compile(r"NCT\d{8}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Person:
    """What is entered about somebody. `trials`: NCT numbers, separated by anything."""

    name: str
    email: str
    role: str
    all_trials: bool
    trials: str

    def checked(self) -> tuple[Role, frozenset[str]]:
        """Their role and trials; refused with the code of what is wrong."""
        if not 1 <= len(self.name) <= 120:
            raise Refused("name")
        if self.email and (len(self.email) > 254 or not _EMAIL.fullmatch(self.email)):
            raise Refused("email")
        if self.role not in set(Role):
            raise Refused("role")
        trials = frozenset(word for word in re.split(r"[\s,;]+", self.trials.upper()) if word)
        if not all(_TRIAL.fullmatch(trial) for trial in trials):
            raise Refused("trial")
        if not trials and not self.all_trials:
            raise Refused("no_trials")
        return Role(self.role), trials


def invite(store: Store, by: Account, login: str, person: Person, now: datetime) -> tuple[Account, str]:
    """Make an account that waits for its person; the account, and the token of the link to hand over. Refused with a code."""
    login = login.casefold()
    if not _LOGIN.fullmatch(login):
        raise Refused("login")
    role, trials = person.checked()
    with store.unit() as unit:
        if unit.account_by_login(login) is not None:
            raise Refused("login_taken")
        _require_own_address(unit, person.email, None)
        made = unit.add_account(
            login=login,
            name=person.name,
            email=person.email or None,
            role=role,
            at=now,
            all_trials=person.all_trials,
            trials=trials,
            state="invited",
        )
        detail = {"role": role.value, "all_trials": person.all_trials, "trials": sorted(trials)}
        unit.audit(f"account:{by.id}", "account_invited", "account", str(made.id), at=now, detail=detail)
        return made, _link(unit, made.id, now)


def change(store: Store, by: Account, account_id: int, person: Person, now: datetime) -> None:
    """Change what is kept about somebody. One's own role stays: nobody locks themselves out by mistake."""
    role, trials = person.checked()
    with store.unit() as unit:
        _keep_one_administrator(unit, account_id, leaves=role is not Role.ADMINISTRATOR)
        held = _held(unit, account_id)
        if held.id == by.id and held.role != role:
            raise Refused("own_role")
        _require_own_address(unit, person.email, account_id)
        after = {
            "name": person.name,
            "email": person.email or None,
            "role": role.value,
            "all_trials": person.all_trials,
            "trials": trials,
        }
        changed = [field for field, value in after.items() if getattr(held, field) != value]
        if not changed:
            return
        unit.set_account(account_id, name=person.name, email=person.email or None, role=role, all_trials=person.all_trials, trials=trials)
        # Names and addresses are people's own: of these the audit says only that they changed.
        detail: dict[str, object] = {"changed": changed}
        detail |= {"role": [held.role, role.value]} if "role" in changed else {}
        detail |= {"trials": [sorted(held.trials), sorted(trials)]} if "trials" in changed else {}
        detail |= {"all_trials": person.all_trials} if "all_trials" in changed else {}
        unit.audit(f"account:{by.id}", "account_changed", "account", str(account_id), at=now, detail=detail)


def disable(store: Store, by: Account, account_id: int, now: datetime) -> None:
    """Let somebody in no longer, from this moment on."""
    with store.unit() as unit:
        if account_id == by.id:
            raise Refused("oneself")
        _keep_one_administrator(unit, account_id, leaves=True)
        if _held(unit, account_id).state == "disabled":
            return
        unit.set_account_state(account_id, "disabled")
        unit.end_invitations(account_id, now)
        ended = unit.revoke_sessions_of_account(account_id, now)
        unit.audit(f"account:{by.id}", "account_disabled", "account", str(account_id), at=now, detail={"sessions_ended": ended})


def enable(store: Store, by: Account, account_id: int, now: datetime) -> None:
    """Let somebody in again. Who never accepted their invitation needs a new link."""
    with store.unit() as unit:
        held = _held(unit, account_id)
        if held.state != "disabled":
            return
        has_been_here = held.password_changed_at is not None or held.password_hash is not None or held.oidc_subject is not None
        unit.set_account_state(account_id, "active" if has_been_here else "invited")
        unit.set_failures(account_id, 0)
        unit.audit(f"account:{by.id}", "account_enabled", "account", str(account_id), at=now)


def reset(store: Store, by: Account, account_id: int, now: datetime) -> str:
    """Take away every way in that somebody had, and make a new link; its token. For who forgot, lost a phone, or was found out."""
    with store.unit() as unit:
        if account_id == by.id:
            raise Refused("oneself")
        return _reset(unit, f"account:{by.id}", account_id, now)


def reset_by_operator(store: Store, login: str, now: datetime) -> str | None:
    """The same for whoever runs the installation, where no administrator can get in any more. None: nobody has that login."""
    with store.unit() as unit:
        account = unit.account_by_login(login)
        return None if account is None else _reset(unit, "system", account.id, now)


def _reset(unit: Unit, actor: str, account_id: int, now: datetime) -> str:
    held = _held(unit, account_id)
    if held.state == "disabled":
        raise Refused("disabled")
    if held.state == "active":
        unit.set_password_hash(account_id, None, now)
        unit.set_second_factor(account_id, None, step=None, recovery_hashes=())
        unit.set_subject(account_id, None, None)
        unit.set_failures(account_id, 0)
    unit.forget_browsers(account_id)
    ended = unit.revoke_sessions_of_account(account_id, now)
    unit.audit(actor, "account_reset", "account", str(account_id), at=now, detail={"sessions_ended": ended})
    return _link(unit, account_id, now)


def _link(unit: Unit, account_id: int, now: datetime) -> str:
    token = new_token()
    unit.add_invitation(account_id, token_hash=token_hash(token), at=now, expires_at=now + LINK_LASTS)
    return token


def _held(unit: Unit, account_id: int) -> Account:
    held = unit.account(account_id, hold=True)
    if held is None:
        raise Refused("not_found")
    return held


def _keep_one_administrator(unit: Unit, account_id: int, *, leaves: bool) -> None:
    """Refuse to lose the last one who can let people in. All of them are held: two who demote each other take turns."""
    if leaves and unit.hold_active_accounts(Role.ADMINISTRATOR) == [account_id]:
        raise Refused("last_administrator")


def _require_own_address(unit: Unit, email: str, account_id: int | None) -> None:
    """An address leads to one account alone: a provider's sign-in finds people by it."""
    if email and any(other.id != account_id for other in unit.accounts_by_email(email)):
        raise Refused("email_taken")
