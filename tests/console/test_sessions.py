"""The browsers that somebody is signed in with."""

from __future__ import annotations

import re
from pathlib import Path

from bot.store import AccountSession
from bot.tokens import token_hash
from tests.console.conftest import SignIn
from tests.console.house import Guest, House
from tests.console.people import actions, detail, give_password, with_second_factor

FIREFOX = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"}


def cookie(guest: Guest) -> dict[str, str]:
    return {cookie.key: cookie.value for cookie in guest.session.cookie_jar}


def sessions(house: House, account_id: int) -> list[AccountSession]:
    with house.store.reading() as unit:
        return unit.account_sessions(account_id)


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("store.db*"))


async def is_in(guest: Guest) -> bool:
    async with guest.session.get("/console/me", allow_redirects=False) as response:
        return response.status == 200


async def test_a_token_planted_before_signing_in_is_not_the_one_after(house: House, stranger: Guest) -> None:
    stranger.session.cookie_jar.update_cookies({"trialchat_console": "planted-by-somebody-else"})
    await give_password(stranger, house.account())
    assert cookie(stranger)["trialchat_console"] != "planted-by-somebody-else"
    assert await is_in(stranger)


async def test_signing_in_again_ends_the_session_before_whoever_it_was(house: House, stranger: Guest) -> None:
    one, two = house.account(), house.account()
    await give_password(stranger, one)
    before = cookie(stranger)
    await give_password(stranger, two)
    assert cookie(stranger) != before
    assert sessions(house, one.id) == []
    async with Guest(house).session as thief, thief.get("/console/me", cookies=before, allow_redirects=False) as response:
        assert response.status == 303


async def test_only_the_hash_of_a_token_is_kept(house: House, stranger: Guest, tmp_path: Path) -> None:
    await give_password(stranger, house.account())
    token = cookie(stranger)["trialchat_console"]
    kept = everything_in(tmp_path)
    assert token_hash(token).encode() in kept
    assert token.encode() not in kept


async def test_a_session_ends_when_it_is_not_used_for_an_hour(house: House, stranger: Guest) -> None:
    await give_password(stranger, house.account())
    house.clock.move(minutes=60)
    assert await is_in(stranger)
    house.clock.move(minutes=60, seconds=1)
    assert not await is_in(stranger)


async def test_a_session_ends_after_twelve_hours_however_much_it_is_used(house: House, stranger: Guest) -> None:
    await give_password(stranger, house.account())
    for _ in range(23):
        house.clock.move(minutes=30)
        assert await is_in(stranger)
    house.clock.move(minutes=30)
    assert not await is_in(stranger)


async def test_the_list_says_where_and_since_when_and_which_one_this_is(house: House, stranger: Guest) -> None:
    account, other = house.account(), Guest(house)
    async with other.session.post("/console/sign-in", data={"login": account.login, "password": "a long enough password"}, headers=FIREFOX):
        pass
    house.clock.move(minutes=5)
    await give_password(stranger, account)
    _, page = await stranger.get("/console/me")
    assert page.count("<tr>") == 3
    assert "Firefox on Windows" in page
    assert page.count("This browser") == 1
    assert "2 Nov 2026, 09:00" in page
    assert "2 Nov 2026, 09:05" in page
    await other.close()


async def test_one_is_ended_and_the_others_stay(house: House, stranger: Guest) -> None:
    account, lost, kept = house.account(), Guest(house), Guest(house)
    for guest in (lost, kept, stranger):
        await give_password(guest, account)
    first = min(session.id for session in sessions(house, account.id))
    await stranger.get("/console/me")
    assert "That browser is signed out" in (await stranger.post(f"/console/me/sessions/{first}"))[1]
    assert [await is_in(guest) for guest in (lost, kept, stranger)] == [False, True, True]
    assert actions(house, account)[-1] == "session_ended"
    assert (await stranger.post(f"/console/me/sessions/{first}"))[0] == 404
    await lost.close()
    await kept.close()


async def test_all_others_are_ended(house: House, stranger: Guest) -> None:
    account, lost = house.account(), Guest(house)
    for guest in (lost, stranger):
        await give_password(guest, account)
    await stranger.get("/console/me")
    assert "All other browsers are signed out" in (await stranger.post("/console/me/other-sessions"))[1]
    assert [await is_in(lost), await is_in(stranger)] == [False, True]
    assert detail(house, "other_sessions_ended") == (f"account:{account.id}", {"sessions": 1})
    await lost.close()


async def test_somebody_elses_session_is_not_there(house: House, sign_in: SignIn, stranger: Guest) -> None:
    account = house.account()
    await give_password(stranger, account)
    guest = await sign_in()
    [session] = sessions(house, account.id)
    await guest.get("/console/me")
    for number in (str(session.id), "999999", "x", "-1", "9" * 30):
        assert (await guest.post(f"/console/me/sessions/{number}"))[0] == 404
    assert await is_in(stranger)


async def test_sessions_that_ran_out_or_are_half_open_are_not_listed(house: House, stranger: Guest) -> None:
    account, old, half = house.account(), Guest(house), Guest(house)
    await give_password(old, account)
    house.clock.move(minutes=61)
    await give_password(stranger, account)
    with_second_factor(house, account)
    await give_password(half, account)
    _, page = await stranger.get("/console/me")
    assert len(re.findall("<tr>", page)) == 2
    await old.close()
    await half.close()
