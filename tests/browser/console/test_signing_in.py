"""Signing in, as a coordinator does."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.console.conftest import SignInHere, every_window, violations
from tests.console.house import House


@every_window
def test_the_page_to_sign_in_has_no_violation(page: Page, served: House) -> None:
    page.goto(f"{served.url}/console/sign-in")
    assert violations(page) == []


def test_a_coordinator_signs_in_and_out(at_work: SignInHere) -> None:
    page = at_work()
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("status")).to_have_text("You are signed out.")
