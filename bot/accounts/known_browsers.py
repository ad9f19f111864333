"""Browsers that an account was signed in with before, and where what is wrong is counted.

Whoever knows a login can be wrong for ever, and so keep an account locked. That must not keep out whose account it is: a browser that they
came in with before has a count of its own. It is told by a random token, which opens nothing and which nobody gets who has not come in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from bot.store import Account, KnownBrowser, Unit
from bot.tokens import new_token, token_hash

Known = Mapping[int, str]
"""The tokens that a browser brings, by the account that they are of."""
UNKNOWN: Known = MappingProxyType({})
KNOWN_FOR = timedelta(days=180)
"""So long after somebody last signed in with it."""
MOST = 20
"""Of one account. Each is one more count, so they are not to grow without end."""


@dataclass(frozen=True, slots=True)
class Tries:
    """How often in a row a proof was wrong, and until when none is taken: from one browser, or (None) from all that are not known."""

    account_id: int
    browser_id: int | None
    failures: int
    locked_until: datetime | None

    def count(self, unit: Unit, failures: int, locked_until: datetime | None = None) -> None:
        """Say otherwise."""
        if self.browser_id is None:
            unit.set_failures(self.account_id, failures, locked_until)
        else:
            unit.set_failures_of_browser(self.browser_id, failures, locked_until)


def tries_of(unit: Unit, account: Account, known: Known, now: datetime) -> Tries:
    """Where a try counts that comes from a browser with these tokens."""
    browser = _browser(unit, account.id, known, now)
    if browser is None:
        return Tries(account.id, None, account.failures, account.locked_until)
    return Tries(account.id, browser.id, browser.failures, browser.locked_until)


def remember(unit: Unit, account_id: int, known: Known, now: datetime) -> str:
    """Know the browser again that an account, which is held, was signed in with; the token that it keeps."""
    browser = _browser(unit, account_id, known, now)
    if browser is not None:
        unit.see_known_browser(browser.id, now)
        return known[account_id]
    # Never one that the browser came with: somebody else could have put it there.
    token = new_token()
    unit.add_known_browser(account_id, token_hash=token_hash(token), at=now, most=MOST)
    return token


def forget_others(unit: Unit, account_id: int, known: Known) -> None:
    """Know no browser of an account any longer but the one with these tokens."""
    unit.forget_browsers(account_id, but=token_hash(known[account_id]) if account_id in known else "")


def _browser(unit: Unit, account_id: int, known: Known, now: datetime) -> KnownBrowser | None:
    found = unit.known_browser(account_id, token_hash(known[account_id])) if account_id in known else None
    return found if found is not None and now - found.seen_at < KNOWN_FOR else None
