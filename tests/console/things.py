"""Things that the addresses of the console name, each belonging to somebody else than whoever asks.

For every kind of part in a path (`{conversation}`) a function that makes one and says what stands in the address.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta

from bot.accounts.api_keys import NewKey, make
from bot.accounts.roles import Role
from bot.tokens import new_token, token_hash
from tests.console.house import TRIAL, House


def _session(house: House) -> str:
    now = house.clock()
    with house.store.unit() as unit:
        opened = unit.open_account_session(
            house.account(Role.AUDITOR).id,
            token_hash=secrets.token_hex(32),
            browser="another browser",
            at=now,
            expires_at=now + timedelta(hours=1),
            complete=True,
        )
    return str(opened.id)


def _view(house: House) -> str:
    owner = house.account(Role.AUDITOR)
    with house.store.unit() as unit:
        unit.save_view(owner.id, "Finished", "stage=finished")
        return str(unit.saved_views(owner.id)[0].id)


def _note(house: House) -> str:
    author = house.account(Role.COORDINATOR)
    with house.store.unit() as unit:
        return str(unit.add_note(house.conversation("yes"), author.id, "a note", house.clock()))


def _invitation(house: House) -> str:
    invited, token, now = house.account(Role.AUDITOR), new_token(), house.clock()
    with house.store.unit() as unit:
        unit.add_invitation(invited.id, token_hash=token_hash(token), at=now, expires_at=now + timedelta(hours=1))
    return token


def _target(house: House) -> str:
    with house.store.unit() as unit:
        added = unit.add_delivery_target(trial_id=TRIAL, kind="mail", address="team@example.org", secret=None, at=house.clock())
    return str(added.id)


def _delivery(house: House) -> str:
    target = int(_target(house))
    with house.store.unit() as unit:
        return str(unit.enqueue("handoff.created", target, {}, at=house.clock()).id)


def _key(house: House) -> str:
    new = NewKey("a program", ("trials:read",), all_trials=False, trials=TRIAL, days="90")
    key, _ = make(house.store, house.account(Role.ADMINISTRATOR), new, house.clock())
    return str(key.id)


def _receipt(house: House) -> str:
    with house.store.unit() as unit:
        erasure = unit.erase_conversation(house.conversation("yes"), by="patient", at=house.clock())
    assert erasure is not None
    return erasure.receipt


STRANGERS: Mapping[str, Callable[[House], str]] = {
    "conversation": lambda house: house.conversation("yes", "57"),
    "trial": lambda _house: TRIAL,
    "account": lambda house: str(house.account(Role.COORDINATOR).id),
    "session": _session,
    "view": _view,
    "note": _note,
    # Of a line in the conversation that the path names before it.
    "position": lambda _house: "1",
    "token": _invitation,
    "target": _target,
    "delivery": _delivery,
    "receipt": _receipt,
    "key": _key,
    # Of the trial that the path names before it.
    "criterion": lambda _house: "I3",
    "figure": lambda _house: "funnel",
}
