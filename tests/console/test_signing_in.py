"""Signing in and out."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as some

from bot.accounts import passwords
from bot.web.console.signing_in import HOME, inside
from tests.console.conftest import OpenHouse, SignIn
from tests.console.house import PASSWORD, Guest, House
from tests.console.people import actions, detail, give_password, now_of

SITE = "https://console.example.org/console/sign-in"


async def test_who_is_not_signed_in_is_asked_to_and_comes_back_to_the_page(stranger: Guest) -> None:
    async with stranger.session.get("/console/inbox?stage=finished", allow_redirects=False) as response:
        assert response.status == 303
        assert response.headers["Location"] == "/console/sign-in?next=%2Fconsole%2Finbox%3Fstage%3Dfinished"


async def test_signing_in_leads_to_the_page_that_was_asked_for(house: House, stranger: Guest) -> None:
    account = house.account()
    form = {"login": account.login.upper(), "password": PASSWORD, "next": "/console/me?x=1"}
    async with stranger.session.post("/console/sign-in", data=form, allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (303, "/console/me?x=1")
    assert actions(house, account) == ["signed_in"]
    assert detail(house, "signed_in") == (f"account:{account.id}", {"by": "password"})


async def test_a_wrong_password_and_an_unknown_login_are_told_the_same(house: House, stranger: Guest) -> None:
    account = house.account()
    wrong = await stranger.post("/console/sign-in", login=account.login, password="not the password")
    unknown = await stranger.post("/console/sign-in", login="nobody", password=PASSWORD)
    assert wrong[0] == unknown[0] == 403
    assert "Login and password do not fit together" in wrong[1]
    assert wrong[1].replace(account.login, "") == unknown[1].replace("nobody", "")


async def test_an_unknown_login_is_written_down_nowhere(house: House, stranger: Guest) -> None:
    await stranger.post("/console/sign-in", login="my-password-in-the-wrong-field", password="x")
    with house.store.reading() as unit:
        assert unit.audit_entries() == []


@pytest.mark.parametrize("state", ["invited", "disabled"])
async def test_who_is_not_active_is_told_the_same_as_well(house: House, stranger: Guest, state: str) -> None:
    account, active = house.account(), house.account()
    with house.store.unit() as unit:
        unit.set_account_state(account.id, state)
    refused = await give_password(stranger, account)
    wrong = await give_password(stranger, active, "not the password")
    assert refused[0] == wrong[0] == 403
    assert refused[1].replace(account.login, "") == wrong[1].replace(active.login, "")
    assert actions(house, account) == ["sign_in_failed"]


async def test_a_form_from_another_site_signs_nobody_in(house: House, stranger: Guest) -> None:
    form = {"login": house.account().login, "password": PASSWORD}
    async with stranger.session.post("/console/sign-in", data=form, headers={"Origin": "https://evil.example"}) as response:
        assert response.status == 403
        assert "Set-Cookie" not in response.headers


async def test_after_signing_out_the_session_is_of_no_use(house: House, sign_in: SignIn) -> None:
    guest = await sign_in()
    cookies = {cookie.key: cookie.value for cookie in guest.session.cookie_jar}
    assert (await guest.post("/console/sign-out"))[0] == 200
    async with guest.session.get("/console/inbox", cookies=cookies, allow_redirects=False) as response:
        assert response.status == 303
        assert response.headers["Location"].startswith("/console/sign-in")


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(house: House, stranger: Guest) -> None:
    form = {"login": house.account().login, "password": PASSWORD}
    async with stranger.session.post("/console/sign-in", data=form, allow_redirects=False) as response:
        cookie = response.headers["Set-Cookie"]
    name, *attributes = cookie.split("; ")
    assert name.startswith("trialchat_console=")
    assert set(attributes) == {"HttpOnly", "Max-Age=43200", "Path=/", "SameSite=Lax"}


async def test_behind_https_the_cookie_is_secure_and_of_this_host_alone(open_house: OpenHouse) -> None:
    house = await open_house(site_url="https://console.example.org")
    guest = Guest(house)
    form = {"login": house.account().login, "password": PASSWORD}
    async with guest.session.post("/console/sign-in", data=form, allow_redirects=False) as response:
        name, *attributes = response.headers["Set-Cookie"].split("; ")
    await guest.close()
    assert name.startswith("__Host-trialchat_console=")
    assert set(attributes) == {"HttpOnly", "Max-Age=43200", "Path=/", "SameSite=Lax", "Secure"}


async def test_a_hash_of_weaker_parameters_is_made_anew_when_the_password_is_known(house: House, stranger: Guest) -> None:
    account = house.account()
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with house.store.unit() as unit:
        unit.set_password_hash(account.id, weak, None)
    assert (await give_password(stranger, account))[0] == 200
    after = now_of(house, account)
    assert after.password_hash != weak
    assert not passwords.is_outdated(after.password_hash or "")
    assert passwords.is_right(PASSWORD, after.password_hash)
    assert after.password_changed_at is None


async def test_letters_that_no_database_takes_do_no_harm(stranger: Guest) -> None:
    form = b"login=a%00b%FF%ED%A0%80&password=%00%FF%ED%A0%80" + b"x" * 20
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    async with stranger.session.post("/console/sign-in", data=form, headers=headers) as response:
        assert response.status == 403


@pytest.mark.parametrize(
    "address",
    ["/console/inbox", "/console/me?done=others", "/console/inbox?q=a%20b&trial=NCT06141070:x,y", "/console/conversations/ab-c_1/"],
)
def test_a_page_of_the_console_is_where_to_go_on(address: str) -> None:
    assert inside(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/",
        "//evil.example",
        "https://evil.example/console/inbox",
        "/console//evil.example",
        "/console/..//evil.example",
        "/console/%2e%2e//evil.example",
        "/consoleevil",
        "/console@evil.example",
        "/console\\evil.example",
        "/console/x?\\evil",
        "/console/inbox\r\nSet-Cookie: a=b",
        "/console/inbox?a b",
        "javascript:alert(1)",
        " /console/inbox",
        "/console/inbox?" + "x" * 3000,
    ],
)
def test_anything_else_leads_to_the_first_page(address: str) -> None:
    assert inside(address) == HOME


@given(some.text(max_size=60) | some.from_regex(r"/console[/.\\@:?#%a-z]{0,20}", fullmatch=True))
def test_no_address_leads_off_the_console(address: str) -> None:
    led = urlsplit(urljoin(SITE, inside(address)))
    assert (led.scheme, led.netloc) == ("https", "console.example.org")
    assert led.path.startswith("/console")
