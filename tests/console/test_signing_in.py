"""Signing in and out."""

from __future__ import annotations

from tests.console.conftest import SignIn
from tests.console.house import PASSWORD, Guest, House


async def test_who_is_not_signed_in_is_asked_to_and_comes_back_to_the_page(stranger: Guest) -> None:
    async with stranger.session.get("/console/inbox?stage=finished", allow_redirects=False) as response:
        assert response.status == 303
        assert response.headers["Location"] == "/console/sign-in?next=%2Fconsole%2Finbox%3Fstage%3Dfinished"


async def test_a_wrong_password_and_an_unknown_login_are_told_the_same(house: House, stranger: Guest) -> None:
    account = house.account()
    wrong = await stranger.post("/console/sign-in", login=account.login, password="not the password")
    unknown = await stranger.post("/console/sign-in", login="nobody", password=PASSWORD)
    assert wrong[0] == unknown[0] == 403
    assert "Login and password do not fit together" in wrong[1]
    assert wrong[1].replace(account.login, "") == unknown[1].replace("nobody", "")


async def test_after_signing_out_the_session_is_of_no_use(sign_in: SignIn) -> None:
    guest = await sign_in()
    cookies = {cookie.key: cookie.value for cookie in guest.session.cookie_jar}
    assert (await guest.post("/console/sign-out"))[0] == 200
    async with guest.session.get("/console/inbox", cookies=cookies, allow_redirects=False) as response:
        assert response.status == 303
