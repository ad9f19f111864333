"""Signing in: by a password, and then by the second factor where there is one. And out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.accounts import passwords
from bot.accounts.known_browsers import UNKNOWN, Known, remember, tries_of
from bot.accounts.lockout import is_locked
from bot.accounts.proof import count_try, forgive, gives_password, note_failure
from bot.accounts.second_factor import step_of, without
from bot.accounts.sessions import open_session
from bot.sealing import Sealer
from bot.store import Account, AccountSession, Store, Unit


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session's token, and whether it is `complete`: without that, the second factor is still asked for.

    `known_by` is what the browser keeps to be known again as one of the account's; empty as long as it is not complete.
    """

    token: str
    complete: bool
    account_id: int
    known_by: str


def sign_in(
    store: Store, login: str, password: str, *, browser: str, now: datetime, replaces: str = "", known: Known = UNKNOWN
) -> SignedIn | None:
    """Sign somebody in by login and password; None, whatever it was that did not fit.

    `browser` is in words; `replaces` is the token of the session that this browser had; `known` what it was given to be known by.
    """
    with store.reading() as unit:
        account = unit.account_by_login(login)
    if not gives_password(store, account, password, now, known) or account is None:
        return None
    newer = passwords.hashed(password) if passwords.is_outdated(account.password_hash or "") else None
    with store.unit() as unit:
        held = unit.account(account.id, hold=True)
        # Disabled, or given another password, while this one was looked at.
        if held is None or held.state != "active" or held.password_hash != account.password_hash:
            note_failure(unit, account.id, "state", now, known)
            return None
        if newer is not None:
            unit.set_password_hash(held.id, newer, held.password_changed_at)
        return admit(unit, held, browser=browser, now=now, replaces=replaces, by="password", known=known)


def admit(unit: Unit, account: Account, *, browser: str, now: datetime, replaces: str, by: str, known: Known) -> SignedIn:
    """Open a session for who has proven by a password, a link or a provider who they are. With a second factor it is half a session."""
    complete = account.totp_secret is None
    if by == "password":
        forgive(unit, tries_of(unit, account, known, now), all_of_it=complete)
    elif by == "invitation" and complete:
        unit.set_failures(account.id, 0)
    token = open_session(unit, account, browser=browser, now=now, complete=complete, replaces=replaces)
    if complete:
        unit.audit(f"account:{account.id}", "signed_in", "account", str(account.id), at=now, detail={"by": by})
    return SignedIn(token, complete, account.id, remember(unit, account.id, known, now) if complete else "")


def complete_sign_in(
    store: Store, sealer: Sealer, session: AccountSession, code: str, now: datetime, known: Known = UNKNOWN
) -> SignedIn | None:
    """Take the second factor, a code of the phone or a recovery code; the whole session, or None.

    The half session ends: what could be read of it before is of no use afterwards.
    """
    with store.unit() as unit:
        account = unit.account(session.account_id, hold=True)
        if account is None or account.state != "active":
            return None
        tries = tries_of(unit, account, known, now)
        if is_locked(tries.locked_until, now):
            return None
        by = take_code(unit, sealer, account, code, now)
        if by is None:
            count_try(unit, tries, now)
            note_failure(unit, account.id, "code", now, known)
            return None
        forgive(unit, tries, all_of_it=True)
        unit.revoke_account_session(session.id, now)
        token = open_session(unit, account, browser=session.browser, now=now)
        unit.audit(f"account:{account.id}", "signed_in", "account", str(account.id), at=now, detail={"by": by})
        return SignedIn(token, complete=True, account_id=account.id, known_by=remember(unit, account.id, known, now))


def take_code(unit: Unit, sealer: Sealer, account: Account, code: str, now: datetime) -> str | None:
    """Use up a code of the account, which must be held: what kind it was, or None where it is not good (any longer)."""
    if account.totp_secret is None:
        return None
    step = step_of(sealer.open(account.totp_secret), code, now, account.totp_step)
    if step is not None:
        unit.set_totp_step(account.id, step)
        return "second_factor"
    left = without(account.recovery_hashes, code)
    if left is None:
        return None
    unit.set_recovery_hashes(account.id, left)
    unit.audit(f"account:{account.id}", "recovery_code_used", "account", str(account.id), at=now, detail={"left": len(left)})
    return "recovery_code"


def sign_out(store: Store, session: AccountSession, now: datetime) -> None:
    """End a session."""
    with store.unit() as unit:
        unit.revoke_account_session(session.id, now)
        unit.audit(f"account:{session.account_id}", "signed_out", "account", str(session.account_id), at=now)
