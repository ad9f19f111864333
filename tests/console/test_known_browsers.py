"""Who is wrong again and again keeps strangers out of an account, and not whose it is: they come with a browser that is known."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from yarl import URL

from bot.accounts.known_browsers import KNOWN_FOR, MOST
from bot.store import Account
from tests.console.house import PASSWORD, Guest, House
from tests.console.people import code, detail, give_password, link_for, now_of, with_second_factor

NEW = "blue kettle sings at noon"
BOTH = {"new": NEW, "again": NEW}
Browser = Callable[[], Guest]


@pytest.fixture
async def browser(house: House) -> AsyncIterator[Browser]:
    """One more browser, with which nobody has been here."""
    async with AsyncExitStack() as leaving:

        def another() -> Guest:
            guest = Guest(house)
            leaving.push_async_callback(guest.close)
            return guest

        yield another


async def been_here(guest: Guest, account: Account) -> Guest:
    """The browser, after somebody signed in with it and out again."""
    assert (await give_password(guest, account))[0] == 200
    await guest.get("/console/me")
    await guest.post("/console/sign-out")
    return guest


async def wrong(guest: Guest, account: Account, times: int = 5) -> None:
    for _ in range(times):
        assert (await give_password(guest, account, "wrong"))[0] == 403


def cookies(guest: Guest) -> dict[str, str]:
    """What the browser keeps to be known by."""
    kept = guest.session.cookie_jar.filter_cookies(URL(guest.house.url))
    return {name: morsel.value for name, morsel in kept.items() if name.startswith("trialchat_known_")}


def bring(guest: Guest, account: Account, token: str) -> None:
    guest.session.cookie_jar.update_cookies({f"trialchat_known_{account.id}": token}, URL(guest.house.url))


async def test_strangers_who_are_wrong_for_ever_do_not_keep_out_whose_account_it_is(house: House, browser: Browser) -> None:
    account = house.account()
    mine, stranger = await been_here(browser(), account), browser()
    for _ in range(4):
        await wrong(stranger, account)
        assert (await give_password(stranger, account))[0] == 403
        assert (await give_password(mine, account))[0] == 200
        await mine.get("/console/me")
        await mine.post("/console/sign-out")
        house.clock.move(minutes=15)
    # That they came in gave the strangers nothing back.
    assert now_of(house, account).failures > 5


async def test_neither_at_the_code_nor_where_the_password_is_asked_for_again(house: House, browser: Browser) -> None:
    account = with_second_factor(house, house.account())
    mine, stranger = browser(), browser()
    await give_password(mine, account)
    assert cookies(mine) == {}, "the password alone makes no browser known"
    await mine.post("/console/second-factor", code=code(house))
    await mine.get("/console/me")
    await mine.post("/console/sign-out")
    await wrong(stranger, account)
    assert "One more step" in (await give_password(mine, account))[1]
    house.clock.move(seconds=30)
    await wrong(stranger, account, 1)
    assert (await mine.post("/console/second-factor", code=code(house)))[0] == 200
    await mine.get("/console/me")
    assert "Your password is changed" in (await mine.post("/console/me/password", old=PASSWORD, **BOTH))[1]


async def test_what_is_wrong_in_a_known_browser_counts_there_and_locks_it_alone(house: House, browser: Browser) -> None:
    account = house.account()
    mine = await been_here(browser(), account)
    await wrong(mine, account)
    assert (await give_password(mine, account))[0] == 403
    assert detail(house, "account_locked") == ("system", {"failures": 5, "seconds": 30, "browser": "known"})
    assert detail(house, "sign_in_failed") == ("system", {"wrong": "password", "browser": "known"})
    assert now_of(house, account).failures == 0
    assert (await give_password(browser(), account))[0] == 200
    house.clock.move(seconds=30)
    assert (await give_password(mine, account))[0] == 200
    await wrong(mine, account, 4)
    assert (await give_password(mine, account))[0] == 200


async def test_wrong_codes_count_there_as_well(house: House, browser: Browser) -> None:
    account = with_second_factor(house, house.account())
    mine = browser()
    await give_password(mine, account)
    await mine.post("/console/second-factor", code=code(house))
    await mine.get("/console/me")
    await mine.post("/console/sign-out")
    for _ in range(5):
        await give_password(mine, account)
        assert (await mine.post("/console/second-factor", code="000000"))[0] == 403
    assert (await give_password(mine, account))[0] == 403
    assert now_of(house, account).failures == 0


async def test_what_one_account_is_known_by_helps_with_no_other(house: House, browser: Browser) -> None:
    account, other = house.account(), house.account()
    mine = await been_here(browser(), account)
    await wrong(browser(), other)
    assert (await give_password(mine, other))[0] == 403
    [token] = cookies(mine).values()
    bring(mine, other, token)
    assert (await give_password(mine, other))[0] == 403


async def test_people_who_share_a_computer_are_all_known(house: House, browser: Browser) -> None:
    one, other = house.account(), house.account()
    shared, stranger = browser(), browser()
    for account in (one, other):
        await been_here(shared, account)
    for account in (one, other):
        await wrong(stranger, account)
        await been_here(shared, account)


async def test_after_a_reset_no_browser_is_known_but_the_one_that_comes_by_the_link(house: House, browser: Browser) -> None:
    account = house.account()
    old, new = await been_here(browser(), account), browser()
    await new.post(link_for(house, account), password=NEW, again=NEW)
    await new.get("/console/me")
    await new.post("/console/sign-out")
    await wrong(browser(), account)
    assert (await give_password(old, account, NEW))[0] == 403
    assert (await give_password(new, account, NEW))[0] == 200


async def test_after_another_password_was_chosen_only_the_browser_is_known_in_which_it_was(house: House, browser: Browser) -> None:
    account = house.account()
    old, mine = await been_here(browser(), account), browser()
    await give_password(mine, account)
    await mine.get("/console/me")
    await mine.post("/console/me/password", old=PASSWORD, **BOTH)
    await wrong(browser(), account)
    assert (await give_password(old, account, NEW))[0] == 403
    assert (await give_password(mine, account, NEW))[0] == 200


@pytest.mark.parametrize("token", ["planted by somebody", "", "x" * 5_000, "%00"])
async def test_nothing_that_a_browser_brings_is_known_before_somebody_came_in_with_it(house: House, browser: Browser, token: str) -> None:
    account = house.account()
    mine, stranger = browser(), browser()
    for guest in (mine, stranger):
        bring(guest, account, token)
    await been_here(mine, account)
    assert cookies(mine) != {f"trialchat_known_{account.id}": token}
    await wrong(stranger, account)
    assert now_of(house, account).failures == 5


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites_and_stays(house: House, browser: Browser) -> None:
    account = house.account()
    form = {"login": account.login, "password": PASSWORD}
    async with browser().session.post("/console/sign-in", data=form, allow_redirects=False) as response:
        _, cookie = response.headers.getall("Set-Cookie")
    name, *attributes = cookie.split("; ")
    assert name.startswith(f"trialchat_known_{account.id}=")
    assert set(attributes) == {"HttpOnly", f"Max-Age={KNOWN_FOR // timedelta(seconds=1)}", "Path=/", "SameSite=Lax"}


async def test_a_browser_is_known_by_one_token_until_it_was_not_used_for_long(house: House, browser: Browser) -> None:
    account = house.account()
    mine, stranger = await been_here(browser(), account), browser()
    first = cookies(mine)
    house.clock.move(days=179)
    await been_here(mine, account)
    assert cookies(mine) == first
    house.clock.move(days=180)
    await wrong(stranger, account)
    assert (await give_password(mine, account))[0] == 403


async def test_of_many_browsers_the_latest_are_known(house: House, browser: Browser) -> None:
    account = house.account()
    with house.store.unit() as unit:
        for number in range(MOST):
            unit.add_known_browser(account.id, token_hash=str(number), at=house.clock(), most=MOST)
    await been_here(browser(), account)
    with house.store.reading() as unit:
        assert [unit.known_browser(account.id, str(number)) is None for number in range(MOST)] == [True] + [False] * (MOST - 1)
