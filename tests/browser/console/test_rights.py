"""Exporting and erasing, as a coordinator does, with and without a mouse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.accounts.roles import Role
from bot.store.records import ExportFilter
from tests.browser.console.conftest import SignInHere, every_window, violations
from tests.browser.widget import Widget
from tests.console.house import House

EVERYTHING = ExportFilter()


@pytest.fixture
def talked(served: House) -> str:
    """A conversation."""
    return served.conversation("yes", "I am 61")


@every_window
@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.TRIAL_MANAGER])
def test_no_page_has_a_violation(served: House, at_work: SignInHere, talked: str, role: Role) -> None:
    erased = served.conversation("yes")
    with served.store.unit() as unit:
        erasure = unit.erase_conversation(erased, by="patient", at=served.clock())
        assert erasure is not None
    page = at_work(role)
    for path in (f"conversations/{talked}/rights", "exports", "erasures", "erasures?receipt=none", f"erasures/{erasure.receipt}"):
        page.goto(f"{served.url}/console/{path}")
        for summary in page.locator("summary").all():
            summary.click()
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is wider than the window"


def test_a_list_is_exported_to_a_file(served: House, at_work: SignInHere, talked: str, tmp_path: Path) -> None:
    page = at_work()
    page.get_by_role("navigation").get_by_role("link", name="Export").click()
    page.get_by_label("Format").select_option(label="JSON")
    page.get_by_label("State").select_option(label="In progress")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Export", exact=True).click()
    assert waiting.value.suggested_filename == "trialchat-json-2026-11-02.json"
    waiting.value.save_as(tmp_path / "export.json")
    assert len(json.loads((tmp_path / "export.json").read_text())["conversations"]) == 1


def test_an_identified_export_asks_for_a_reason(served: House, at_work: SignInHere, talked: str) -> None:
    page = at_work(Role.TRIAL_MANAGER)
    page.goto(f"{served.url}/console/conversations/{talked}/rights")
    page.get_by_text("Export this conversation").click()
    page.get_by_text("Export with what was written").first.click()
    page.get_by_role("button", name="Export with what was written").click()
    expect(page.get_by_role("alert")).to_contain_text("Please choose a reason")
    page.get_by_label("Reason").select_option(label="Safety of a patient")
    page.get_by_label("Why, in your own words").fill("an adverse event was reported")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Export with what was written").click()
    assert waiting.value.suggested_filename.startswith("trialchat-identified-")


def test_erasing_asks_for_the_word_and_gives_a_receipt(served: House, at_work: SignInHere, talked: str) -> None:
    page = at_work()
    page.goto(f"{served.url}/console/conversations/{talked}/rights")
    # By keyboard alone.
    page.get_by_text("Erase this conversation").focus()
    page.keyboard.press("Enter")
    page.get_by_label("To confirm, write: erase").focus()
    page.keyboard.type("no")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Nothing was erased")
    page.get_by_label("To confirm, write: erase").fill("erase")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_role("status")).to_have_text("Everything was removed.")
    with served.store.reading() as unit:
        (erasure,) = unit.erasures()
        assert unit.conversation(talked) is None
    expect(page.get_by_role("heading", level=1)).to_contain_text(erasure.receipt)
    page.get_by_role("link", name="All receipts").click()
    expect(page.get_by_role("row").nth(1)).to_contain_text("Complete")


def test_a_patient_in_the_widget_gets_a_receipt_and_a_new_chat(page: Page, served: House) -> None:
    """From the chat itself; the console knows the receipt."""
    page.goto(f"{served.url}/trials/NCT06141070")
    widget = Widget(page)
    widget.open()
    widget.say("erase my answers")
    widget.reply("Yes, erase everything").click()
    expect(widget.log.get_by_text("Your receipt is")).to_be_visible()
    with served.store.reading() as unit:
        (erasure,) = unit.erasures()
    expect(widget.log.get_by_text(erasure.receipt)).to_be_visible()
    widget.reply("Start a new chat").click()
    widget.reply("Yes, go ahead").wait_for()


def test_a_widget_whose_chat_was_erased_from_the_console_begins_a_new_one(page: Page, served: House) -> None:
    page.goto(f"{served.url}/trials/NCT06141070")
    widget = Widget(page)
    widget.open()
    with served.store.unit() as unit:
        (old,) = unit.ids_to_export(EVERYTHING, None)
        unit.erase_conversation(old, by="account:1", at=served.clock())
    widget.say("my words stay here")
    # A new chat begins, and the words are given back instead of being sent to it.
    expect(widget.log.get_by_text("my words stay here")).to_have_count(0)
    widget.reply("Yes, go ahead").wait_for()
    expect(widget.box).to_have_value("my words stay here")
    with served.store.reading() as unit:
        (new,) = unit.ids_to_export(EVERYTHING, None)
    assert new != old
