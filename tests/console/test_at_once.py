"""Proofs that several threads bring at once count as if they came one after another, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pyotp
import pytest

from bot.accounts import passwords
from bot.accounts.invitations import accept
from bot.accounts.proof import gives_password
from bot.accounts.second_factor import recovery_hash
from bot.accounts.signing_in import complete_sign_in
from bot.accounts.single_sign_on import Identity, sign_in_by_provider
from bot.sealing import Sealer, new_key
from bot.store import Account, Store
from bot.tokens import token_hash
from tests.console.house import PASSWORD
from tests.console.people import RECOVERY, SECRET
from tests.store.conftest import database_url, postgres_template

__all__ = ["database_url", "postgres_template"]

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
Outcome = TypeVar("Outcome")
SEALER = Sealer([new_key()])


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store(database_url, "key")
    yield opened
    opened.dispose()


@pytest.fixture
def account(store: Store) -> Account:
    with store.unit() as unit:
        made = unit.add_account(
            login="ada", name="Ada", role="coordinator", at=NOON, email="ada@example.org", password_hash=passwords.hashed(PASSWORD)
        )
        unit.set_second_factor(made.id, SEALER.seal(SECRET), step=None, recovery_hashes=[recovery_hash(RECOVERY)])
        return unit.account(made.id) or made


def at_once(times: int, act: Callable[[], Outcome]) -> list[Outcome]:
    """What comes of doing something in so many threads, all starting together."""
    start = threading.Barrier(times)
    outcomes: list[Outcome] = []

    def run() -> None:
        start.wait()
        outcomes.append(act())

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == times
    return outcomes


def test_wrong_passwords_are_all_counted_until_none_is_taken(store: Store, account: Account) -> None:
    assert at_once(8, lambda: gives_password(store, account, "wrong", NOON)) == [False] * 8
    with store.reading() as unit:
        after = unit.account(account.id)
        entries = unit.audit_entries(object_kind="account", object_id=str(account.id))
    assert after is not None
    assert (after.failures, after.locked_until) == (5, NOON + timedelta(seconds=30))
    assert [entry.action for entry in entries].count("sign_in_failed") == 5
    assert not gives_password(store, account, PASSWORD, NOON)
    assert gives_password(store, account, PASSWORD, NOON + timedelta(seconds=30))


def test_wrong_passwords_from_a_known_browser_are_counted_there_as_exactly(store: Store, account: Account) -> None:
    with store.unit() as unit:
        unit.add_known_browser(account.id, token_hash=token_hash("mine"), at=NOON, most=9)
    mine = {account.id: "mine"}
    assert at_once(8, lambda: gives_password(store, account, "wrong", NOON, mine)) == [False] * 8
    with store.reading() as unit:
        after, browser = unit.account(account.id), unit.known_browser(account.id, token_hash("mine"))
    assert after is not None
    assert browser is not None
    assert (browser.failures, browser.locked_until, after.failures) == (5, NOON + timedelta(seconds=30), 0)
    assert not gives_password(store, account, PASSWORD, NOON, mine)
    assert gives_password(store, account, PASSWORD, NOON)


@pytest.mark.parametrize("code", [pyotp.TOTP(SECRET).at(NOON), RECOVERY], ids=["code", "recovery code"])
def test_one_code_completes_one_session(store: Store, account: Account, code: str) -> None:
    with store.unit() as unit:
        halves = [
            unit.open_account_session(
                account.id, token_hash=str(number) * 64, browser="", at=NOON, expires_at=NOON + timedelta(hours=1), complete=False
            )
            for number in range(4)
        ]
    waiting = iter(halves)
    tokens = at_once(4, lambda: complete_sign_in(store, SEALER, next(waiting), code, NOON))
    assert len([token for token in tokens if token is not None]) == 1
    with store.reading() as unit:
        assert len([session for session in unit.account_sessions(account.id) if session.complete]) == 1


def test_one_link_sets_one_password(store: Store, account: Account) -> None:
    with store.unit() as unit:
        unit.add_invitation(account.id, token_hash=token_hash("link"), at=NOON, expires_at=NOON + timedelta(hours=1))
    tokens = at_once(4, lambda: accept(store, "link", "blue kettle sings", "blue kettle sings", browser="", now=NOON))
    assert len([token for token in tokens if token is not None]) == 1


def test_two_who_come_by_the_provider_are_bound_once(store: Store, account: Account) -> None:
    who = Identity("https://login.example.org", "42", "ada@example.org")
    at_once(4, lambda: sign_in_by_provider(store, who, browser="", now=NOON))
    with store.reading() as unit:
        entries = [entry.action for entry in unit.audit_entries()]
        found = unit.account_by_subject(who.issuer, who.subject)
    assert entries == ["provider_bound"]
    assert found is not None
    assert found.id == account.id
