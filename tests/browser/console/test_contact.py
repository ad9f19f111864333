"""A patient asks on a phone to be contacted, and a coordinator looks up how."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.accounts.roles import Role
from bot.web.sessions import token_hash
from tests.browser.console.conftest import PHONE, WIDE, WIDE_DARK, SignInHere, every_window, violations
from tests.browser.widget import Widget
from tests.console.asking import EMAIL, FITS, NAME, answer_all, finished, path_of, told
from tests.console.asking import PHONE as NUMBER
from tests.console.house import TRIAL, House

PHONE_DARK = {**PHONE, "dark": True}


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A patient's phone."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def fill(page: Page) -> None:
    page.get_by_label("Your name").fill(NAME)
    page.get_by_label("Phone number").fill(NUMBER)
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Send to the study team").click()
    page.get_by_role("heading", name="Your request is with the study team").wait_for()


def test_a_patient_asks_on_a_phone_and_a_coordinator_looks_up_how(served: House, phone: Page, at_work: SignInHere) -> None:
    told(served)
    phone.goto(f"{served.url}/trials/{TRIAL}")
    chat = Widget(phone)
    chat.open()
    chat.host.get_by_role("button", name="Yes").first.wait_for()
    (token,) = chat.stored().values()
    with served.store.reading() as unit:
        conversation = unit.conversation_by_token(token_hash(token))
    assert conversation is not None
    answer_all(served, conversation.id, served.say(conversation.id, FITS["consent"]))
    phone.reload()
    chat.launcher.click()
    link = chat.host.get_by_role("link", name="Ask the study team to contact me").get_attribute("href")
    assert link is not None
    # The house does not know the port that it is served at.
    form = phone.context.new_page()
    form.goto(served.url + urlsplit(link).path)
    fill(form)
    form.close()
    # Back in the chat, which looks again when it is seen again.
    phone.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    chat.bubble("You asked the study team to contact you. How to reach you is kept apart from this chat.").wait_for()

    desk = at_work(Role.COORDINATOR)
    desk.goto(f"{served.url}/console/conversations/{conversation.id}/contact")
    expect(desk.get_by_role("heading", name="Asks to be contacted", exact=True)).to_be_visible()
    expect(desk.get_by_text(NAME)).to_have_count(0)
    desk.get_by_role("button", name="Show how to reach them").click()
    for shown in (NAME, NUMBER, EMAIL):
        expect(desk.get_by_text(shown)).to_be_visible()
    expect(desk).to_have_url(f"{served.url}/console/conversations/{conversation.id}/contact")
    desk.get_by_role("button", name="Mask again").click()
    expect(desk.get_by_text(NAME)).to_have_count(0)


def test_what_is_wrong_is_told_first_and_leads_to_its_field(served: House, phone: Page) -> None:
    told(served)
    phone.goto(served.url + path_of(finished(served)[1]))
    phone.get_by_label("Phone number").fill("soon")
    phone.get_by_role("button", name="Send to the study team").click()
    alert = phone.get_by_role("alert")
    expect(alert).to_contain_text("Please look at this again")
    alert.get_by_role("link", name="We could not read this phone number.").click()
    expect(phone.get_by_label("Phone number")).to_be_focused()
    expect(phone.get_by_label("Phone number")).to_have_value("soon")
    expect(phone.get_by_label("Phone number")).to_have_accessible_description(
        "Please give a phone number or an email. You can give both. If you live in another country, start with your country code, "
        "such as +46. We could not read this phone number. Please check it."
    )


def test_it_is_changed_and_taken_back_on_the_same_page(served: House, phone: Page) -> None:
    told(served)
    conversation, handoff = finished(served)
    phone.goto(served.url + path_of(handoff))
    fill(phone)
    phone.get_by_role("link", name="Change what I wrote").click()
    expect(phone.get_by_label("Your name")).to_have_value("")
    fill(phone)
    phone.get_by_role("button", name="Take back my request").click()
    expect(phone.get_by_role("heading", name="We removed what you wrote")).to_be_visible()
    with served.store.reading() as unit:
        assert unit.contact_requests(conversation) == []
    phone.get_by_role("link", name="Ask again").click()
    expect(phone.get_by_label("Your name")).to_be_visible()


@pytest.mark.parametrize("window", [PHONE, PHONE_DARK, WIDE], indirect=True, ids=["phone", "dark phone", "wide"])
def test_the_patients_pages_have_no_violation_and_fit_the_screen(served: House, page: Page) -> None:
    told(served)
    found = {}
    _, handoff = finished(served, first="my mother has non-small cell lung cancer")

    def look(name: str) -> None:
        found[name] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name

    page.goto(served.url + path_of(handoff))
    look("form")
    page.get_by_role("button", name="Send to the study team").click()
    page.get_by_role("alert").wait_for()
    look("faults")
    fill(page)
    look("done")
    page.get_by_role("button", name="Take back my request").click()
    page.get_by_role("heading", name="We removed what you wrote").wait_for()
    look("taken back")
    page.goto(f"{served.url}/contact/{'k' * 43}")
    look("no such page")
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_everything_to_tap_is_large_enough(served: House, phone: Page) -> None:
    told(served)
    phone.goto(served.url + path_of(finished(served)[1]))
    sizes = phone.evaluate(
        """() => [...document.querySelectorAll('main :is(input:not([type=hidden], [type=checkbox]), select, button, .tick)')]
            .map(node => [node.name || node.textContent.trim(), Math.round(node.getBoundingClientRect().height)])"""
    )
    assert len(sizes) >= 6
    assert [size for size in sizes if size[1] < 44] == []


@every_window
def test_the_panel_has_no_violation_masked_or_shown(served: House, at_work: SignInHere) -> None:
    told(served)
    conversation, handoff = finished(served)
    page = at_work()
    page.goto(served.url + path_of(handoff))
    fill(page)
    page.goto(f"{served.url}/console/conversations/{conversation}/contact")
    assert violations(page) == []
    page.get_by_role("button", name="Show how to reach them").click()
    expect(page.get_by_text(NAME)).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("window", [WIDE, WIDE_DARK, PHONE], indirect=True, ids=["wide", "dark", "phone"])
def test_a_manager_adds_a_webhook_and_the_room_has_no_violation(served: House, at_work: SignInHere) -> None:
    page = at_work(Role.ADMINISTRATOR)
    page.goto(f"{served.url}/console/deliveries")
    assert violations(page) == []
    page.get_by_role("textbox", name="For").fill(TRIAL)
    page.get_by_label("Way").select_option("Webhook")
    page.get_by_label("Address").fill("http://hooks.example.org/")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("alert")).to_have_text("A webhook has to begin with https.")
    assert violations(page) == []
    page.get_by_label("Address").fill("https://hooks.example.org/trials/a-rather-long-path-that-does-not-fit-into-one-line-of-a-phone")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="The secret of this webhook")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="I have copied it").click()
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_role("status")).to_contain_text("A test is on its way.")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
