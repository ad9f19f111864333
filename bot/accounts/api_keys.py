"""The keys of programs: made and revoked by administrators, each for some trials and for some purposes.

A key is random and long, so its hash alone is kept, and looking that up tells nobody how much of a guess was right. What people
see of it in a list is its beginning.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.accounts.refusals import Refused
from bot.store import Account, ApiKey, Store
from bot.tokens import new_token, token_hash

BEGINS = "tck_"
"""What every key begins with: whoever finds one in a file, a person or a scanner for secrets, knows what it is."""
SHOWN = len(BEGINS) + 8
LONGEST_NAME = 120
NOTED_EVERY = timedelta(minutes=1)
LASTS = (30, 90, 365, 0)
"""Days until a key ends, to choose from; 0: it ends when it is revoked."""
_TRIAL = re.compile(r"NCT\d{8}", re.ASCII)


class Scope(StrEnum):
    """What a key is for."""

    TRIALS = "trials:read"
    """Read trials, their criteria, and what can be asked."""
    SCREEN = "screen"
    """Screen answers that are sent along; nothing is stored."""
    CONVERSATIONS = "conversations:read"
    """Read conversations, with what patients told; each read is audited."""
    CONTACTS = "contacts:read"
    """Read how to reach people who asked to be contacted; each read is audited."""
    EVENTS = "events:read"
    """Learn what happened, by ids alone."""
    CHAT = "chat"
    """Talk for patients over the messaging channel."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """What is entered about a key. `trials`: NCT numbers, separated by anything; `days` until it ends."""

    name: str
    scopes: tuple[str, ...]
    all_trials: bool
    trials: str
    days: str

    def checked(self) -> tuple[frozenset[Scope], frozenset[str] | None, timedelta | None]:
        """Its scopes, its trials (None: all), and how long it lasts; refused with the code of what is wrong."""
        if not 1 <= len(self.name) <= LONGEST_NAME:
            raise Refused("name")
        if not self.scopes or not set(self.scopes) <= set(Scope):
            raise Refused("scopes")
        trials = frozenset(word for word in re.split(r"[\s,;]+", self.trials.upper()) if word)
        if not all(_TRIAL.fullmatch(trial) for trial in trials):
            raise Refused("trial")
        if not trials and not self.all_trials:
            raise Refused("no_trials")
        if self.days not in set(map(str, LASTS)):
            raise Refused("days")
        days = int(self.days)
        return frozenset(map(Scope, self.scopes)), None if self.all_trials else trials, timedelta(days=days) if days else None


def make(store: Store, by: Account, new: NewKey, now: datetime) -> tuple[ApiKey, str]:
    """Make a key; and the key itself, which is known here and never again. Refused with a code."""
    scopes, trials, lasts = new.checked()
    secret = BEGINS + new_token()
    with store.unit() as unit:
        key = unit.add_api_key(
            name=new.name,
            prefix=secret[:SHOWN],
            key_hash=token_hash(secret),
            scopes=scopes,
            trials=trials,
            made_by=by.id,
            at=now,
            expires_at=None if lasts is None else now + lasts,
        )
        detail = {
            "scopes": sorted(scopes),
            "all_trials": trials is None,
            "trials": sorted(trials or ()),
            "until": None if key.expires_at is None else key.expires_at.date().isoformat(),
        }
        unit.audit(f"account:{by.id}", "api_key_made", "api_key", str(key.id), at=now, detail=detail)
    return key, secret


def revoke(store: Store, by: Account, key_id: int, now: datetime) -> None:
    """Let a key be good no longer, from this moment on. Refused where there is none."""
    with store.unit() as unit:
        if unit.api_key(key_id) is None:
            raise Refused("not_found")
        if unit.revoke_api_key(key_id, now):
            unit.audit(f"account:{by.id}", "api_key_revoked", "api_key", str(key_id), at=now)


def good_key(store: Store, secret: str, now: datetime) -> ApiKey | None:
    """The key that somebody came with; None where there is none, or it is good no longer. That it was used is noted, once a minute."""
    if not secret.startswith(BEGINS):
        return None
    with store.reading() as unit:
        key = unit.api_key_by_hash(token_hash(secret))
    if key is None or key.id is None or not key.is_good(now):
        return None
    if key.used_at is None or now - key.used_at > NOTED_EVERY:
        with store.unit(to_disk=False) as unit:
            unit.note_api_key_used(key.id, now)
    return key


def installation_key(scopes: Collection[Scope] = frozenset(Scope) - {Scope.CONTACTS}) -> ApiKey:
    """The key of the installation's own settings: for all, but for how to reach people."""
    return ApiKey(id=None, name="", prefix="", scopes=frozenset(scopes), trials=None)
