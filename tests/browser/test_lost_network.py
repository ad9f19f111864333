"""A connection that fails at any moment: what was typed is kept, sent again, and counted once."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.fake_backend import FakeBackend, Trouble
from tests.browser.widget import Widget


@pytest.mark.parametrize("trouble", ["refuse", "lose", 503, 500, 502])
def test_a_message_that_met_trouble_is_sent_again_under_the_same_id(chat: Widget, backend: FakeBackend, trouble: Trouble) -> None:
    chat.reach_age()
    backend.trouble = [trouble]
    chat.say("61")
    chat.bubble("What stage is your cancer?").wait_for()
    chat_state: Any = next(iter(backend.chats.values()))
    said = [entry["text"] for entry in chat_state.entries if entry["from"] == "patient"]
    assert said == ["Yes, go ahead", "61"]
    assert len({post["id"] for post in backend.posts if post["text"] == "61"}) == 1
    assert chat.bubbles().count("61") == 1


def test_a_lost_network_is_said_and_what_was_typed_stays(chat: Widget, backend: FakeBackend) -> None:
    chat.reach_age()
    backend.down = True
    chat.say("sixty-one")
    expect(chat.state).to_contain_text("What you wrote is kept here")
    expect(chat.host.get_by_text("Not sent yet")).to_be_visible()
    expect(chat.bubble("sixty-one")).to_be_visible()
    chat.box.fill("more words")
    chat.box.press("Enter")
    expect(chat.box).to_have_value("more words")
    backend.down = False
    chat.try_again_now()
    chat.bubble("What stage is your cancer?").wait_for()
    expect(chat.host.get_by_text("Not sent yet")).to_have_count(0)
    expect(chat.state).to_have_text("We are connected again.")
    expect(chat.box).to_have_value("more words")


def test_the_pauses_between_tries_grow_to_half_a_minute(chat: Widget, backend: FakeBackend) -> None:
    page = chat.page
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.url) if request.method == "POST" else None)
    page.clock.install()
    page.clock.pause_at(datetime(2100, 1, 1, tzinfo=UTC))
    backend.down = True
    chat.say("hello")
    for number, seconds in enumerate((1, 2, 4, 8, 16, 30, 30), start=1):
        until = time.monotonic() + 10
        while len(failed) < number and time.monotonic() < until:
            page.wait_for_timeout(20)
        page.clock.run_for(seconds * 890)
        # What was sent too early would have failed by the time that this is answered.
        page.evaluate("() => fetch('/widget.js', { cache: 'no-store' }).then((reply) => reply.text())")
        assert len(failed) == number, "sooner than it should"
        backend.down = number < 7
        page.clock.run_for(seconds * 220)
    chat.bubble("How old are you?").wait_for()
    assert len(failed) == 7
    assert backend.texts_posted == ["hello"]


def test_the_network_coming_back_is_used_at_once(chat: Widget, backend: FakeBackend) -> None:
    chat.page.context.set_offline(True)
    chat.say("hello")
    expect(chat.state).to_contain_text("We can't reach the chat right now")
    chat.page.wait_for_timeout(3200)  # now in a longer pause
    chat.page.context.set_offline(False)
    expect(chat.bubble("How old are you?")).to_be_visible(timeout=1500)
    assert backend.texts_posted == ["hello"]


def test_too_fast_waits_as_long_as_the_server_asks(chat: Widget, backend: FakeBackend) -> None:
    backend.trouble = [429]
    chat.say("hello")
    expect(chat.state).to_contain_text("We try again in 1 s")
    expect(chat.host.get_by_role("button", name="Try again now")).to_be_hidden()
    chat.bubble("How old are you?").wait_for()
    assert backend.texts_posted == ["hello"]


def test_two_quick_taps_send_once(chat: Widget, backend: FakeBackend) -> None:
    backend.slow = 0.3
    chat.reply("Yes, go ahead").evaluate("button => { button.click(); button.click(); }")
    chat.bubble("How old are you?").wait_for()
    assert backend.texts_posted == ["#consent=true"]


def test_enter_twice_sends_once(chat: Widget, backend: FakeBackend) -> None:
    backend.slow = 0.3
    chat.box.fill("hello")
    chat.box.evaluate(
        "box => { for (const times of [1, 2]) box.dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true})); }"
    )
    chat.bubble("How old are you?").wait_for()
    assert backend.texts_posted == ["hello"]


def test_a_slow_reply_shows_that_one_is_coming(chat: Widget, backend: FakeBackend) -> None:
    backend.slow = 0.8
    chat.reply("Yes, go ahead").click()
    expect(chat.host.locator(".dots")).to_be_visible()
    chat.bubble("How old are you?").wait_for()
    expect(chat.host.locator(".dots")).to_be_hidden()


def test_a_chat_that_can_not_start_keeps_trying_and_keeps_what_is_typed(widget: Widget, backend: FakeBackend) -> None:
    backend.down = True
    widget.launcher.click()
    expect(widget.state).to_contain_text("We keep trying")
    widget.box.fill("are you there?")
    widget.box.press("Enter")
    backend.down = False
    widget.reply("Yes, go ahead").wait_for()
    expect(widget.box).to_have_value("are you there?")


def test_a_message_the_server_refuses_is_given_back(chat: Widget, backend: FakeBackend) -> None:
    backend.trouble = [400]
    chat.say("odd")
    expect(chat.state).to_contain_text("We could not take that message")
    expect(chat.box).to_have_value("odd")
    expect(chat.bubble("odd")).to_have_count(0)
    expect(chat.reply("Yes, go ahead")).to_be_visible()


def test_without_its_texts_the_page_shows_no_dead_button(page: Any, backend: FakeBackend) -> None:
    backend.widget_away = True
    page.goto(f"{backend.url}/trials/NCT06141070")
    page.wait_for_timeout(500)
    expect(Widget(page).launcher).to_have_count(0)
    expect(page.get_by_role("button", name="Start the chat")).to_be_hidden()
    backend.widget_away = False
    Widget(page).launcher.wait_for()
