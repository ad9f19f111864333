"""A conversation's page in front of a coordinator: reading, revealing, working, with the mouse and without it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from bot.accounts.roles import Role
from bot.store import NewMessage
from tests.browser.console.conftest import PHONE, SignInHere, every_window, violations
from tests.console.house import House

SAID = ("hello", "yes", "I'm 54 and had chemo", "actually I am 17", "<img src=x onerror=alert(1)>")
phone = pytest.mark.parametrize("window", [PHONE], indirect=True, ids=["phone"])


@pytest.fixture
def conversation(served: House) -> str:
    return served.conversation(*SAID)


@pytest.fixture
def opened(at_work: SignInHere, served: House, conversation: str) -> Page:
    """The page of the conversation, masked."""
    page = at_work()
    page.goto(f"{served.url}/console/conversations/{conversation}")
    return page


def show(page: Page) -> None:
    page.get_by_role("button", name="Show it for 15 minutes").click()
    page.get_by_role("button", name="Hide it again").wait_for()


def test_a_click_shows_what_was_told_and_another_hides_it(opened: Page) -> None:
    log = opened.get_by_role("log", name="Transcript")
    expect(log).to_contain_text("Is it okay if I ask you some questions about your health?")
    expect(log).not_to_contain_text("54")
    show(opened)
    expect(log).to_contain_text("I'm 54 and had chemo")
    expect(log).to_contain_text("was 54 years, now 17 years")
    # What a patient wrote as markup is text: no picture was asked for, and no script ran.
    expect(log).to_contain_text("<img src=x onerror=alert(1)>")
    expect(log.locator("img")).to_have_count(0)
    opened.get_by_role("button", name="Hide it again").click()
    opened.get_by_role("button", name="Show it for 15 minutes").wait_for()
    expect(log).not_to_contain_text("54")


def test_why_a_question_was_asked_and_what_a_correction_changed_can_be_opened(opened: Page) -> None:
    show(opened)
    opened.get_by_text("Why it was asked (1 open criterion)").first.click()
    expect(opened.get_by_text("Criteria that were open then and depend on the answer").first).to_be_visible()
    changed = opened.locator("li.line", has_text="actually I am 17").get_by_text("What it changed")
    changed.click()
    expect(opened.locator("li.line", has_text="actually I am 17")).to_contain_text("I8 fits to does not fit")


def test_a_message_is_flagged_as_misread_and_the_flag_taken_back(opened: Page) -> None:
    show(opened)
    line = opened.locator("li.line", has_text="I'm 54 and had chemo")
    line.get_by_role("link", name="Misread?").click()
    expect(opened.get_by_role("heading", name="What did it mean?")).to_be_visible()
    opened.get_by_label("An answer", exact=True).check()
    opened.get_by_label("The answer, if it was one").fill("Asthma")
    opened.get_by_role("button", name="Flag as misread").click()
    expect(opened.get_by_role("status")).to_have_text("The message is flagged. Thank you.")
    expect(line).to_contain_text("It meant: Asthma")
    line.get_by_role("button", name="Take the flag back").click()
    expect(opened.get_by_role("status")).to_have_text("The flag is taken back.")
    expect(line).not_to_contain_text("It meant")


def test_status_person_tag_and_note_are_set(opened: Page, served: House, conversation: str) -> None:
    show(opened)
    opened.get_by_label("Status").select_option(label="Closed")
    opened.get_by_label("Reason, if closed").select_option(label="Could not be reached")
    opened.get_by_role("button", name="Save status").click()
    expect(opened.get_by_role("status")).to_have_text("The status is saved.")
    opened.get_by_label("Who has it").select_option(index=1)
    opened.get_by_role("button", name="Save", exact=True).click()
    expect(opened.get_by_role("status")).to_have_text("It is assigned.")
    opened.get_by_label("New tag").fill("Dutch")
    opened.get_by_role("button", name="Add", exact=True).click()
    expect(opened.get_by_role("button", name="Remove the tag dutch")).to_be_visible()
    opened.get_by_label("New note").fill("Call <b>after</b> five.\nSpeaks Dutch.")
    opened.get_by_role("button", name="Add note").click()
    expect(opened.locator(".notes .bubble")).to_have_text("Call <b>after</b> five.\nSpeaks Dutch.", use_inner_text=True)
    opened.get_by_role("button", name="Delete note").click()
    expect(opened.get_by_text("No notes.")).to_be_visible()
    with served.store.reading() as unit:
        found = unit.conversation(conversation)
    assert found is not None
    assert (found.status, found.closed_because) == ("closed", "not_reached")


def test_a_new_message_comes_by_itself_and_takes_away_neither_focus_nor_what_is_open(
    opened: Page, served: House, conversation: str
) -> None:
    show(opened)
    opened.get_by_text("Why it was asked").nth(1).click()
    note = opened.get_by_label("New note")
    note.fill("half a note")
    # The server's first look only learns what there is; what is said until then is no news to it.
    for number in range(50):
        served.say(conversation, f"number {number} of my messages")
        try:
            expect(opened.get_by_role("log")).to_contain_text(f"number {number} of my messages", timeout=500)
            break
        except AssertionError:
            continue
    expect(opened.get_by_role("log")).to_contain_text("of my messages")
    expect(note).to_be_focused()
    expect(note).to_have_value("half a note")
    assert opened.locator("details[open]").count() == 1


def test_what_is_shown_hides_itself_when_the_time_is_over(opened: Page, served: House, conversation: str) -> None:
    show(opened)
    log = opened.get_by_role("log")
    expect(log).to_contain_text("I'm 54 and had chemo")
    served.clock.move(minutes=16)
    for _ in range(50):
        served.say(conversation, "are you there")
        try:
            expect(log).not_to_contain_text("I'm 54 and had chemo", timeout=500)
            break
        except AssertionError:
            continue
    expect(log).not_to_contain_text("I'm 54 and had chemo")


def test_all_of_it_works_from_the_keyboard(opened: Page) -> None:
    opened.keyboard.press("Tab")
    expect(opened.get_by_role("link", name="Skip to the main part")).to_be_focused()
    opened.keyboard.press("Enter")
    opened.get_by_role("button", name="Show it for 15 minutes").focus()
    opened.keyboard.press("Enter")
    opened.get_by_role("button", name="Hide it again").wait_for()
    opened.get_by_role("navigation", name="On this page").get_by_role("link", name="Work").focus()
    opened.keyboard.press("Enter")
    expect(opened).to_have_url(re.compile("#work$"))
    # From the heading that was jumped to, the next stop is the first field of the work.
    opened.keyboard.press("Tab")
    expect(opened.get_by_label("Status")).to_be_focused()
    summary = opened.locator("summary", has_text="Why it was asked").first
    summary.focus()
    opened.keyboard.press("Enter")
    assert opened.locator("details[open]").count() == 1


def test_danger_is_told_at_the_top_with_the_way_to_it(opened: Page, served: House, conversation: str) -> None:
    with served.store.unit() as unit:
        said = NewMessage("k", "patient", "it is too much", served.clock(), intent="safety_crisis", message_id="k")
        unit.add_messages(conversation, [said])
        position = unit.messages(conversation)[-1].position
    opened.reload()
    opened.get_by_role("link", name=re.compile("^Crisis: See the message of")).click()
    expect(opened).to_have_url(re.compile(f"#m{position}$"))
    expect(opened.locator(f"#m{position}")).to_contain_text("Crisis")


@phone
def test_a_phone_shows_all_of_it_without_scrolling_sideways(opened: Page) -> None:
    show(opened)
    for summary in opened.locator("details").all()[:6]:
        summary.evaluate("details => details.open = true")
    assert opened.evaluate("document.documentElement.scrollWidth") == 390
    small = opened.locator("main").evaluate(
        """main => [...main.querySelectorAll('a, button, input:not([type=hidden]), select, summary')]
            .map(node => [node.textContent.trim() || node.name, node.getBoundingClientRect()])
            .filter(([, box]) => box.width && (box.width < 24 || box.height < 24))
            .map(([name, box]) => `${name}: ${box.width} x ${box.height}`)"""
    )
    assert small == []


@every_window
def test_the_page_has_no_violation_masked_or_shown_or_flagging(opened: Page) -> None:
    found = {"masked": violations(opened)}
    show(opened)
    for details in opened.locator("details").all()[:4]:
        details.evaluate("details => details.open = true")
    found["shown"] = violations(opened)
    opened.get_by_role("link", name="Misread?").first.click()
    opened.get_by_role("button", name="Flag as misread").wait_for()
    found["flagging"] = violations(opened)
    assert {state: list_ for state, list_ in found.items() if list_} == {}


def test_who_only_reads_finds_no_button(at_work: SignInHere, served: House, conversation: str) -> None:
    page = at_work(Role.AUDITOR)
    page.goto(f"{served.url}/console/conversations/{conversation}")
    expect(page.get_by_role("main").get_by_role("button")).to_have_count(0)
    expect(page.get_by_text("Your role reads the work")).to_be_visible()
    assert violations(page) == []
