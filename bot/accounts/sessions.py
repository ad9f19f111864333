"""Sessions: how long they last, and opening, listing and ending them."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.accounts.refusals import Refused
from bot.store import Account, AccountSession, Store, Unit
from bot.tokens import new_token, token_hash

LASTS = timedelta(hours=12)
"""A session ends then, however much it is used."""
IDLE = timedelta(minutes=60)
"""Or when it was not used for that long."""
HALF_LASTS = timedelta(minutes=10)
"""So long somebody who gave the password has for the second factor."""
FRESH = timedelta(minutes=10)
"""So long after signing in it is still sure who sits there, where an account has no password that could be asked for."""


def is_alive(session: AccountSession, now: datetime) -> bool:
    """Whether a session still counts."""
    return session.revoked_at is None and now < session.expires_at and now - session.seen_at <= IDLE


def open_session(unit: Unit, account: Account, *, browser: str, now: datetime, complete: bool = True, replaces: str = "") -> str:
    """Open a session, always under a token of its own; the token. `replaces` is the token this browser had, which ends."""
    if replaces and (before := unit.account_session(token_hash(replaces))) is not None:
        unit.revoke_account_session(before.id, now)
    token, lasts = new_token(), LASTS if complete else HALF_LASTS
    unit.open_account_session(account.id, token_hash=token_hash(token), browser=browser, at=now, expires_at=now + lasts, complete=complete)
    return token


def live_sessions(store: Store, account_id: int, now: datetime) -> list[AccountSession]:
    """The sessions of an account that count, the one used last first."""
    with store.reading() as unit:
        return [session for session in unit.account_sessions(account_id) if session.complete and is_alive(session, now)]


def end_session(store: Store, account_id: int, session_id: int, now: datetime) -> None:
    """End one of an account's own sessions; another's is as if it were not there (`not_found`)."""
    with store.unit() as unit:
        if not unit.revoke_sessions_of_account(account_id, now, only=session_id):
            raise Refused("not_found")
        unit.audit(f"account:{account_id}", "session_ended", "account", str(account_id), at=now)


def end_other_sessions(store: Store, account_id: int, session_id: int, now: datetime) -> None:
    """End all of an account's sessions but one."""
    with store.unit() as unit:
        ended = unit.revoke_sessions_of_account(account_id, now, but=session_id)
        unit.audit(f"account:{account_id}", "other_sessions_ended", "account", str(account_id), at=now, detail={"sessions": ended})
