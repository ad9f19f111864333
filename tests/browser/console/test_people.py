"""People come in, prove who they are, and let others in, as a person does it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pyotp
import pytest
from aiohttp.test_utils import unused_port
from playwright.sync_api import Browser, Page, expect

from bot.accounts.openid import Provider, Registration
from bot.accounts.roles import Role
from bot.store import Account
from bot.web.console.single_sign_on import ANSWER
from bot.words import Library
from tests.browser.console.conftest import SignInHere, every_window, serving, violations
from tests.console.house import PASSWORD, TRIAL, Clock, House, make_house
from tests.console.people import code, with_second_factor
from tests.fakes.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdProvider

NEW = "blue kettle sings at noon"


def give_password(page: Page, house: House, account: Account, password: str = PASSWORD) -> None:
    page.goto(f"{house.url}/console/sign-in")
    page.get_by_label("Login").fill(account.login)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def set_up_second_factor(page: Page, house: House) -> str:
    """Through the pages; the secret that the phone got."""
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("img", name="Picture with the secret")).to_be_visible()
    secret = page.locator(".secret").inner_text().replace(" ", "")
    page.get_by_label("Code").fill(pyotp.TOTP(secret).at(house.clock()))
    page.get_by_role("button", name="Switch on").click()
    return secret


def test_a_second_factor_is_set_up_and_asked_for(at_work: SignInHere, served: House) -> None:
    page = at_work()
    page.get_by_title("My account").click()
    page.get_by_role("link", name="Set up").click()
    secret = set_up_second_factor(page, served)
    codes = page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    page.get_by_role("link", name="I have kept them").click()
    login = page.locator("dd").first.inner_text()
    page.get_by_role("button", name="Sign out", exact=True).click()

    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    served.clock.move(seconds=30)
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("This code is not right")
    page.get_by_label("Code").fill(pyotp.TOTP(secret).at(served.clock()))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/console/inbox")

    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Code").fill(codes[0])
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/inbox")


def test_a_password_is_changed_and_a_mistake_is_said(at_work: SignInHere) -> None:
    page = at_work()
    page.get_by_title("My account").click()
    for new, said in (("trialchat2026", "among the first that are guessed"), (NEW, "Your password is changed")):
        page.get_by_label("Current password").fill(PASSWORD)
        page.get_by_label("New password").fill(new)
        page.get_by_label("The new one again").fill(new)
        page.get_by_role("button", name="Change the password").click()
        expect(page.locator(".problem, .done")).to_contain_text(said)


def test_another_browser_is_signed_out(page: Page, served: House, browser: Browser) -> None:
    account = served.account()
    other = browser.new_context().new_page()
    give_password(other, served, account)
    give_password(page, served, account)
    page.goto(f"{served.url}/console/me")
    expect(page.get_by_text("This browser")).to_have_count(1)
    page.get_by_role("button", name="Sign out Chrome on Linux").click()
    expect(page.get_by_role("status")).to_have_text("That browser is signed out.")
    other.reload()
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    other.context.close()


def test_an_administrator_invites_somebody_who_comes_in_changes_them_and_shuts_the_door(
    at_work: SignInHere, served: House, browser: Browser
) -> None:
    page = at_work(Role.ADMINISTRATOR)
    page.get_by_role("link", name="People").click()
    page.get_by_role("link", name="Invite somebody").click()
    page.get_by_label("Name").fill("Grace Hopper")
    page.get_by_label("Login").fill("grace")
    page.get_by_label("E-mail").fill("grace@example.org")
    page.get_by_label("Auditor").check()
    page.get_by_label("NCT numbers").fill("nonsense")
    page.get_by_role("button", name="Make the link").click()
    expect(page.get_by_role("alert")).to_contain_text("not an NCT number")
    expect(page.get_by_label("Auditor")).to_be_checked()
    page.get_by_label("NCT numbers").fill(TRIAL)
    page.get_by_role("button", name="Make the link").click()
    link = urlsplit(page.get_by_label("Link").input_value()).path

    other = browser.new_context().new_page()
    other.goto(served.url + link)
    other.get_by_label("New password").fill(NEW)
    other.get_by_label("The same again").fill(NEW)
    other.get_by_role("button", name="Save and sign in").click()
    other.wait_for_url("**/console/inbox")
    other.goto(served.url + link)
    expect(other.get_by_role("heading", name="This link no longer works")).to_be_visible()

    page.get_by_role("link", name="To the list").click()
    page.get_by_role("link", name="Grace Hopper").click()
    page.get_by_label("Coordinator").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    other.goto(f"{served.url}/console/me")
    expect(other.get_by_text("Coordinator")).to_be_visible()
    page.get_by_role("button", name="Disable").click()
    expect(page.get_by_role("status")).to_have_text("They can no longer sign in.")
    other.reload()
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    other.context.close()


def test_where_it_is_required_the_second_factor_comes_first(page: Page, tmp_path: Path, migrated_store: Path, library: Library) -> None:
    shutil.copy(migrated_store, tmp_path / "store.db")
    house = make_house(tmp_path, library, requires_second_factor=True)
    with serving(house.app) as house.url:
        give_password(page, house, house.account())
        expect(page.get_by_text("asks everybody for a second factor")).to_be_visible()
        page.get_by_role("link", name="Inbox").click()
        expect(page.get_by_text("asks everybody for a second factor")).to_be_visible()
        set_up_second_factor(page, house)
        page.get_by_role("link", name="Inbox").click()
        page.wait_for_url("**/console/inbox")
    house.store.dispose()


@pytest.fixture
def with_provider(tmp_path: Path, migrated_store: Path, library: Library) -> Iterator[House]:
    """A house where people may also sign in at a provider, which stands on another address."""
    shutil.copy(migrated_store, tmp_path / "store.db")
    clock, port = Clock(), unused_port()
    fake = OpenIdProvider(clock, redirect_uri=f"http://localhost:{port}{ANSWER}")
    with serving(fake.app) as there:
        fake.issuer = f"{there}/realms/staff"
        known = Provider(Registration(fake.issuer, CLIENT_ID, CLIENT_SECRET, fake.redirect_uri, "St. Mary's"))
        house = make_house(tmp_path, library, clock=clock, provider=known)
        with serving(house.app, port) as here:
            # The same server by another name than the provider's: the answer comes from another site, as it does in service.
            house.url = here.replace("127.0.0.1", "localhost")
            yield house
        house.store.dispose()


def test_somebody_signs_in_through_their_organisation(page: Page, with_provider: House) -> None:
    house = with_provider
    page.goto(f"{house.url}/console/me")
    page.get_by_role("link", name="Sign in with St. Mary's").click()
    expect(page.get_by_role("heading", name="Nobody here goes by that address")).to_be_visible()
    assert violations(page) == []
    account = house.account()
    with house.store.unit() as unit:
        unit.set_account(account.id, name="Ada", email="ada@example.org", role="coordinator", all_trials=True, trials=())
    page.goto(f"{house.url}/console/me")
    page.get_by_role("link", name="Sign in with St. Mary's").click()
    page.wait_for_url("**/console/me")
    expect(page.get_by_role("heading", name="Ada")).to_be_visible()


@every_window
class TestNoPageHasAViolation:
    def test_of_signing_in(self, page: Page, served: House) -> None:
        account = with_second_factor(served, served.account())
        found = {}
        give_password(page, served, account, "wrong")
        found["wrong"] = violations(page)
        give_password(page, served, account)
        found["second step"] = violations(page)
        page.get_by_label("Code").fill("1")
        page.get_by_role("button", name="Sign in", exact=True).click()
        found["second step, wrong"] = violations(page)
        page.goto(f"{served.url}/console/invitation/x")
        found["link gone"] = violations(page)
        assert {name: list_ for name, list_ in found.items() if list_} == {}

    def test_of_ones_own_account(self, page: Page, served: House, browser: Browser) -> None:
        found = {}
        account = served.account()
        other = browser.new_context().new_page()
        give_password(other, served, account)
        other.context.close()
        give_password(page, served, account)
        page.goto(f"{served.url}/console/me?done=password")
        found["me"] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.goto(f"{served.url}/console/me/second-factor")
        found["off"] = violations(page)
        page.get_by_label("Current password").fill(PASSWORD)
        page.get_by_role("button", name="Set up").click()
        found["phone"] = violations(page)
        page.get_by_label("Code").fill(pyotp.TOTP(page.locator(".secret").inner_text().replace(" ", "")).at(served.clock()))
        page.get_by_role("button", name="Switch on").click()
        found["codes"] = violations(page)
        page.goto(f"{served.url}/console/me/second-factor")
        found["on"] = violations(page)
        assert {name: list_ for name, list_ in found.items() if list_} == {}

    def test_of_people(self, page: Page, served: House) -> None:
        found = {}
        admin, account = served.account(Role.ADMINISTRATOR), served.account()
        give_password(page, served, admin)
        page.goto(f"{served.url}/console/accounts")
        found["people"] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for name in (f"{account.id}?done=changed", f"{admin.id}", "invite"):
            page.goto(f"{served.url}/console/accounts/{name}")
            found[name] = violations(page)
        page.get_by_label("Name").fill("Grace")
        page.get_by_label("Login").fill("grace")
        page.get_by_label("All trials").check()
        page.get_by_role("button", name="Make the link").click()
        found["link"] = violations(page)
        page.goto(served.url + urlsplit(page.get_by_label("Link").input_value()).path)
        found["invitation"] = violations(page)
        assert {name: list_ for name, list_ in found.items() if list_} == {}


def test_the_second_step_goes_by_keyboard_alone(page: Page, served: House) -> None:
    account = with_second_factor(served, served.account())
    page.goto(f"{served.url}/console/sign-in")
    page.get_by_label("Login").focus()
    page.keyboard.type(account.login)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/second-factor*")
    page.get_by_label("Code").focus()
    page.keyboard.type(code(served))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/inbox")
