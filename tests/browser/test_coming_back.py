"""Reload, closed tabs, restarts: the same question again, nothing lost and nothing doubled."""

from __future__ import annotations

import contextlib

from playwright.sync_api import BrowserContext, expect

from tests.browser import script
from tests.browser.fake_backend import FakeBackend, running
from tests.browser.waiting import wait_until
from tests.browser.widget import Widget


def _again(widget: Widget) -> None:
    """Open the chat of a page that was just loaded."""
    widget.launcher.click()
    expect(widget.dialog).to_be_visible()


def test_a_reload_brings_back_the_transcript_and_the_open_question(chat: Widget, backend: FakeBackend) -> None:
    chat.reach_age()
    chat.say("61")
    chat.bubble("What stage is your cancer?").wait_for()
    before = chat.bubbles()
    chat.page.reload()
    expect(chat.launcher).to_have_text("Go on with my chat")
    expect(chat.dialog).to_be_hidden()
    _again(chat)
    expect(chat.reply("Stage 2")).to_be_visible()
    assert chat.bubbles() == before
    assert len(backend.sessions) == 1
    expect(chat.host.get_by_text("2 answered, about 10 to go")).to_be_visible()


def test_a_closed_tab_can_be_opened_again_at_the_same_question(chat: Widget, backend: FakeBackend, context: BrowserContext) -> None:
    chat.reach_choices()
    chat.page.close()
    page = context.new_page()
    page.goto(f"{backend.url}/trials/NCT06141070")
    again = Widget(page)
    _again(again)
    again.host.get_by_label("Bone").check()
    again.host.get_by_role("group", name="Choose all that apply").get_by_role("button", name="Send").click()
    expect(again.host.get_by_role("heading", name="This trial may not fit")).to_be_visible()


def test_closing_and_opening_the_panel_keeps_everything(chat: Widget, backend: FakeBackend) -> None:
    chat.reach_age()
    chat.box.fill("half a sent")
    chat.page.keyboard.press("Escape")
    chat.launcher.click()
    expect(chat.box).to_have_value("half a sent")
    expect(chat.bubble("How old are you?")).to_be_visible()
    assert len(backend.sessions) == 1


def test_the_transcript_is_not_read_out_loud_again(chat: Widget) -> None:
    chat.reach_age()
    chat.page.reload()
    chat.page.evaluate(
        """() => {
            const find = () => document.querySelector('trial-chat')?.shadowRoot?.querySelector('[role=log]');
            const wait = setInterval(() => {
                const log = find();
                if (!log) return;
                clearInterval(wait);
                window.live = [];
                new MutationObserver(() => window.live.push(log.getAttribute('aria-live'))).observe(log, {childList: true});
            }, 5);
        }"""
    )
    chat.launcher.wait_for()
    wait_until(chat.page, "window.live !== undefined")
    _again(chat)
    chat.bubble("How old are you?").wait_for()
    assert set(chat.page.evaluate("window.live")) == {"off"}
    expect(chat.log).to_have_attribute("aria-live", "polite")


def test_a_restarted_server_is_survived_in_the_middle_of_a_question(context: BrowserContext) -> None:
    backend = FakeBackend()
    with contextlib.ExitStack() as first:
        first.enter_context(running(backend))
        port = int(backend.url.rsplit(":", 1)[1])
        page = context.new_page()
        page.goto(f"{backend.url}/trials/NCT06141070")
        chat = Widget(page)
        chat.open()
        chat.reach_age()
    chat.say("61")
    expect(chat.state).to_contain_text("We can't reach the chat right now")
    with running(backend, port):
        chat.bubble("What stage is your cancer?").wait_for()
        assert backend.texts_posted == ["#consent=true", "61"]


def test_a_chat_the_server_no_longer_knows_starts_anew_and_says_so(chat: Widget, backend: FakeBackend) -> None:
    chat.reach_age()
    backend.chats.clear()
    chat.page.reload()
    _again(chat)
    expect(chat.host.get_by_text("This chat is no longer there, so we started a new one.")).to_be_visible()
    expect(chat.reply("Yes, go ahead")).to_be_visible()
    assert len(backend.sessions) == 2


def test_words_typed_into_a_chat_that_is_gone_are_given_back(chat: Widget, backend: FakeBackend) -> None:
    backend.chats.clear()
    chat.say("I have a question")
    chat.reply("Yes, go ahead").wait_for()
    expect(chat.box).to_have_value("I have a question")


def test_a_reply_still_at_work_when_the_page_was_loaded_is_fetched_later(chat: Widget, backend: FakeBackend) -> None:
    (state,) = backend.chats.values()
    state.entries.append({"from": "patient", "text": "61"})
    chat.page.reload()
    _again(chat)
    chat.bubble("61").wait_for()
    state.entries.append({"from": "bot", **script.STAGE})
    expect(chat.reply("Stage 1")).to_be_visible()
    expect(chat.host.locator(".dots")).to_be_hidden()


def test_what_another_tab_answered_is_there_when_one_comes_back(chat: Widget, backend: FakeBackend) -> None:
    (state,) = backend.chats.values()
    state.entries += [{"from": "patient", "text": "Yes, go ahead"}, {"from": "bot", **script.AGE}]
    chat.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(chat.bubble("How old are you?")).to_be_visible()
    expect(chat.reply("Yes, go ahead")).to_have_count(0)


def test_a_chat_that_ended_offers_a_new_one(chat: Widget, backend: FakeBackend) -> None:
    (state,) = backend.chats.values()
    state.open = False
    chat.page.reload()
    _again(chat)
    expect(chat.state).to_contain_text("This chat has ended.")
    chat.reply("Start a new chat").click()
    expect(chat.reply("Yes, go ahead")).to_be_visible()
