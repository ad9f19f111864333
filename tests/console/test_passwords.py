"""Changing one's password."""

from __future__ import annotations

import pytest

from bot.accounts import passwords
from tests.console.conftest import SignIn
from tests.console.house import PASSWORD, Guest, House
from tests.console.people import actions, detail, give_password, now_of

NEW = "blue kettle sings at noon"


async def change(guest: Guest, **form: str) -> tuple[int, str]:
    await guest.get("/console/me")
    return await guest.post("/console/me/password", {"old": PASSWORD, "new": NEW, "again": NEW} | form)


async def test_the_new_one_lets_in_and_the_old_one_does_not(house: House, stranger: Guest) -> None:
    account = house.account()
    await give_password(stranger, account)
    assert "Your password is changed" in (await change(stranger))[1]
    after = now_of(house, account)
    assert after.password_changed_at == house.clock()
    await stranger.post("/console/sign-out")
    assert (await give_password(stranger, account))[0] == 403
    assert (await give_password(stranger, account, NEW))[0] == 200


async def test_all_other_browsers_are_signed_out(house: House, stranger: Guest) -> None:
    account, other = house.account(), Guest(house)
    await give_password(other, account)
    await give_password(stranger, account)
    await change(stranger)
    assert "My account" in (await stranger.get("/console/me"))[1]
    assert "My account" not in (await other.get("/console/me"))[1]
    assert detail(house, "password_changed") == (f"account:{account.id}", {"sessions_ended": 1})
    await other.close()


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"old": "not the old one"}, "The current password is not right"),
        ({"again": NEW + "!"}, "The two are not the same"),
        ({"new": "short", "again": "short"}, "too short"),
        ({"new": "blue kettle " * 20, "again": "blue kettle " * 20}, "too long"),
        ({"new": "x" * 20, "again": "x" * 20}, "repeats itself"),
        ({"new": "Password2026!", "again": "Password2026!"}, "among the first that are guessed"),
    ],
)
async def test_what_cannot_be_taken_is_said_and_changes_nothing(house: House, stranger: Guest, form: dict[str, str], said: str) -> None:
    account = house.account()
    await give_password(stranger, account)
    status, page = await change(stranger, **form)
    assert status == 422
    assert said in page
    assert now_of(house, account).password_hash == account.password_hash
    assert "password_changed" not in actions(house, account)


async def test_ones_own_login_is_no_password(house: House, stranger: Guest) -> None:
    account = house.account()
    await give_password(stranger, account)
    status, page = await change(stranger, new=account.login + "1", again=account.login + "1")
    assert status == 422
    assert "little more than your name or login" in page


async def test_a_form_without_the_token_changes_nothing(sign_in: SignIn, house: House) -> None:
    guest = await sign_in()
    status, _ = await guest.post("/console/me/password", {"csrf": "guessed", "old": PASSWORD, "new": NEW, "again": NEW})
    assert status == 403
    with house.store.reading() as unit:
        assert not any(passwords.is_right(NEW, account.password_hash) for account in unit.accounts())
