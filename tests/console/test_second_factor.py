"""A code of the phone, as well as the password."""

from __future__ import annotations

import html
import re

import pytest

from bot.accounts.roles import Role
from tests.console.conftest import OpenHouse, SignIn
from tests.console.house import PASSWORD, Guest, House
from tests.console.people import RECOVERY, SECOND_FACTOR, SECRET, actions, code, detail, give_password, link_for, now_of, with_second_factor


def sealed_in(page: str) -> str:
    found = re.search(r'name="set_up" value="([^"]+)"', page)
    assert found is not None
    return html.unescape(found[1])


def secret_in(page: str) -> str:
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert found is not None
    return found[1].replace(" ", "")


def codes_in(page: str) -> list[str]:
    return re.findall(r"<code>([a-z0-9-]{19})</code>", page)


async def begin(guest: Guest) -> str:
    await guest.get(SECOND_FACTOR)
    status, page = await guest.post(f"{SECOND_FACTOR}/begin", password=PASSWORD)
    assert status == 200
    return page


class TestSettingUp:
    async def test_takes_the_password_and_a_first_right_code(self, house: House, sign_in: SignIn) -> None:
        guest = await sign_in()
        page = await begin(guest)
        secret = secret_in(page)
        assert "<svg" in page
        assert "style=" not in page
        status, page = await guest.post(f"{SECOND_FACTOR}/confirm", set_up=sealed_in(page), code=code(house, secret=secret))
        assert status == 200
        assert len(codes_in(page)) == 10
        assert "The second factor is on" in page

    async def test_keeps_nothing_that_could_make_a_code_or_be_one(self, house: House, sign_in: SignIn) -> None:
        guest = await sign_in()
        page = await begin(guest)
        secret = secret_in(page)
        _, page = await guest.post(f"{SECOND_FACTOR}/confirm", set_up=sealed_in(page), code=code(house, secret=secret))
        with house.store.reading() as unit:
            account = next(account for account in unit.accounts() if account.totp_secret)
        assert account.totp_secret is not None
        assert secret not in account.totp_secret
        assert house.console.sealer.open(account.totp_secret) == secret
        assert not set(codes_in(page)) & set(account.recovery_hashes)
        assert actions(house, account)[-1] == "second_factor_on"

    async def test_is_not_begun_without_the_password(self, sign_in: SignIn) -> None:
        guest = await sign_in()
        await guest.get(SECOND_FACTOR)
        status, page = await guest.post(f"{SECOND_FACTOR}/begin", password="wrong")
        assert status == 422
        assert "<svg" not in page

    async def test_is_not_ended_by_a_wrong_code_which_may_be_tried_again(self, house: House, sign_in: SignIn) -> None:
        guest = await sign_in()
        page = await begin(guest)
        secret = secret_in(page)
        status, page = await guest.post(f"{SECOND_FACTOR}/confirm", set_up=sealed_in(page), code="000000")
        assert status == 422
        assert "This code is not right" in page
        assert secret_in(page) == secret
        assert (await guest.post(f"{SECOND_FACTOR}/confirm", set_up=sealed_in(page), code=code(house, secret=secret)))[0] == 200

    async def test_takes_no_secret_of_another_session_nor_an_old_one_nor_one_made_up(self, house: House, sign_in: SignIn) -> None:
        guest, other = await sign_in(), await sign_in()
        page = await begin(guest)
        await other.get(SECOND_FACTOR)
        for set_up in (sealed_in(page), "made up", "", house.console.sealer.seal(SECRET)):
            status, answer = await other.post(f"{SECOND_FACTOR}/confirm", set_up=set_up, code=code(house, secret=secret_in(page)))
            assert status == 422
            assert "Please start again" in answer
        house.clock.move(minutes=16)
        status, answer = await guest.post(f"{SECOND_FACTOR}/confirm", set_up=sealed_in(page), code=code(house, secret=secret_in(page)))
        assert status == 422
        with house.store.reading() as unit:
            assert not any(account.totp_secret for account in unit.accounts())

    async def test_ends_the_sessions_that_were_opened_without_it(self, house: House, sign_in: SignIn, stranger: Guest) -> None:
        guest = await sign_in()
        with house.store.reading() as unit:
            [account] = [account for account in unit.accounts() if account.role == "coordinator"]
        await give_password(stranger, account)
        page = await begin(guest)
        await guest.post(f"{SECOND_FACTOR}/confirm", set_up=sealed_in(page), code=code(house, secret=secret_in(page)))
        assert "Sign in" in (await stranger.get("/console/me"))[1]
        assert "My account" in (await guest.get("/console/me"))[1]

    async def test_ends_the_links_that_would_lead_in_without_it(self, house: House, sign_in: SignIn, stranger: Guest) -> None:
        guest = await sign_in()
        with house.store.reading() as unit:
            [account] = [account for account in unit.accounts() if account.role == "coordinator"]
        link = link_for(house, account)
        page = await begin(guest)
        assert (await stranger.get(link))[0] == 200
        await guest.post(f"{SECOND_FACTOR}/confirm", set_up=sealed_in(page), code=code(house, secret=secret_in(page)))
        assert (await stranger.get(link))[0] == 404

    async def test_is_done_once(self, house: House, sign_in: SignIn) -> None:
        guest = await sign_in()
        page = await begin(guest)
        first = sealed_in(page), secret_in(page)
        await guest.post(f"{SECOND_FACTOR}/confirm", set_up=first[0], code=code(house, secret=first[1]))
        house.clock.move(seconds=60)
        status, page = await guest.post(f"{SECOND_FACTOR}/confirm", set_up=first[0], code=code(house, secret=first[1]))
        assert status == 422
        assert "on already" in page


class TestSigningIn:
    async def test_asks_for_the_code_and_nothing_is_open_before(self, house: House, stranger: Guest) -> None:
        account = with_second_factor(house, house.account(Role.ADMINISTRATOR))
        status, page = await give_password(stranger, account, next="/console/me?x=1")
        assert status == 200
        assert "One more step" in page
        for path in ("/console/inbox", "/console/me", "/console/accounts", SECOND_FACTOR):
            async with stranger.session.get(path, allow_redirects=False) as response:
                assert (response.status, response.headers["Location"]) == (303, "/console/second-factor")
        assert actions(house, account) == []
        async with stranger.session.post(
            "/console/second-factor",
            data={"csrf": stranger.csrf, "code": code(house), "next": "/console/me?x=1"},
            allow_redirects=False,
        ) as response:
            assert (response.status, response.headers["Location"]) == (303, "/console/me?x=1")
        assert detail(house, "signed_in") == (f"account:{account.id}", {"by": "second_factor"})

    async def test_the_next_page_survives_the_step_between(self, house: House, stranger: Guest) -> None:
        account = with_second_factor(house, house.account())
        _, page = await give_password(stranger, account, next="/console/me?x=1")
        assert 'name="next" value="/console/me?x=1"' in page

    @pytest.mark.parametrize(("steps", "status"), [(-2, 403), (-1, 200), (0, 200), (1, 200), (2, 403)])
    async def test_a_clock_may_be_one_step_off(self, house: House, stranger: Guest, steps: int, status: int) -> None:
        account = with_second_factor(house, house.account())
        await give_password(stranger, account)
        assert (await stranger.post("/console/second-factor", code=code(house, steps)))[0] == status

    async def test_no_code_counts_twice_nor_one_before_it(self, house: House, stranger: Guest) -> None:
        account = with_second_factor(house, house.account())
        other = Guest(house)
        await give_password(stranger, account)
        await give_password(other, account)
        seen = code(house)
        assert (await stranger.post("/console/second-factor", code=seen))[0] == 200
        assert (await other.post("/console/second-factor", code=seen))[0] == 403
        assert (await other.post("/console/second-factor", code=code(house, -1)))[0] == 403
        house.clock.move(seconds=30)
        assert (await other.post("/console/second-factor", code=code(house)))[0] == 200
        await other.close()

    async def test_a_recovery_code_lets_in_once(self, house: House, stranger: Guest) -> None:
        account = with_second_factor(house, house.account())
        await give_password(stranger, account)
        assert (await stranger.post("/console/second-factor", code=RECOVERY.upper()))[0] == 200
        assert detail(house, "recovery_code_used") == (f"account:{account.id}", {"left": 0})
        await stranger.post("/console/sign-out")
        await give_password(stranger, account)
        assert (await stranger.post("/console/second-factor", code=RECOVERY))[0] == 403

    async def test_the_half_session_ends_with_the_step_and_after_ten_minutes(self, house: House, stranger: Guest) -> None:
        account = with_second_factor(house, house.account())
        await give_password(stranger, account)
        half = {cookie.key: cookie.value for cookie in stranger.session.cookie_jar}
        await stranger.post("/console/second-factor", code=code(house))
        assert {cookie.key: cookie.value for cookie in stranger.session.cookie_jar} != half
        async with Guest(house).session as other, other.get("/console/second-factor", cookies=half, allow_redirects=False) as response:
            assert response.headers["Location"].startswith("/console/sign-in")
        await stranger.post("/console/sign-out")
        await give_password(stranger, account)
        house.clock.move(minutes=10)
        assert "Sign in" in (await stranger.post("/console/second-factor", code=code(house)))[1]
        assert "Sign in" in (await stranger.get("/console/me"))[1]

    async def test_somebody_else_may_sign_in_instead(self, house: House, stranger: Guest) -> None:
        await give_password(stranger, with_second_factor(house, house.account()))
        assert "You are signed out" in (await stranger.post("/console/sign-out"))[1]
        assert (await give_password(stranger, house.account()))[0] == 200

    async def test_a_whole_session_has_nothing_to_do_there(self, sign_in: SignIn) -> None:
        guest = await sign_in()
        async with guest.session.get("/console/second-factor", allow_redirects=False) as response:
            assert response.headers["Location"] == "/console/inbox"
        async with guest.session.post("/console/second-factor", data={"csrf": guest.csrf, "code": "1"}, allow_redirects=False) as response:
            assert response.headers["Location"] == "/console/inbox"


class TestChangingIt:
    async def test_new_recovery_codes_take_the_password_and_end_the_old_ones(self, house: House, stranger: Guest) -> None:
        account = with_second_factor(house, house.account())
        await give_password(stranger, account)
        await stranger.post("/console/second-factor", code=code(house))
        await stranger.get(SECOND_FACTOR)
        assert (await stranger.post(f"{SECOND_FACTOR}/codes", password="wrong"))[0] == 422
        _, page = await stranger.post(f"{SECOND_FACTOR}/codes", password=PASSWORD)
        made = codes_in(page)
        assert len(made) == 10
        await stranger.post("/console/sign-out")
        await give_password(stranger, account)
        assert (await stranger.post("/console/second-factor", code=RECOVERY))[0] == 403
        assert (await stranger.post("/console/second-factor", code=made[9]))[0] == 200
        assert len(now_of(house, account).recovery_hashes) == 9

    async def test_switching_off_takes_the_password(self, house: House, stranger: Guest) -> None:
        account = with_second_factor(house, house.account())
        await give_password(stranger, account)
        await stranger.post("/console/second-factor", code=code(house))
        await stranger.get(SECOND_FACTOR)
        assert (await stranger.post(f"{SECOND_FACTOR}/off", password="wrong"))[0] == 422
        assert now_of(house, account).totp_secret is not None
        assert "The second factor is off" in (await stranger.post(f"{SECOND_FACTOR}/off", password=PASSWORD))[1]
        after = now_of(house, account)
        assert (after.totp_secret, after.totp_step, after.recovery_hashes) == (None, None, ())
        assert actions(house, account)[-1] == "second_factor_off"
        assert "is not on" in (await stranger.post(f"{SECOND_FACTOR}/off", password=PASSWORD))[1]
        assert "is not on" in (await stranger.post(f"{SECOND_FACTOR}/codes", password=PASSWORD))[1]


class TestWhereItIsRequired:
    async def test_nothing_else_is_open_until_it_is_set_up(self, open_house: OpenHouse) -> None:
        house = await open_house(requires_second_factor=True)
        guest = Guest(house)
        _, page = await give_password(guest, house.account(Role.ADMINISTRATOR))
        assert "asks everybody for a second factor" in page
        for path in ("/console/inbox", "/console/me", "/console/accounts"):
            async with guest.session.get(path, allow_redirects=False) as response:
                assert (response.status, response.headers["Location"]) == (303, SECOND_FACTOR)
        async with guest.session.post("/console/me/password", data={"csrf": guest.csrf}, allow_redirects=False) as response:
            assert response.headers["Location"] == SECOND_FACTOR
        page = await begin(guest)
        await guest.post(f"{SECOND_FACTOR}/confirm", set_up=sealed_in(page), code=code(house, secret=secret_in(page)))
        assert (await guest.get("/console/accounts"))[0] == 200
        await guest.close()

    async def test_who_has_it_goes_on_and_who_does_not_may_leave(self, open_house: OpenHouse) -> None:
        house = await open_house(requires_second_factor=True)
        guest = Guest(house)
        await give_password(guest, house.account())
        assert "You are signed out" in (await guest.post("/console/sign-out"))[1]
        await give_password(guest, with_second_factor(house, house.account()))
        assert "My account" in (await guest.post("/console/second-factor", code=code(house), next="/console/me"))[1]
        await guest.close()
