"""The audit's room, as an auditor uses it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from bot.accounts.roles import Role
from tests.browser.console.conftest import SignInHere, every_window, violations
from tests.console.house import TRIAL, House


@pytest.fixture
def done(served: House) -> None:
    """Something that was done."""
    with served.store.unit() as unit:
        for number in range(60):
            detail = {"format": "csv-answers", "filters": ["trial", "stage"], "count": number}
            unit.audit("system", "exported", "conversations", TRIAL, at=served.clock(), trial_id=TRIAL, detail=detail)


@every_window
@pytest.mark.usefixtures("done")
def test_the_page_has_no_violation(served: House, at_work: SignInHere) -> None:
    page = at_work(Role.AUDITOR)
    page.goto(f"{served.url}/console/audit")
    assert violations(page) == []
    page.get_by_role("button", name="Check the whole audit").click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.usefixtures("done")
def test_an_auditor_narrows_the_list_goes_back_in_time_and_checks_it(served: House, at_work: SignInHere) -> None:
    page = at_work(Role.AUDITOR)
    page.get_by_role("navigation").get_by_role("link", name="Audit").click()
    expect(page.get_by_role("row").nth(1)).to_contain_text("Signed in")
    page.get_by_label("Action").select_option(label="Exported, de-identified")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("row").nth(1)).to_contain_text("count: 59")
    page.get_by_role("link", name="Older").click()
    expect(page.get_by_role("row").nth(1)).to_contain_text("count: 9")
    page.get_by_role("link", name="Back to the latest").click()
    expect(page.get_by_label("Action")).to_have_value("exported")
    page.get_by_role("button", name="Check the whole audit").click()
    expect(page.get_by_role("status")).to_have_text("The whole audit was checked.")
    expect(page.get_by_text("all 61 entries are fine")).to_be_visible()


@pytest.mark.usefixtures("done")
def test_the_audit_is_exported_to_a_file(served: House, at_work: SignInHere) -> None:
    page = at_work(Role.AUDITOR)
    page.goto(f"{served.url}/console/audit")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Export as CSV").click()
    assert waiting.value.suggested_filename == "trialchat-audit-2026-11-02.csv"
