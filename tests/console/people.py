"""What tests of people ask: what the audit says of an account, the codes of a phone, a second factor that is set up."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pyotp

from bot.accounts.people import LINK_LASTS
from bot.accounts.second_factor import recovery_hash
from bot.store import Account
from bot.tokens import new_token, token_hash
from tests.console.house import PASSWORD, Guest, House

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
RECOVERY = "abcd-efgh-jkmn-pqrs"
SECOND_FACTOR = "/console/me/second-factor"


def now_of(house: House, account: Account) -> Account:
    """An account as it is now."""
    with house.store.reading() as unit:
        found = unit.account(account.id)
    assert found is not None
    return found


def actions(house: House, account: Account) -> list[str]:
    """What the audit says was done to an account, first to last."""
    with house.store.reading() as unit:
        return [entry.action for entry in reversed(unit.audit_entries(object_kind="account", object_id=str(account.id)))]


def detail(house: House, action: str) -> tuple[str, object]:
    """Who did the last such thing, and what the audit says of it."""
    with house.store.reading() as unit:
        entry = next(entry for entry in unit.audit_entries() if entry.action == action)
    return entry.actor, entry.detail


def with_second_factor(house: House, account: Account) -> Account:
    """Give an account the second factor of these tests."""
    with house.store.unit() as unit:
        unit.set_second_factor(account.id, house.console.sealer.seal(SECRET), step=None, recovery_hashes=[recovery_hash(RECOVERY)])
    return now_of(house, account)


def code(house: House, steps: int = 0, secret: str = SECRET) -> str:
    """What a phone shows, so many steps of thirty seconds from now."""
    return pyotp.TOTP(secret).at(house.clock() + timedelta(seconds=30 * steps))


async def give_password(guest: Guest, account: Account, password: str = PASSWORD, **more: str) -> tuple[int, str]:
    """The first step of signing in."""
    return await guest.post("/console/sign-in", login=account.login, password=password, **more)


def link_for(house: House, account: Account) -> str:
    """The path of a link by which somebody may choose a password, made as a reset does and used by nobody yet."""
    token, now = new_token(), house.clock()
    with house.store.unit() as unit:
        unit.add_invitation(account.id, token_hash=token_hash(token), at=now, expires_at=now + LINK_LASTS)
    return f"/console/invitation/{token}"


def link_in(page: str) -> str:
    """The invitation's address, without the host, that a page shows."""
    found = re.search(r"https?://[^/\s<]+(/console/invitation/[\w-]+)", html.unescape(page))
    assert found is not None
    return found[1]
