"""Accounts, how they prove who comes, their sessions and invitations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from bot.store import Account, Store

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)


def add(store: Store, login: str = "ada", **more: object) -> Account:
    with store.unit() as unit:
        return unit.add_account(login=login, name=login.title(), role="coordinator", at=NOON, **more)


def test_an_account_is_found_by_id_by_login_and_comes_with_its_trials(store: Store) -> None:
    made = add(store, "Ada", trials=["NCT2", "NCT1"])
    other = add(store, "bob", trials=["NCT3"])
    with store.reading() as unit:
        assert unit.account(made.id) == unit.account_by_login("ADA") == made
        assert made.trials == {"NCT1", "NCT2"}
        assert unit.accounts() == [made, other]
        assert unit.account(made.id + 100) is None
        assert unit.account_by_login("nobody") is None


def test_a_login_is_taken_once_whatever_its_case(store: Store) -> None:
    add(store, "ada")
    with pytest.raises(IntegrityError):
        add(store, "ADA")


def test_an_account_is_found_by_its_address_whatever_its_case(store: Store) -> None:
    made = add(store, email="Ada.Ünal@Example.org")
    add(store, "bob")
    with store.reading() as unit:
        assert unit.accounts_by_email("ada.ünal@example.ORG") == [made]
        assert unit.accounts_by_email("") == unit.accounts_by_email("da.ünal@example.org") == []


def test_what_is_changed_of_an_account_is_there_and_nothing_else(store: Store) -> None:
    made = add(store, trials=["NCT1"], password_hash="h")
    with store.unit() as unit:
        unit.set_account(made.id, name="Ada L.", email="a@b.org", role="auditor", all_trials=True, trials=["NCT9"])
        unit.set_account_state(made.id, "disabled")
        unit.set_failures(made.id, 7, LATER)
        unit.set_second_factor(made.id, "sealed", step=3, recovery_hashes=["x", "y"])
        unit.set_totp_step(made.id, 4)
        unit.set_recovery_hashes(made.id, ["y"])
        unit.set_subject(made.id, "https://login.example.org", "42")
    with store.reading() as unit:
        found = unit.account(made.id)
        assert unit.account_by_subject("https://login.example.org", "42") == found
        assert unit.account_by_subject("https://login.example.org", "43") is None
    assert found is not None
    assert (found.name, found.email, found.role, found.all_trials, found.trials) == ("Ada L.", "a@b.org", "auditor", True, {"NCT9"})
    assert (found.state, found.failures, found.locked_until) == ("disabled", 7, LATER)
    assert (found.totp_secret, found.totp_step, found.recovery_hashes) == ("sealed", 4, ("y",))
    assert (found.login, found.password_hash, found.created_at) == ("ada", "h", NOON)
    with store.unit() as unit:
        unit.set_second_factor(made.id, None, step=None, recovery_hashes=())
        unit.set_subject(made.id, None, None)
        unit.set_password_hash(made.id, None, LATER)
    with store.reading() as unit:
        found = unit.account(made.id)
    assert found is not None
    assert (found.totp_secret, found.totp_step, found.recovery_hashes) == (None, None, ())
    assert (found.password_hash, found.oidc_issuer, found.oidc_subject) == (None, None, None)


def test_one_somebody_of_a_provider_is_one_account(store: Store) -> None:
    one, other = add(store, "ada"), add(store, "bob")
    with store.unit() as unit:
        unit.set_subject(one.id, "https://login.example.org", "42")
    with pytest.raises(IntegrityError), store.unit() as unit:
        unit.set_subject(other.id, "https://login.example.org", "42")


def test_those_of_a_role_who_may_sign_in(store: Store) -> None:
    one, two, three = add(store, "ada"), add(store, "bob"), add(store, "cem")
    with store.unit() as unit:
        unit.set_account_state(two.id, "invited")
        assert unit.hold_active_accounts("coordinator") == [one.id, three.id]
        assert unit.hold_active_accounts("administrator") == []


def test_sessions_end_one_by_one_all_but_one_or_all_and_only_ones_own(store: Store) -> None:
    ada, bob = add(store, "ada"), add(store, "bob")
    with store.unit() as unit:
        opened = [
            unit.open_account_session(account.id, token_hash=token * 64, browser="", at=NOON, expires_at=LATER, complete=True)
            for token, account in (("a", ada), ("b", ada), ("c", ada), ("d", bob))
        ]
        unit.see_account_session(opened[0].id, LATER)
    with store.unit() as unit:
        assert unit.revoke_sessions_of_account(bob.id, NOON, only=opened[0].id) == 0
        assert unit.revoke_sessions_of_account(ada.id, NOON, only=opened[1].id) == 1
        assert unit.revoke_sessions_of_account(ada.id, NOON, only=opened[1].id) == 0
    with store.reading() as unit:
        assert [session.id for session in unit.account_sessions(ada.id)] == [opened[0].id, opened[2].id]
        assert unit.last_seen([ada.id, bob.id, 999]) == {ada.id: LATER, bob.id: NOON}
        ended = unit.account_session("b" * 64)
        assert ended is not None
        assert ended.revoked_at == NOON
    with store.unit() as unit:
        assert unit.revoke_sessions_of_account(ada.id, NOON, but=opened[2].id) == 1
        assert unit.revoke_sessions_of_account(ada.id, NOON) == 1
    with store.reading() as unit:
        assert unit.account_sessions(ada.id) == []
        assert [session.id for session in unit.account_sessions(bob.id)] == [opened[3].id]


def test_a_newer_invitation_ends_the_one_before(store: Store) -> None:
    ada, bob = add(store, "ada"), add(store, "bob")
    with store.unit() as unit:
        unit.add_invitation(ada.id, token_hash="a" * 64, at=NOON, expires_at=LATER)
        unit.add_invitation(bob.id, token_hash="b" * 64, at=NOON, expires_at=LATER)
        unit.add_invitation(ada.id, token_hash="c" * 64, at=LATER, expires_at=LATER)
    with store.reading() as unit:
        first, second, bobs = unit.invitation("a" * 64), unit.open_invitation(ada.id), unit.open_invitation(bob.id)
        assert unit.invitation("x" * 64) is None
    assert first is not None
    assert second is not None
    assert bobs is not None
    assert (first.used_at, second.created_at, second.used_at, bobs.used_at) == (LATER, LATER, None, None)
    with store.unit() as unit:
        unit.end_invitations(ada.id, LATER)
    with store.reading() as unit:
        assert unit.open_invitation(ada.id) is None


def test_a_browser_is_known_for_the_account_that_was_signed_in_with_it(store: Store) -> None:
    ada, bob = add(store), add(store, "bob")
    with store.unit() as unit:
        unit.add_known_browser(ada.id, token_hash="a", at=NOON, most=9)
        assert unit.known_browser(bob.id, "a") is None
        assert unit.known_browser(ada.id, "b") is None
        found = unit.known_browser(ada.id, "a")
        assert found is not None
        unit.set_failures_of_browser(found.id, 3, LATER)
        unit.see_known_browser(found.id, LATER)
    with store.reading() as unit:
        found, account = unit.known_browser(ada.id, "a"), unit.account(ada.id)
    assert found is not None
    assert (found.failures, found.locked_until, found.seen_at) == (3, LATER, LATER)
    assert account is not None
    assert account.failures == 0


def test_of_too_many_browsers_the_one_used_the_longest_ago_is_forgotten(store: Store) -> None:
    ada, bob = add(store), add(store, "bob")
    with store.unit() as unit:
        unit.add_known_browser(bob.id, token_hash="bob's", at=NOON, most=3)
        for number in range(5):
            unit.add_known_browser(ada.id, token_hash=str(number), at=NOON + timedelta(days=number), most=3)
            first = unit.known_browser(ada.id, "0")
            assert first is not None
            unit.see_known_browser(first.id, NOON + timedelta(days=number))
    with store.reading() as unit:
        assert [token for token in map(str, range(5)) if unit.known_browser(ada.id, token)] == ["0", "3", "4"]
        assert unit.known_browser(bob.id, "bob's") is not None


def test_the_browsers_of_an_account_are_forgotten_all_or_all_but_one(store: Store) -> None:
    ada, bob = add(store), add(store, "bob")
    with store.unit() as unit:
        for account, token in ((ada, "a"), (ada, "b"), (bob, "c")):
            unit.add_known_browser(account.id, token_hash=token, at=NOON, most=9)
        unit.forget_browsers(ada.id, but="b")
        assert [token for token in "abc" if unit.known_browser(ada.id, token)] == ["b"]
        unit.forget_browsers(ada.id)
        assert unit.known_browser(ada.id, "b") is None
        assert unit.known_browser(bob.id, "c") is not None
