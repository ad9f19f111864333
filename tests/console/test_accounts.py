"""Who signs in, what they may see, and who decides that."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.accounts import people
from bot.accounts.first import first_account
from bot.accounts.people import Person
from bot.accounts.refusals import Refused
from bot.accounts.roles import Role
from bot.store import Account, Store
from tests.console.conftest import SignIn
from tests.console.house import OTHER_TRIAL, PASSWORD, TRIAL, Guest, House
from tests.console.people import actions, detail, give_password, now_of
from tests.store.conftest import database_url, postgres_template

__all__ = ["database_url", "postgres_template"]

ACCOUNTS = "/console/accounts"
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def form(account: Account, **changed: str) -> dict[str, str]:
    """The form of an account, filled in as it is."""
    kept = {"name": account.name, "email": account.email or "", "role": account.role, "trials": " ".join(account.trials)}
    return kept | ({"all_trials": "yes"} if account.all_trials else {}) | changed


async def administrator(house: House, guest: Guest) -> Account:
    account = house.account(Role.ADMINISTRATOR)
    await give_password(guest, account)
    await guest.get(ACCOUNTS)
    return account


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.TRIAL_MANAGER, Role.AUDITOR])
async def test_only_administrators_see_and_change_people(house: House, sign_in: SignIn, role: Role) -> None:
    guest, account = await sign_in(role), house.account()
    await guest.get("/console/me")
    for path in (ACCOUNTS, f"{ACCOUNTS}/invite", f"{ACCOUNTS}/{account.id}"):
        assert (await guest.get(path))[0] == 403
    for path in ("invite", f"{account.id}", f"{account.id}/disable", f"{account.id}/enable", f"{account.id}/reset"):
        assert (await guest.post(f"{ACCOUNTS}/{path}", form(account, login="x1", name="X")))[0] == 403
    assert now_of(house, account) == account


async def test_the_list_names_everybody_and_escapes_what_they_are_called(house: House, stranger: Guest) -> None:
    admin, account = await administrator(house, stranger), house.account()
    await stranger.post(f"{ACCOUNTS}/{account.id}", form(account, name="<b>Ada</b> & co"))
    _, page = await stranger.get(ACCOUNTS)
    assert "&lt;b&gt;Ada&lt;/b&gt; &amp; co" in page
    assert f"{admin.name}</a> (you)" in page
    assert "Never" in page


async def test_an_invitation_says_who_may_see_what(house: House, stranger: Guest) -> None:
    admin = await administrator(house, stranger)
    person = {"login": "Grace.H", "name": " Grace   Hopper ", "email": "g@example.org", "role": "trial_manager"}
    status, page = await stranger.post(f"{ACCOUNTS}/invite", person, trials=f"{TRIAL.lower()},\n{OTHER_TRIAL}")
    assert status == 200
    assert "It is shown only now" in page
    with house.store.reading() as unit:
        made = unit.account_by_login("grace.h")
    assert made is not None
    assert (made.name, made.email, made.role, made.all_trials) == ("Grace Hopper", "g@example.org", "trial_manager", False)
    assert made.trials == {TRIAL, OTHER_TRIAL}
    assert detail(house, "account_invited") == (
        f"account:{admin.id}",
        {"role": "trial_manager", "all_trials": False, "trials": sorted([TRIAL, OTHER_TRIAL])},
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"login": ""}, "Please choose a login"),
        ({"login": "a b"}, "Please choose a login"),
        ({"login": "<script>"}, "Please choose a login"),
        ({"login": "x" * 81}, "Please choose a login"),
        ({"name": " "}, "Please enter a name"),
        ({"name": "x" * 121}, "Please enter a name"),
        ({"email": "not an address"}, "not an e-mail address"),
        ({"email": "a@b.org, c@d.org"}, "not an e-mail address"),
        ({"email": "x" * 250 + "@example.org"}, "not an e-mail address"),
        ({"role": "king"}, "Please choose a role"),
        ({"role": ""}, "Please choose a role"),
        ({"trials": "NCT123"}, "not an NCT number"),
        ({"trials": ""}, "at least one trial"),
    ],
)
async def test_what_cannot_be_taken_is_said_and_nobody_is_invited(
    house: House, stranger: Guest, changed: dict[str, str], said: str
) -> None:
    await administrator(house, stranger)
    person = {"login": "grace", "name": "Grace", "email": "", "role": "coordinator", "trials": TRIAL} | changed
    status, page = await stranger.post(f"{ACCOUNTS}/invite", person)
    assert status == 422
    assert said in page
    with house.store.reading() as unit:
        assert len(unit.accounts()) == 1


async def test_a_login_and_an_address_are_one_persons(house: House, stranger: Guest) -> None:
    await administrator(house, stranger)
    one, other = house.account(), house.account()
    await stranger.post(f"{ACCOUNTS}/{one.id}", form(one, email="Ada@Example.org"))
    person = {"name": "Grace", "role": "coordinator", "trials": TRIAL}
    assert "has this login already" in (await stranger.post(f"{ACCOUNTS}/invite", person, login=one.login.upper(), email=""))[1]
    assert "has this e-mail" in (await stranger.post(f"{ACCOUNTS}/invite", person, login="grace", email="ada@example.ORG"))[1]
    assert "has this e-mail" in (await stranger.post(f"{ACCOUNTS}/{other.id}", form(other, email="ada@example.org")))[1]
    assert "Saved" in (await stranger.post(f"{ACCOUNTS}/{one.id}", form(one, email="ada@example.org")))[1]


async def test_what_is_changed_holds_at_once_and_is_audited_without_names_and_addresses(
    house: House, sign_in: SignIn, stranger: Guest
) -> None:
    admin = await administrator(house, stranger)
    account, guest = house.account(), Guest(house)
    await give_password(guest, account)
    assert (await guest.get(ACCOUNTS))[0] == 403
    changed = form(account, name="Grace", email="g@example.org", role="administrator", trials=OTHER_TRIAL)
    assert "Saved" in (await stranger.post(f"{ACCOUNTS}/{account.id}", changed))[1]
    assert (await guest.get(ACCOUNTS))[0] == 200
    assert detail(house, "account_changed") == (
        f"account:{admin.id}",
        {
            "changed": ["name", "email", "role", "trials"],
            "role": ["coordinator", "administrator"],
            "trials": [[TRIAL], [OTHER_TRIAL]],
        },
    )
    await guest.close()


async def test_saving_what_is_there_already_is_no_change(house: House, stranger: Guest) -> None:
    await administrator(house, stranger)
    account = house.account()
    await stranger.post(f"{ACCOUNTS}/{account.id}", form(account))
    assert actions(house, account) == []


async def test_who_is_disabled_is_out_at_once_and_in_again_when_enabled(house: House, stranger: Guest) -> None:
    await administrator(house, stranger)
    account, guest = house.account(), Guest(house)
    await give_password(guest, account)
    assert "can no longer sign in" in (await stranger.post(f"{ACCOUNTS}/{account.id}/disable"))[1]
    assert "My account" not in (await guest.get("/console/me"))[1]
    assert (await give_password(guest, account))[0] == 403
    await stranger.post(f"{ACCOUNTS}/{account.id}/disable")
    assert "Enable the account first" in (await stranger.post(f"{ACCOUNTS}/{account.id}/reset"))[1]
    assert "can sign in again" in (await stranger.post(f"{ACCOUNTS}/{account.id}/enable"))[1]
    await stranger.post(f"{ACCOUNTS}/{account.id}/enable")
    # The session from before does not come back with it.
    assert "My account" not in (await guest.get("/console/me"))[1]
    assert (await give_password(guest, account))[0] == 200
    made = [action for action in actions(house, account) if action.startswith("account_")]
    assert made == ["account_disabled", "account_enabled"]
    await guest.close()


async def test_who_was_only_invited_is_invited_again_after_being_disabled(house: House, stranger: Guest) -> None:
    await administrator(house, stranger)
    await stranger.post(f"{ACCOUNTS}/invite", login="grace", name="Grace", role="auditor", all_trials="yes")
    with house.store.reading() as unit:
        made = unit.account_by_login("grace")
    assert made is not None
    await stranger.post(f"{ACCOUNTS}/{made.id}/disable")
    await stranger.post(f"{ACCOUNTS}/{made.id}/enable")
    assert now_of(house, made).state == "invited"


async def test_nobody_disables_demotes_or_resets_themselves(house: House, stranger: Guest) -> None:
    admin = await administrator(house, stranger)
    house.account(Role.ADMINISTRATOR)
    for path in ("disable", "reset"):
        status, page = await stranger.post(f"{ACCOUNTS}/{admin.id}/{path}")
        assert status == 422
        assert "your own account" in page
    status, page = await stranger.post(f"{ACCOUNTS}/{admin.id}", form(admin, role="auditor"))
    assert status == 422
    assert "cannot change your own role" in page
    assert "Saved" in (await stranger.post(f"{ACCOUNTS}/{admin.id}", form(admin, name="Another Name")))[1]
    assert now_of(house, admin).role == "administrator"


async def test_an_account_that_is_not_there_is_not_found(house: House, stranger: Guest) -> None:
    await administrator(house, stranger)
    for number in ("999999", "x", "-1", "0x1", "9" * 30):
        assert (await stranger.get(f"{ACCOUNTS}/{number}"))[0] == 404
        for action in ("", "/disable", "/enable", "/reset"):
            person = {"name": "X", "role": "auditor", "all_trials": "yes"}
            assert (await stranger.post(f"{ACCOUNTS}/{number}{action}", person))[0] == 404


class TestTheLastAdministrator:
    """The rules themselves, on both databases."""

    @pytest.fixture
    def store(self, database_url: str) -> Store:
        return Store(database_url, "key")

    @staticmethod
    def administrators(store: Store, *logins: str) -> list[Account]:
        with store.unit() as unit:
            return [
                unit.add_account(login=login, name=login, role=Role.ADMINISTRATOR, at=NOON, all_trials=True, password_hash="h")
                for login in logins
            ]

    DEMOTED = Person("x", "", Role.AUDITOR, all_trials=True, trials="")

    def test_can_neither_be_disabled_nor_demoted(self, store: Store) -> None:
        one, other = self.administrators(store, "one", "other")
        people.disable(store, one, other.id, NOON)
        # Still signed in when it happens: what counts is who is left, not who asks.
        for act in (
            lambda: people.disable(store, other, one.id, NOON),
            lambda: people.change(store, other, one.id, self.DEMOTED, NOON),
        ):
            with pytest.raises(Refused) as refused:
                act()
            assert refused.value.code == "last_administrator"
        with store.reading() as unit:
            assert [account.login for account in unit.accounts() if account.state == "active"] == ["one"]
        store.dispose()

    def test_an_invited_or_disabled_one_does_not_count(self, store: Store) -> None:
        one, other, third = self.administrators(store, "one", "other", "third")
        with store.unit() as unit:
            unit.set_account_state(other.id, "invited")
            unit.set_account_state(third.id, "disabled")
        with pytest.raises(Refused):
            people.disable(store, third, one.id, NOON)
        people.disable(store, one, other.id, NOON)
        store.dispose()

    def test_two_who_disable_each_other_at_once_leave_one(self, store: Store) -> None:
        for attempt in range(5):
            one, other = self.administrators(store, f"one{attempt}", f"other{attempt}")
            start = threading.Barrier(2)
            outcomes: list[str] = []

            def disable(by: Account, whom: Account, start: threading.Barrier = start, outcomes: list[str] = outcomes) -> None:
                start.wait()
                try:
                    people.disable(store, by, whom.id, NOON)
                    outcomes.append("done")
                except Refused as refused:
                    outcomes.append(refused.code)

            threads = [threading.Thread(target=disable, args=pair) for pair in ((one, other), (other, one))]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert sorted(outcomes) == ["done", "last_administrator"]
            with store.unit() as unit:
                for account in (one, other):
                    unit.set_account_state(account.id, "disabled")
        store.dispose()


def test_a_reset_of_the_first_account_is_not_undone_by_the_next_start(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/store.db", "key")
    store.migrate()
    first_account(store, PASSWORD, NOON)
    with store.unit() as unit:
        first = unit.accounts()[0]
        by = unit.add_account(login="ada", name="Ada", role=Role.ADMINISTRATOR, at=NOON, all_trials=True)
    people.reset(store, by, first.id, NOON)
    first_account(store, PASSWORD, NOON)
    with store.reading() as unit:
        again = unit.account(first.id)
    assert again is not None
    assert again.password_hash is None
    store.dispose()
