"""The widget on somebody else's page: another origin, a strict policy, another direction of writing."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser import script
from tests.browser.fake_backend import FakeBackend
from tests.browser.widget import Widget


def test_a_strict_policy_of_the_host_page_is_enough(page: Page, backend: FakeBackend) -> None:
    page.goto(f"{backend.other_url}/host")
    chat = Widget(page)
    chat.open()
    chat.reach_result()
    assert chat.launcher.evaluate("node => getComputedStyle(node).position") == "fixed"
    assert backend.sessions == [{"trial_id": "NCT06141070", "locale": "en"}]


def test_the_wait_that_the_server_asks_for_is_known_on_another_site_too(page: Page, backend: FakeBackend) -> None:
    page.goto(f"{backend.other_url}/host")
    chat = Widget(page)
    chat.open()
    backend.trouble = [429]
    chat.say("hello")
    expect(chat.state).to_contain_text("in 1 s")


def test_right_to_left_turns_the_whole_chat_round(page: Page, backend: FakeBackend) -> None:
    page.goto(f"{backend.other_url}/host?rtl")
    chat = Widget(page)
    chat.open()
    panel = chat.dialog.bounding_box()
    assert panel is not None
    assert panel["x"] < 100
    bot = chat.log.locator(".bot .bubble").first.bounding_box()
    assert bot is not None
    assert abs(panel["x"] + panel["width"] - (bot["x"] + bot["width"])) < 60
    assert backend.sessions[0]["locale"] == "ar"


def test_each_message_has_its_own_direction(chat: Widget, backend: FakeBackend) -> None:
    backend.next_replies = [[script.ARABIC]]
    chat.say("salam")
    bubble = chat.bubble(script.ARABIC["text"])
    assert bubble.evaluate("node => getComputedStyle(node).direction") == "rtl"
    assert chat.bubble("salam").evaluate("node => getComputedStyle(node).direction") == "ltr"
    assert chat.reply(script.ARABIC["buttons"][0]["title"]).evaluate("node => getComputedStyle(node).direction") == "rtl"


def test_the_script_twice_is_one_widget(page: Page, backend: FakeBackend) -> None:
    page.goto(f"{backend.url}/trials/NCT06141070")
    Widget(page).launcher.wait_for()
    page.evaluate("const again = document.createElement('script'); again.src = '/widget.js?again'; document.body.append(again)")
    page.wait_for_timeout(400)
    assert page.locator("trial-chat").count() == 1


def test_the_host_page_s_styles_stay_outside(page: Page, backend: FakeBackend) -> None:
    page.goto(f"{backend.url}/trials/NCT06141070")
    page.evaluate(
        "const odd = new CSSStyleSheet(); odd.replaceSync('* { font-size: 40px !important; color: red; } button { display: none }');"
        "document.adoptedStyleSheets = [odd]"
    )
    chat = Widget(page)
    chat.open()
    assert chat.bubble("May I ask you some questions about your health?").evaluate("node => getComputedStyle(node).fontSize") == "16px"
