"""The inbox as a coordinator uses it: filters, saved lists, several at once, changes while it is open, by keyboard, on a phone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from bot.accounts.roles import Role
from bot.store import NewMessage
from bot.web.changes import CHANGES
from tests.browser.console.conftest import PHONE, SignInHere, every_window, violations
from tests.console.house import OTHER_TRIAL, PASSWORD, TRIAL, House


def _conversations(house: House, number: int) -> list[str]:
    """So many conversations, the latest first; each a minute apart."""
    names = []
    with house.store.unit() as unit:
        for ago in range(number):
            at = house.clock() - timedelta(minutes=ago)
            one = unit.open_conversation(channel="widget", at=at, trial_id=TRIAL)
            line = NewMessage(event_key=f"e{ago}", who="patient", text=f"I have word{ago}", at=at)
            unit.add_messages(one.id, [line])
            names.append(one.id)
    return names


def _says_something(house: House, name: str) -> None:
    house.clock.move(seconds=1)
    with house.store.unit() as unit:
        unit.touch(name, house.clock())


def _looked_on(page: Page, house: House) -> None:
    """Wait until the page is told of changes."""
    while not house.app[CHANGES]._known:
        page.wait_for_timeout(20)


def _rows(page: Page) -> Locator:
    return page.locator("#conversations tbody tr")


def _tick(page: Page, name: str) -> Locator:
    return page.get_by_role("checkbox", name=f"Select {name[:8]}")


@every_window
def test_the_inbox_has_no_violation_in_any_state(at_work: SignInHere, served: House) -> None:
    names = _conversations(served, 60)
    with served.store.unit() as unit:
        unit.add_tag(names[0], "call back", served.clock())
        unit.set_status(names[1], "to_call", served.clock())
        unit.note_progress(names[1], stage="finished", verdict="unlikely", at=served.clock())
        unit._locked(names[2]).waiting_since = served.clock()
    page = at_work()
    found = {"full": violations(page)}
    page.get_by_text("Work on the selected conversations").click()
    page.get_by_text("More filters").click()
    _tick(page, names[0]).check()
    found["open"] = violations(page)
    page.goto(f"{served.url}/console/inbox?trial={TRIAL}&channel=widget")
    page.get_by_label("Said").fill("word")
    page.keyboard.press("Enter")
    page.wait_for_url("**search=**")
    page.goto(f"{page.url}&done=assign&n=1")
    page.get_by_text("Save these filters as a list").click()
    found["filtered"] = violations(page)
    page.goto(f"{served.url}/console/inbox?status=enrolled&problem=no_words")
    found["empty"] = violations(page)
    assert {state: list_ for state, list_ in found.items() if list_} == {}


def test_filters_are_set_taken_off_and_stand_in_the_address(at_work: SignInHere, served: House) -> None:
    names = _conversations(served, 3)
    with served.store.unit() as unit:
        unit.set_status(names[1], "to_call", served.clock())
    page = at_work()
    page.get_by_label("Status", exact=True).first.select_option("To call")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**/console/inbox?status=to_call")
    expect(_rows(page)).to_have_count(1)
    expect(page.get_by_text("1 conversation", exact=True)).to_be_visible()
    page.get_by_role("link", name="Remove filter: Status: To call").click()
    page.wait_for_url("**/console/inbox")
    expect(_rows(page)).to_have_count(3)


def test_what_was_said_is_found(at_work: SignInHere, served: House) -> None:
    names = _conversations(served, 12)
    page = at_work()
    page.get_by_label("Said").fill("HAVE wörd1")
    page.keyboard.press("Enter")
    page.wait_for_url("**search=**")
    assert "rd1" not in page.url
    expect(_rows(page)).to_have_count(3)
    expect(page.get_by_role("link", name=names[10][:8])).to_be_visible()


def test_a_list_is_saved_come_back_to_and_deleted(at_work: SignInHere, served: House) -> None:
    _conversations(served, 3)
    page = at_work()
    page.goto(f"{served.url}/console/inbox?status=to_call&waiting=yes")
    page.get_by_text("Save these filters as a list").click()
    page.get_by_label("Name of the list").fill("To call today")
    page.get_by_role("button", name="Save list").click()
    expect(page.get_by_role("status").filter(has_text="The list is saved.")).to_be_visible()
    page.get_by_role("link", name="All", exact=True).click()
    page.get_by_role("link", name="To call today").click()
    page.wait_for_url("**/console/inbox?status=to_call&waiting=yes")
    expect(page.get_by_role("link", name="To call today")).to_have_attribute("aria-current", "page")
    page.get_by_role("button", name="Delete the list To call today").click()
    expect(page.get_by_role("link", name="To call today")).to_have_count(0)


def test_several_are_given_to_oneself_and_tagged(at_work: SignInHere, served: House) -> None:
    names = _conversations(served, 4)
    page = at_work()
    page.get_by_label("Select all on this page").check()
    expect(page.get_by_text("4 selected")).to_be_visible()
    _tick(page, names[3]).uncheck()
    expect(page.get_by_text("3 selected")).to_be_visible()
    expect(page.get_by_label("Select all on this page")).not_to_be_checked()
    page.get_by_text("Work on the selected conversations").click()
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_text("3 conversations assigned.")).to_be_visible()
    page.get_by_role("link", name="Mine").click()
    expect(_rows(page)).to_have_count(3)
    _tick(page, names[0]).check()
    page.get_by_text("Work on the selected conversations").click()
    page.get_by_label("Tag", exact=True).last.fill("Call back")
    page.get_by_role("button", name="Add tag").click()
    expect(_rows(page).first).to_contain_text("call back")
    expect(page).to_have_url(f"{served.url}/console/inbox?who=me&done=add_tag&n=1&left=0")


def test_closing_without_a_reason_is_asked_for_one(at_work: SignInHere, served: House) -> None:
    names = _conversations(served, 1)
    page = at_work()
    _tick(page, names[0]).check()
    page.get_by_text("Work on the selected conversations").click()
    page.get_by_label("Status", exact=True).last.select_option("Closed")
    page.get_by_role("button", name="Set status").click()
    expect(page.get_by_role("alert")).to_have_text("Please give a reason for closing.")


def test_a_change_renews_the_list_and_takes_neither_ticks_nor_focus_nor_place(at_work: SignInHere, served: House) -> None:
    names = _conversations(served, 30)
    page = at_work()
    expect(_rows(page)).to_have_count(30)
    _looked_on(page, served)
    ticked, focused = _tick(page, names[20]), _tick(page, names[21])
    ticked.check()
    focused.focus()
    before = focused.evaluate("box => box.getBoundingClientRect().top")
    page.evaluate("window.rowBefore = document.querySelector('#conversations tbody tr:nth-child(21)')")
    _says_something(served, names[29])
    expect(page.get_by_text("1 conversation changed at 09:00:01.")).to_be_visible()
    expect(_rows(page).first).to_contain_text(names[29][:8])
    expect(ticked).to_be_checked()
    expect(focused).to_be_focused()
    expect(page.get_by_text("1 selected")).to_be_visible()
    assert page.evaluate("window.rowBefore.isConnected")
    assert abs(focused.evaluate("box => box.getBoundingClientRect().top") - before) < 5


def test_several_changes_one_after_another_ask_for_the_list_once_each(at_work: SignInHere, served: House) -> None:
    names = _conversations(served, 5)
    page = at_work()
    _looked_on(page, served)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/inbox/list" in request.url else None)
    for number in range(1, 4):
        _says_something(served, names[number])
        expect(page.get_by_text(f"1 conversation changed at 09:00:0{number}.")).to_be_visible()
        expect(_rows(page).first).to_contain_text(names[number][:8])
    # One for each, and where the page has only just connected the one with which it makes sure that it is new.
    assert len(asked) in (3, 4)


def test_a_conversation_that_is_new_appears_by_itself(at_work: SignInHere, served: House) -> None:
    page = at_work()
    expect(page.get_by_text("Each new one appears here by itself.")).to_be_visible()
    with served.store.unit() as unit:
        # Of a trial that is not theirs: only to know when changes are looked for.
        unit.open_conversation(channel="widget", at=served.clock(), trial_id=OTHER_TRIAL)
    _looked_on(page, served)
    _conversations(served, 1)
    expect(_rows(page)).to_have_count(1)


def test_the_page_goes_when_the_session_is_over(
    at_work: SignInHere, served: House, context: BrowserContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.console.live.KEEP_ALIVE", 0.1)
    _conversations(served, 3)
    page = at_work()
    expect(_rows(page)).to_have_count(3)
    served.clock.move(minutes=61)
    page.wait_for_url("**/console/sign-in?next=%2Fconsole%2Finbox")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_everything_is_done_by_keyboard_alone(at_work: SignInHere, served: House) -> None:
    names = _conversations(served, 3)
    page = at_work()
    _by_tab(page, page.get_by_label("Select all on this page"))
    page.keyboard.press("Space")
    expect(page.get_by_text("3 selected")).to_be_visible()
    _by_tab(page, page.locator("summary").filter(has_text="Work on the selected"))
    page.keyboard.press("Enter")
    _by_tab(page, page.get_by_role("button", name="Assign", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_text("3 conversations assigned.")).to_be_visible()
    _by_tab(page, page.get_by_role("link", name=names[0][:8]))
    assert page.evaluate("document.activeElement.getAttribute('href')") == f"/console/conversations/{names[0]}"


def _by_tab(page: Page, wanted: Locator) -> None:
    """Press Tab until it has the focus, and see that the focus shows."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if wanted.evaluate("node => node === document.activeElement"):
            assert wanted.evaluate("node => getComputedStyle(node).outlineStyle") != "none"
            return
    raise AssertionError("it cannot be reached by Tab")


@pytest.mark.parametrize("window", [PHONE], indirect=True, ids=["phone"])
def test_on_a_phone_each_conversation_is_a_card_and_nothing_runs_over_the_edge(at_work: SignInHere, served: House) -> None:
    names = _conversations(served, 3)
    with served.store.unit() as unit:
        unit.add_tag(names[0], "x" * 40, served.clock())
        unit.set_status(names[0], "prescreening", served.clock())
    page = at_work()
    expect(page.get_by_label("Trial", exact=True)).to_be_hidden()
    page.get_by_text("More filters").click()
    expect(page.get_by_label("Trial", exact=True)).to_be_visible()
    page.get_by_text("Work on the selected conversations").click()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    row = _rows(page).first
    assert row.evaluate("row => getComputedStyle(row).display") == "grid"
    # To programs that read aloud it is still a table.
    expect(page.get_by_role("table", name="Inbox").get_by_role("row")).to_have_count(4)
    assert _tick(page, names[0]).evaluate("box => box.closest('label').getBoundingClientRect().height") >= 44


def test_without_scripts_everything_still_works(served: House, context: BrowserContext) -> None:
    names = _conversations(served, 3)
    browser = context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False)
    page = plain.new_page()
    login = served.account(Role.COORDINATOR).login
    page.goto(f"{served.url}/console/sign-in")
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Select all on this page")).to_be_hidden()
    _tick(page, names[1]).check()
    page.get_by_text("Work on the selected conversations").click()
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_text("1 conversation assigned.")).to_be_visible()
    plain.close()
