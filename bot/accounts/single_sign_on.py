"""Whose account somebody is, whom an OpenID Connect provider vouches for. Nobody is made an account by signing in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.accounts.known_browsers import UNKNOWN, Known
from bot.accounts.refusals import Refused
from bot.accounts.signing_in import SignedIn, admit
from bot.store import Account, Store, Unit


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is to a provider. `email` is one that the provider has verified, or empty."""

    issuer: str
    subject: str
    email: str


def sign_in_by_provider(
    store: Store, who: Identity, *, browser: str, now: datetime, replaces: str = "", known: Known = UNKNOWN
) -> SignedIn:
    """Sign in whom the provider names: by what they were bound to before, the first time by their verified address.

    Refused with `unknown_person`, which tells nobody whether there is such an account.
    """
    with store.unit() as unit:
        account = unit.account_by_subject(who.issuer, who.subject)
        if account is None:
            account = _bound(unit, who, now)
        account = None if account is None else unit.account(account.id, hold=True)
        if account is not None and account.state == "active":
            return admit(unit, account, browser=browser, now=now, replaces=replaces, by="provider", known=known)
        if account is not None:
            unit.audit("system", "sign_in_failed", "account", str(account.id), at=now, detail={"wrong": "state", "by": "provider"})
    raise Refused("unknown_person")


def _bound(unit: Unit, who: Identity, now: datetime) -> Account | None:
    """The one account of that address, bound from now on; an invited one has thereby come in. What is bound already stays so."""
    found = unit.accounts_by_email(who.email) if who.email else []
    if len(found) != 1 or (held := unit.account(found[0].id, hold=True)) is None:
        return None
    if (held.oidc_issuer, held.oidc_subject) == (who.issuer, who.subject):
        # They came twice at once, and the other time was faster.
        return held
    if held.oidc_subject is not None:
        unit.audit("system", "sign_in_failed", "account", str(held.id), at=now, detail={"wrong": "bound", "by": "provider"})
        return None
    if held.state == "disabled":
        return held
    unit.set_subject(held.id, who.issuer, who.subject)
    if held.state == "invited":
        unit.set_account_state(held.id, "active")
    # A link that was never used is no longer needed, and whoever found it would be one more who comes in.
    unit.end_invitations(held.id, now)
    unit.audit(f"account:{held.id}", "provider_bound", "account", str(held.id), at=now)
    return held
