"""What somebody changes about their own account: the password and the second factor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.accounts import passwords
from bot.accounts.known_browsers import UNKNOWN, Known, forget_others
from bot.accounts.password_rules import fault_of
from bot.accounts.proof import require_proof
from bot.accounts.refusals import Refused
from bot.accounts.second_factor import address_of, new_recovery_codes, new_secret, recovery_hash, step_of
from bot.audit.actions import Action
from bot.sealing import Sealer, SealingError
from bot.store import Account, AccountSession, Store, Unit

_SET_UP_WITHIN = timedelta(minutes=15)
_ISSUER = "Trial console"


@dataclass(frozen=True, slots=True)
class SetUp:
    """A second factor that is being set up: the secret for the phone, its address for a picture, and both sealed, to come back with."""

    secret: str
    address: str
    sealed: str


def change_password(
    store: Store, account: Account, session: AccountSession, old: str, new: str, again: str, now: datetime, known: Known = UNKNOWN
) -> None:
    """Change one's password; all other sessions end, and no other browser is known any longer.

    Refused with `wrong_password`, `sign_in_again`, `unlike` (not twice the same) or a `Fault`.
    """
    require_proof(store, account, session, old, now, known)
    digest = chosen(account, new, again)
    with store.unit() as unit:
        held = unit.account(account.id, hold=True)
        if held is None or held.password_hash != account.password_hash:
            raise Refused("sign_in_again")
        unit.set_password_hash(account.id, digest, now)
        unit.end_invitations(account.id, now)
        forget_others(unit, account.id, known)
        ended = unit.revoke_sessions_of_account(account.id, now, but=session.id)
        _note(unit, account, "password_changed", now, sessions_ended=ended)


def chosen(account: Account, new: str, again: str) -> str:
    """The hash of a password that somebody chose; refused with `unlike` or a `Fault`."""
    if fault := fault_of(new, (account.login, account.name, (account.email or "").partition("@")[0])):
        raise Refused(fault)
    if passwords.normal(new) != passwords.normal(again):
        raise Refused("unlike")
    return passwords.hashed(new)


def begin_second_factor(
    store: Store, sealer: Sealer, account: Account, session: AccountSession, password: str, now: datetime, known: Known = UNKNOWN
) -> SetUp:
    """Make a secret for a phone. Nothing is kept here until a first right code comes back with it."""
    _require_none(account)
    require_proof(store, account, session, password, now, known)
    secret = new_secret()
    sealed = sealer.seal({"second_factor": secret, "session": session.id, "until": (now + _SET_UP_WITHIN).timestamp()})
    return SetUp(secret, address_of(secret, account.login, _ISSUER), sealed)


def resume_second_factor(sealer: Sealer, account: Account, session: AccountSession, sealed: str, now: datetime) -> SetUp:
    """What a form brought back; refused with `set_up_again` where it is too old, or not of this session."""
    try:
        content = sealer.open(sealed)
    except SealingError:
        raise Refused("set_up_again") from None
    if not isinstance(content, dict) or content.get("session") != session.id or now.timestamp() > content["until"]:
        raise Refused("set_up_again")
    secret: str = content["second_factor"]
    return SetUp(secret, address_of(secret, account.login, _ISSUER), sealed)


def confirm_second_factor(
    store: Store, sealer: Sealer, account: Account, session: AccountSession, set_up: SetUp, code: str, now: datetime
) -> list[str]:
    """Switch the second factor on, with the first right code; the recovery codes, which are shown this once.

    All other sessions and every link to choose a password end: they would lead in without it. Refused with `wrong_code` or `already_on`.
    """
    step = step_of(set_up.secret, code, now, None)
    if step is None:
        raise Refused("wrong_code")
    codes = new_recovery_codes()
    with store.unit() as unit:
        held = unit.account(account.id, hold=True)
        _require_none(held)
        unit.set_second_factor(account.id, sealer.seal(set_up.secret), step=step, recovery_hashes=[recovery_hash(one) for one in codes])
        unit.end_invitations(account.id, now)
        unit.revoke_sessions_of_account(account.id, now, but=session.id)
        _note(unit, account, "second_factor_on", now)
    return codes


def new_codes(store: Store, account: Account, session: AccountSession, password: str, now: datetime, known: Known = UNKNOWN) -> list[str]:
    """Ten other recovery codes in place of those before."""
    _require_one(account)
    require_proof(store, account, session, password, now, known)
    codes = new_recovery_codes()
    with store.unit() as unit:
        _require_one(unit.account(account.id, hold=True))
        unit.set_recovery_hashes(account.id, [recovery_hash(one) for one in codes])
        _note(unit, account, "recovery_codes_made", now)
    return codes


def switch_off_second_factor(
    store: Store, account: Account, session: AccountSession, password: str, now: datetime, known: Known = UNKNOWN
) -> None:
    """Do without the second factor."""
    _require_one(account)
    require_proof(store, account, session, password, now, known)
    with store.unit() as unit:
        _require_one(unit.account(account.id, hold=True))
        unit.set_second_factor(account.id, None, step=None, recovery_hashes=())
        _note(unit, account, "second_factor_off", now)


def _require_none(account: Account | None) -> None:
    if account is None or account.totp_secret is not None:
        raise Refused("already_on")


def _require_one(account: Account | None) -> None:
    if account is None or account.totp_secret is None:
        raise Refused("not_on")


def _note(unit: Unit, account: Account, action: Action, now: datetime, **detail: int) -> None:
    unit.audit(f"account:{account.id}", action, "account", str(account.id), at=now, detail=detail or None)
