"""A link that is good once, and for three days."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.accounts.roles import Role
from bot.store import Account
from tests.console.conftest import SignIn
from tests.console.house import TRIAL, Guest, House
from tests.console.people import RECOVERY, actions, code, detail, give_password, link_for, link_in, now_of, with_second_factor

NEW = "blue kettle sings at noon"
BOTH = {"password": NEW, "again": NEW}


async def invite(admin: Guest, **form: str) -> str:
    """The link's path."""
    await admin.get("/console/accounts/invite")
    person = {"login": "grace", "name": "Grace Hopper", "email": "", "role": "coordinator", "trials": TRIAL} | form
    status, page = await admin.post("/console/accounts/invite", person)
    assert status == 200
    return link_in(page)


def by_login(house: House, login: str = "grace") -> Account:
    with house.store.reading() as unit:
        found = unit.account_by_login(login)
    assert found is not None
    return found


async def test_somebody_who_is_invited_chooses_a_password_and_is_in(house: House, sign_in: SignIn, stranger: Guest) -> None:
    link = await invite(await sign_in(Role.ADMINISTRATOR))
    invited = by_login(house)
    assert (invited.state, invited.password_hash, invited.trials) == ("invited", None, {TRIAL})
    _, page = await stranger.get(link)
    assert "grace" in page
    status, _ = await stranger.post(link, BOTH)
    assert status == 200
    assert "Grace Hopper" in (await stranger.get("/console/me"))[1]
    assert by_login(house).state == "active"
    assert actions(house, invited) == ["account_invited", "invitation_accepted", "signed_in"]
    await stranger.post("/console/sign-out")
    assert (await give_password(stranger, invited, NEW))[0] == 200


async def test_a_link_is_good_once(sign_in: SignIn, stranger: Guest) -> None:
    link = await invite(await sign_in(Role.ADMINISTRATOR))
    await stranger.get(link)
    await stranger.post(link, BOTH)
    for status, page in (await stranger.get(link), await stranger.post(link, BOTH)):
        assert status == 404
        assert "This link no longer works" in page


async def test_of_two_who_come_by_one_link_at_once_one_is_let_in(house: House, sign_in: SignIn) -> None:
    link = await invite(await sign_in(Role.ADMINISTRATOR))
    guests = [Guest(house) for _ in range(4)]
    answers = await asyncio.gather(*(guest.post(link, BOTH) for guest in guests))
    assert sorted(status for status, _ in answers) == [200, 404, 404, 404]
    assert actions(house, by_login(house)).count("invitation_accepted") == 1
    for guest in guests:
        await guest.close()


async def test_a_link_is_good_for_three_days(house: House, sign_in: SignIn, stranger: Guest) -> None:
    link = await invite(await sign_in(Role.ADMINISTRATOR))
    house.clock.move(hours=71, minutes=59)
    assert (await stranger.get(link))[0] == 200
    house.clock.move(minutes=1)
    assert (await stranger.get(link))[0] == 404
    assert (await stranger.post(link, BOTH))[0] == 404


async def test_a_link_that_was_made_up_is_told_the_same_as_a_used_one(stranger: Guest) -> None:
    for token in ("x", "x" * 43, "..%2f", "é"):
        status, page = await stranger.get(f"/console/invitation/{token}")
        assert status == 404
        assert "This link no longer works" in page
    # A sign that no address of ours has is nowhere at all.
    assert (await stranger.get("/console/invitation/%00"))[0] == 404


async def test_a_newer_link_ends_the_one_before(house: House, sign_in: SignIn, stranger: Guest) -> None:
    admin = await sign_in(Role.ADMINISTRATOR)
    first = await invite(admin)
    account = by_login(house)
    await admin.get(f"/console/accounts/{account.id}")
    _, page = await admin.post(f"/console/accounts/{account.id}/reset")
    second = link_in(page)
    assert (await stranger.get(first))[0] == 404
    assert (await stranger.get(second))[0] == 200
    assert by_login(house).state == "invited"


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"password": "short", "again": "short"}, "too short"),
        ({"password": "grace hopper 1906", "again": "grace hopper 1906"}, "little more than your name"),
        ({"password": NEW, "again": NEW + "!"}, "The two are not the same"),
        ({}, "too short"),
    ],
)
async def test_a_password_that_cannot_be_taken_leaves_the_link_good(
    sign_in: SignIn, stranger: Guest, form: dict[str, str], said: str
) -> None:
    link = await invite(await sign_in(Role.ADMINISTRATOR))
    status, page = await stranger.post(link, form)
    assert status == 422
    assert said in page
    assert NEW not in page
    assert (await stranger.post(link, BOTH))[0] == 200


async def test_the_token_is_kept_by_no_cache_told_to_no_site_and_in_no_log(
    house: House, sign_in: SignIn, stranger: Guest, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    admin = await sign_in(Role.ADMINISTRATOR)
    link = await invite(admin)
    token = link.rsplit("/", 1)[1]
    async with stranger.session.get(link) as response:
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in response.headers["X-Robots-Tag"]
    await stranger.post(link, BOTH)
    house.store.dispose()
    with house.store.reading() as unit:
        kept = str(unit.audit_entries())
    assert token not in kept
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("aiohttp.access")]
    assert not [line for line in ours if token in line]
    # The page that showed it cannot be opened again.
    assert token not in (await admin.get("/console/accounts"))[1]


async def test_a_link_leads_no_further_than_to_the_second_factor(house: House, stranger: Guest) -> None:
    account = with_second_factor(house, house.account())
    with house.store.unit() as unit:
        unit.set_failures(account.id, 3)
    link = link_for(house, account)
    status, page = await stranger.post(link, BOTH)
    assert status == 200
    assert "One more step" in page
    assert "One more step" in (await stranger.get("/console/me"))[1]
    assert actions(house, account) == ["invitation_accepted"]
    # A link does not open the way to more guesses at the code, either.
    assert now_of(house, account).failures == 3
    assert (await stranger.post("/console/second-factor", code=code(house)))[0] == 200
    assert "My account" in (await stranger.get("/console/me"))[1]


class TestReset:
    async def test_ends_every_way_in_and_makes_a_new_one(self, house: House, sign_in: SignIn, stranger: Guest) -> None:
        admin, account = await sign_in(Role.ADMINISTRATOR), house.account()
        await give_password(stranger, account)
        with_second_factor(house, account)
        with house.store.unit() as unit:
            unit.set_subject(account.id, "https://login.example.org", "42")
        await admin.get(f"/console/accounts/{account.id}")
        _, page = await admin.post(f"/console/accounts/{account.id}/reset")
        after = now_of(house, account)
        assert (after.state, after.password_hash, after.totp_secret, after.oidc_subject) == ("active", None, None, None)
        assert "Sign in" in (await stranger.get("/console/me"))[1]
        assert (await give_password(stranger, account))[0] == 403
        assert (await stranger.post(link_in(page), BOTH))[0] == 200
        assert "My account" in (await stranger.get("/console/me"))[1]
        assert detail(house, "account_reset")[1] == {"sessions_ended": 1}

    async def test_of_the_half_signed_in_ends_that_too(self, house: House, sign_in: SignIn, stranger: Guest) -> None:
        admin, account = await sign_in(Role.ADMINISTRATOR), with_second_factor(house, house.account())
        await give_password(stranger, account)
        await admin.get(f"/console/accounts/{account.id}")
        await admin.post(f"/console/accounts/{account.id}/reset")
        assert "Sign in" in (await stranger.post("/console/second-factor", code=RECOVERY))[1]
        assert "Sign in" in (await stranger.get("/console/me"))[1]

    async def test_unlocks(self, house: House, sign_in: SignIn, stranger: Guest) -> None:
        admin, account = await sign_in(Role.ADMINISTRATOR), house.account()
        for _ in range(5):
            await give_password(stranger, account, "wrong")
        await admin.get(f"/console/accounts/{account.id}")
        _, page = await admin.post(f"/console/accounts/{account.id}/reset")
        await stranger.post(link_in(page), BOTH)
        await stranger.post("/console/sign-out")
        assert (await give_password(stranger, account, NEW))[0] == 200
