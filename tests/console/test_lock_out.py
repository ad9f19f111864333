"""Who guesses is slowed down, and learns nothing from it."""

from __future__ import annotations

import asyncio

import pytest

from bot.web.console import services as console_services
from bot.web.limits import Buckets, Rate
from tests.console.conftest import OpenHouse
from tests.console.house import PASSWORD, Guest, House
from tests.console.people import RECOVERY, actions, code, detail, give_password, now_of, with_second_factor


async def fail(guest: Guest, account: object, times: int) -> list[tuple[int, str]]:
    return [await give_password(guest, account, f"wrong {number}") for number in range(times)]


async def test_four_wrong_ones_cost_nothing_and_a_right_one_starts_afresh(house: House, stranger: Guest) -> None:
    account = house.account()
    for _ in range(3):
        await fail(stranger, account, 4)
        assert (await give_password(stranger, account))[0] == 200
    after = now_of(house, account)
    assert (after.failures, after.locked_until) == (0, None)
    assert "account_locked" not in actions(house, account)


async def test_while_locked_a_right_password_is_answered_as_a_wrong_one_is(house: House, stranger: Guest) -> None:
    account = house.account()
    *_, last = await fail(stranger, account, 5)
    right = await give_password(stranger, account)
    assert right == last
    assert right[0] == 403
    house.clock.move(seconds=29)
    assert await give_password(stranger, account) == last
    house.clock.move(seconds=1)
    assert (await give_password(stranger, account))[0] == 200


async def test_the_pause_doubles_and_tries_meanwhile_do_not_lengthen_it(house: House, stranger: Guest) -> None:
    account = house.account()
    await fail(stranger, account, 5)
    for seconds in (30, 60, 120, 240, 480, 900, 900):
        locked = now_of(house, account).locked_until
        assert locked is not None
        assert (locked - house.clock()).total_seconds() == seconds
        await fail(stranger, account, 1)
        assert now_of(house, account).locked_until == locked
        house.clock.move(seconds=seconds)
        await fail(stranger, account, 1)


async def test_failures_and_what_they_lead_to_are_audited_without_what_was_typed(house: House, stranger: Guest) -> None:
    account = house.account()
    await fail(stranger, account, 6)
    assert actions(house, account) == ["sign_in_failed"] * 5 + ["account_locked"]
    assert detail(house, "account_locked") == ("system", {"failures": 5, "seconds": 30})
    assert detail(house, "sign_in_failed") == ("system", {"wrong": "password"})


async def test_guesses_all_at_once_are_no_more_than_guesses_one_after_another(house: House, stranger: Guest) -> None:
    account = house.account()
    answers = await asyncio.gather(*(give_password(stranger, account, f"wrong {number}") for number in range(12)))
    assert {status for status, _ in answers} == {403}
    assert now_of(house, account).failures == 5
    assert actions(house, account).count("sign_in_failed") == 5


async def test_another_account_is_not_locked(house: House, stranger: Guest) -> None:
    one, other = house.account(), house.account()
    await fail(stranger, one, 5)
    assert (await give_password(stranger, other))[0] == 200


async def test_a_right_password_does_not_open_the_way_to_more_guesses_at_the_code(house: House, stranger: Guest) -> None:
    account = with_second_factor(house, house.account())
    for tried in range(1, 6):
        assert "One more step" in (await give_password(stranger, account))[1]
        assert (await stranger.post("/console/second-factor", code="000000"))[0] == 403
        assert now_of(house, account).failures == tried
    assert (await give_password(stranger, account))[0] == 403
    assert detail(house, "sign_in_failed") == ("system", {"wrong": "code"})


async def test_while_locked_a_right_code_is_answered_as_a_wrong_one_is(house: House, stranger: Guest) -> None:
    account = with_second_factor(house, house.account())
    await give_password(stranger, account)
    wrong = [await stranger.post("/console/second-factor", code="000000") for _ in range(5)]
    assert await stranger.post("/console/second-factor", code=code(house)) == wrong[-1]
    assert await stranger.post("/console/second-factor", code=RECOVERY) == wrong[-1]
    house.clock.move(seconds=30)
    assert (await stranger.post("/console/second-factor", code=code(house)))[0] == 200
    assert now_of(house, account).failures == 0


async def test_the_current_password_is_no_way_around_it(house: House, stranger: Guest) -> None:
    account = house.account()
    await give_password(stranger, account)
    await stranger.get("/console/me")
    new = {"new": "some other long words", "again": "some other long words"}
    for _ in range(5):
        assert (await stranger.post("/console/me/password", old="wrong", **new))[0] == 422
    status, page = await stranger.post("/console/me/password", old=PASSWORD, **new)
    assert status == 422
    assert "locked for now" in page
    house.clock.move(seconds=30)
    assert "Your password is changed" in (await stranger.post("/console/me/password", old=PASSWORD, **new))[1]


@pytest.mark.parametrize("path", ["/console/sign-in", "/console/invitation/x"])
async def test_one_address_that_tries_too_fast_has_to_wait(open_house: OpenHouse, path: str) -> None:
    moment = [0.0]
    house = await open_house(arrivals=Buckets(Rate(burst=3, per_second=0.5), lambda: moment[0]))
    guest = Guest(house)
    for _ in range(3):
        assert (await guest.post(path, login="nobody", password="x"))[0] in {403, 404}
    async with guest.session.post(path, data={"login": "nobody"}) as response:
        assert (response.status, response.headers["Retry-After"]) == (429, "2")
        assert "Too many tries" in await response.text()
    moment[0] = 2
    assert (await guest.post(path, login="nobody", password="x"))[0] in {403, 404}
    await guest.close()


def test_a_hundred_people_behind_one_address_come_in_within_minutes() -> None:
    rate = console_services._ARRIVALS
    assert (100 - rate.burst) / rate.per_second <= 120
