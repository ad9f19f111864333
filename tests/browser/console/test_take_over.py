"""A coordinator and a patient, each in a browser of their own, in the same conversation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.accounts.roles import Role
from tests.browser.console.conftest import SignInHere, every_window, violations
from tests.browser.widget import Widget
from tests.console.house import PASSWORD, House
from tests.console.parts_page import give_parts_a_page


@pytest.fixture(autouse=True)
def a_page_for_the_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The house is built with it."""
    give_parts_a_page(monkeypatch)


@pytest.fixture
def patient(browser: Browser, a_page_for_the_parts: None, served: House) -> Iterator[Widget]:
    """The trial's page in another browser, with the chat open and agreed to."""
    context = browser.new_context(viewport={"width": 1000, "height": 860})
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(f"{served.url}/trials/NCT06141070")
    widget = Widget(page)
    widget.open()
    widget.reply("Yes, go ahead").click()
    expect(widget.bubble("Thank you. Let's begin.")).to_be_visible()
    yield widget
    context.close()


def conversation_of(served: House) -> str:
    """The one conversation there is."""
    with served.store.reading() as unit:
        ((name, _),) = unit.changed_since(served.clock().replace(year=2000))
    return name


@pytest.fixture
def desk(at_work: SignInHere, patient: Widget, served: House) -> Page:
    """The coordinator in front of that conversation."""
    page = at_work()
    page.goto(f"{served.url}/console/conversations/{conversation_of(served)}")
    return page


def take_over(desk: Page, name: str = "Ann") -> None:
    desk.get_by_label("The patient sees your name as").fill(name)
    desk.get_by_role("button", name="Take over").click()
    expect(desk.get_by_text("You have taken over. The bot is silent.")).to_be_visible()


def write(desk: Page, text: str) -> None:
    desk.get_by_label("Your message to the patient").fill(text)
    desk.get_by_role("button", name="Send", exact=True).click()
    expect(desk.get_by_text("Your message is sent.")).to_be_visible()


def person(patient: Widget, text: str) -> Any:
    return patient.log.locator(".turn.person").filter(has_text=text)


def test_they_talk_to_each_other_and_the_bot_goes_on_where_it_was(desk: Page, patient: Widget) -> None:
    question = patient.bubbles()[-1]
    take_over(desk)
    expect(patient.log.get_by_text("Ann from the study team is now in this chat.")).to_be_visible()
    write(desk, "Hello, this is Ann. <i>May</i> I help?")
    expect(person(patient, "Hello, this is Ann. <i>May</i> I help?")).to_contain_text("Ann, study team")
    patient.say("Yes, please")
    expect(patient.state).to_contain_text("A person will answer here.")
    desk.reload()
    expect(desk.get_by_text("The patient has waited for an answer since")).to_be_visible()
    write(desk, "I will call you.")
    expect(person(patient, "I will call you.")).to_be_visible()
    bot = [text for text in patient.bubbles() if text == question]
    desk.get_by_role("button", name="Hand back to the bot").click()
    expect(desk.get_by_text("The bot goes on from here.")).to_be_visible()
    expect(patient.log.get_by_text("The person has left this chat.")).to_be_visible()
    expect(patient.bubble(question)).to_have_count(len(bot) + 1)
    patient.say("lung cancer")
    expect(patient.log.get_by_text("I noted that").last).to_be_visible()


def test_control_and_enter_send_and_enter_alone_makes_a_line(desk: Page, patient: Widget) -> None:
    take_over(desk)
    box = desk.get_by_label("Your message to the patient")
    box.press_sequentially("one")
    box.press("Enter")
    box.press_sequentially("two")
    expect(box).to_have_value("one\ntwo")
    box.press("Control+Enter")
    expect(desk.get_by_text("Your message is sent.")).to_be_visible()
    expect(patient.bubble("one\ntwo")).to_have_count(1)
    expect(desk.get_by_label("Your message to the patient")).to_have_value("")


def test_an_empty_message_is_not_sent_by_the_keyboard(desk: Page) -> None:
    take_over(desk)
    box = desk.get_by_label("Your message to the patient")
    box.press("Control+Enter")
    expect(box).to_be_focused()
    assert box.evaluate("box => !box.validity.valid")


def test_a_patient_who_closed_the_chat_sees_that_there_is_news(desk: Page, patient: Widget) -> None:
    patient.page.keyboard.press("Escape")
    take_over(desk)
    write(desk, "Are you still there?")
    expect(patient.launcher.locator(".badge")).to_have_text("2 new")
    patient.launcher.click()
    expect(person(patient, "Are you still there?")).to_be_visible()


def test_a_patient_who_erases_is_gone_for_the_coordinator_too(desk: Page, patient: Widget, served: House) -> None:
    take_over(desk)
    expect(patient.log.get_by_text("Ann from the study team")).to_be_visible()
    patient.menu_button.click()
    patient.host.get_by_role("button", name="End chat and forget it on this device").click()
    patient.host.get_by_role("button", name="Erase my answers first").click()
    patient.host.get_by_role("button", name="Yes, erase everything").click()
    expect(patient.state).to_have_text("Everything you wrote here has been erased.", timeout=15_000)
    with served.store.reading() as unit:
        assert unit.count_conversations() == 0
    expect(desk.get_by_text("The conversation that was open here is gone.")).to_be_visible(timeout=15_000)
    expect(desk).to_have_url(re.compile("/console/inbox"))


def come_too(served: House, browser: Browser, role: Role) -> Page:
    """Somebody else, in a browser of their own, in front of the same conversation."""
    page = browser.new_context().new_page()
    page.set_default_timeout(10_000)
    page.goto(f"{served.url}/console/sign-in")
    page.get_by_label("Login").fill(served.account(role).login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/console/inbox")
    page.goto(f"{served.url}/console/conversations/{conversation_of(served)}")
    return page


def test_another_coordinator_takes_it_on_purpose_and_the_first_gets_their_words_back(
    desk: Page, served: House, browser: Browser, patient: Widget
) -> None:
    take_over(desk)
    other = come_too(served, browser, Role.TRIAL_MANAGER)
    expect(other.get_by_text("has this conversation. The bot is silent until it is handed back.")).to_be_visible()
    expect(other.get_by_role("button", name="Hand back to the bot")).to_have_count(0)
    # The first is in the middle of a line, which the page keeps whatever it learns meanwhile.
    desk.get_by_label("Your message to the patient").fill("A long answer")
    other.get_by_label("The patient sees your name as").fill("")
    other.get_by_role("button", name="Take it from Somebody").click()
    expect(other.get_by_text("You have this conversation.")).to_be_visible()
    expect(patient.bubble("Someone from the study team is now in this chat and goes on from here.")).to_be_visible()
    expect(desk.get_by_text("has this conversation. The bot is silent until it is handed back.")).to_be_visible()
    expect(desk.get_by_label("Your message to the patient")).to_have_value("A long answer")
    desk.get_by_role("button", name="Send", exact=True).click()
    expect(desk.get_by_role("alert")).to_contain_text("Somebody else has taken this conversation over")
    expect(desk.get_by_label("What you wrote")).to_have_value("A long answer")
    assert violations(desk) == []
    other.context.close()


@every_window
def test_the_part_has_no_violation_in_any_state(desk: Page, served: House, patient: Widget, browser: Browser) -> None:
    found = {"the bot has it": violations(desk)}
    take_over(desk)
    patient.say("Hello?")
    expect(patient.state).to_contain_text("A person will answer here.")
    found["taken over"] = violations(desk)
    served.clock.move(hours=13)
    other = come_too(served, browser, Role.ADMINISTRATOR)
    expect(other.get_by_text("Nobody has written here for a long time.")).to_be_visible()
    expect(other.get_by_role("button", name="Hand back to the bot")).to_be_visible()
    found["neglected"] = violations(other)
    other.context.close()
    assert {state: list_ for state, list_ in found.items() if list_} == {}
