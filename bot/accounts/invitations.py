"""Accepting an invitation: a link that is good once, and a password that somebody chooses."""

from __future__ import annotations

from datetime import datetime

from bot.accounts.known_browsers import UNKNOWN
from bot.accounts.own import chosen
from bot.accounts.signing_in import SignedIn, admit
from bot.store import Account, Store, Unit
from bot.tokens import token_hash


def invited(store: Store, token: str, now: datetime) -> Account | None:
    """Whom a link is for; None where there is no such link, or it is good no longer."""
    with store.reading() as unit:
        return _invited(unit, token, now)


def accept(store: Store, token: str, password: str, again: str, *, browser: str, now: datetime, replaces: str = "") -> SignedIn | None:
    """Set the password of whom a link is for and sign them in, up to their second factor; None where the link is good no longer.

    Refused with `unlike` or a `Fault`; the link stays good then.
    """
    account = invited(store, token, now)
    if account is None:
        return None
    digest = chosen(account, password, again)
    with store.unit() as unit:
        held = _invited(unit, token, now, hold=True)
        if held is None:
            return None
        unit.set_password_hash(held.id, digest, now)
        unit.set_account_state(held.id, "active")
        unit.end_invitations(held.id, now)
        unit.revoke_sessions_of_account(held.id, now)
        unit.forget_browsers(held.id)
        unit.audit(f"account:{held.id}", "invitation_accepted", "account", str(held.id), at=now)
        return admit(unit, held, browser=browser, now=now, replaces=replaces, by="invitation", known=UNKNOWN)


def _invited(unit: Unit, token: str, now: datetime, *, hold: bool = False) -> Account | None:
    digest = token_hash(token)
    found = unit.invitation(digest)
    account = None if found is None else unit.account(found.account_id, hold=hold)
    # Read again while the account is held: two who come by the same link take turns, and the second finds it used.
    found = unit.invitation(digest) if hold else found
    if account is None or account.state == "disabled" or found is None or found.used_at is not None or now >= found.expires_at:
        return None
    return account
