"""Is it really them? A wrong password or code is counted, and after some of them none is taken for a while.

A try is counted before the password is checked and given back after it was right: whoever tries a hundred at once gets no more
of them than whoever tries one after another. While no try is taken, a right password is answered as a wrong one is.

Where a try counts depends on the browser that it comes from (`bot/accounts/known_browsers.py`).
"""

from __future__ import annotations

from datetime import datetime

from bot.accounts import passwords
from bot.accounts.known_browsers import UNKNOWN, Known, Tries, tries_of
from bot.accounts.lockout import is_locked, pause_after
from bot.accounts.refusals import Refused
from bot.accounts.sessions import FRESH
from bot.signs import Happening, happened
from bot.store import Account, AccountSession, Store, Unit


def gives_password(store: Store, account: Account | None, password: str, now: datetime, known: Known = UNKNOWN) -> bool:
    """Whether a password is an account's, as far as it is asked now. Without an account it never is, and takes as long to find out.

    What was counted stands until `forgive`.
    """
    admitted = account is not None and _admit(store, account.id, now, known)
    right = passwords.is_right(password, None if account is None else account.password_hash)
    if account is not None and admitted and not right:
        with store.unit() as unit:
            note_failure(unit, account.id, "password", now, known)
    return admitted and right


def forgive(unit: Unit, tries: Tries, *, all_of_it: bool) -> None:
    """After a right proof: forget the failures before it, or give back only the try that it took.

    With a second factor, the password alone must not open the way to ever more guesses at the code.
    """
    tries.count(unit, 0 if all_of_it else max(0, tries.failures - 1))


def require_proof(store: Store, account: Account, session: AccountSession, password: str, now: datetime, known: Known) -> None:
    """Refuse (`wrong_password`, `sign_in_again`) unless it is they: by the password, or, where they have none, by having just signed in."""
    if account.password_hash is None:
        if now - session.created_at > FRESH:
            raise Refused("sign_in_again")
        return
    if not gives_password(store, account, password, now, known):
        raise Refused("wrong_password")
    with store.unit() as unit:
        held = unit.account(account.id, hold=True)
        if held is None or held.state != "active" or held.password_hash != account.password_hash:
            raise Refused("wrong_password")
        forgive(unit, tries_of(unit, held, known, now), all_of_it=account.totp_secret is None)


def count_try(unit: Unit, tries: Tries, now: datetime) -> None:
    """Count a try, and take none for a while where it is one too many."""
    failures = tries.failures + 1
    pause = pause_after(failures)
    tries.count(unit, failures, now + pause if pause else None)


def note_failure(unit: Unit, account_id: int, what: str, now: datetime, known: Known) -> None:
    """Write a failure down, and that it locked the account, where it did. `what` was wrong: `password` or `code`."""
    held = unit.account(account_id)
    if held is None:
        return
    tries = tries_of(unit, held, known, now)
    # Which it was tells somebody's own slips from a stranger's guesses.
    where = {} if tries.browser_id is None else {"browser": "known"}
    unit.audit("system", "sign_in_failed", "account", str(account_id), at=now, detail={"wrong": what, **where})
    if tries.locked_until is not None and is_locked(tries.locked_until, now):
        seconds = round((tries.locked_until - now).total_seconds())
        detail = {"failures": tries.failures, "seconds": seconds, **where}
        happened(Happening.ACCOUNT_LOCKED)
        unit.audit("system", "account_locked", "account", str(account_id), at=now, detail=detail)


def _admit(store: Store, account_id: int, now: datetime, known: Known) -> bool:
    """Take a try, if there is one to take."""
    # Nothing is lost with a count that a power cut undoes, and to wait for the disk would tell that there is such an account.
    with store.unit(to_disk=False) as unit:
        account = unit.account(account_id, hold=True)
        if account is None or is_locked((tries := tries_of(unit, account, known, now)).locked_until, now):
            return False
        count_try(unit, tries, now)
    return True
