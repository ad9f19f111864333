"""Texts that try to be markup, script or a dangerous link stay texts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser import script
from tests.browser.fake_backend import SUMMARY_KEY, FakeBackend
from tests.browser.widget import Widget


def _unbroken(page: Page) -> None:
    page.wait_for_timeout(200)
    assert page.evaluate("window.broken") is None


def test_a_message_of_the_bot_is_shown_as_text(chat: Widget, backend: FakeBackend) -> None:
    backend.next_replies = [[script.HOSTILE, script.WITH_CONTACTS]]
    chat.say("hello")
    expect(chat.bubble(script.HOSTILE["text"])).to_be_visible()
    expect(chat.reply("<b onmouseover='window.broken=1'>bold</b>")).to_be_visible()
    chat.reply("<b onmouseover='window.broken=1'>bold</b>").hover()
    assert chat.log.locator("img, script, b, u, i, iframe").count() == 0
    _unbroken(chat.page)


def test_only_web_addresses_are_links(chat: Widget, backend: FakeBackend) -> None:
    backend.next_replies = [[script.HOSTILE, script.WITH_CONTACTS]]
    chat.say("hello")
    chat.bubble("These are the contacts.").wait_for()
    addresses = chat.log.locator("a").evaluate_all("links => links.map(link => link.href.split(':')[0])")
    assert set(addresses) <= {"https", "http", "tel", "mailto"}
    expect(chat.host.get_by_text("a@b?subject=x")).to_be_visible()
    assert chat.host.get_by_role("link", name="a@b?subject=x").count() == 0


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=window.broken=1>",
        "</div><script>window.broken=1</script>",
        "/restart",
        '/ask_phase{"x":1}',
        "javascript:window.broken=1",
        "a\u0000b\u202egnp.exe",
        "{{7*7}} ${7*7}",
    ],
)
def test_a_message_of_the_patient_is_shown_and_sent_as_it_is(chat: Widget, backend: FakeBackend, text: str) -> None:
    chat.say(text)
    chat.bubble("How old are you?").wait_for()
    assert backend.texts_posted == [text]
    assert chat.log.locator("img, script, a[href^=javascript]").count() == 0
    _unbroken(chat.page)


def test_a_transcript_is_restored_as_text(chat: Widget) -> None:
    chat.say("<img src=x onerror=window.broken=1>")
    chat.bubble("How old are you?").wait_for()
    chat.page.reload()
    chat.launcher.click()
    expect(chat.bubble("<img src=x onerror=window.broken=1>")).to_be_visible()
    _unbroken(chat.page)


def test_what_a_person_said_is_text_on_the_summary(page: Page, backend: FakeBackend) -> None:
    page.goto(f"{backend.url}/summary/{SUMMARY_KEY}")
    expect(page.get_by_text("You said: EGFR, I think <script>window.broken=1</script>")).to_be_visible()
    _unbroken(page)
