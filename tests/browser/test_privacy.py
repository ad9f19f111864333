"""What is kept on the device, and how a person gets rid of it."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import script
from tests.browser.fake_backend import FakeBackend
from tests.browser.widget import Widget

KEY = "trialchat:NCT06141070"


def test_nothing_is_stored_or_sent_before_the_chat_is_opened(widget: Widget, backend: FakeBackend, context: BrowserContext) -> None:
    widget.page.wait_for_timeout(300)
    assert widget.stored() == {}
    assert context.cookies() == []
    assert backend.sessions == []


def test_the_chat_never_opens_by_itself(chat: Widget) -> None:
    chat.page.reload()
    chat.launcher.wait_for()
    chat.page.wait_for_timeout(300)
    expect(chat.dialog).to_be_hidden()


def test_only_the_key_to_the_chat_is_kept(chat: Widget, backend: FakeBackend, context: BrowserContext) -> None:
    chat.reach_result()
    assert chat.stored() == {KEY: next(iter(backend.chats))}
    assert context.cookies() == []
    assert chat.page.evaluate("indexedDB.databases()") == []
    assert chat.page.evaluate("caches.keys()") == []


def test_no_other_site_is_asked_for_anything(page: Page, backend: FakeBackend) -> None:
    asked: set[str] = set()
    page.on("request", lambda request: asked.add("/".join(request.url.split("/")[:3])))
    page.goto(f"{backend.url}/trials/NCT06141070")
    Widget(page).open()
    assert asked == {backend.url}


def _end(chat: Widget) -> None:
    chat.menu_button.click()
    chat.host.get_by_role("button", name="End chat and forget it on this device").click()


def test_ending_the_chat_forgets_it_on_this_device(chat: Widget) -> None:
    chat.reach_age()
    _end(chat)
    expect(chat.host.get_by_role("heading", name="End this chat?")).to_be_focused()
    chat.host.get_by_role("button", name="End chat and forget", exact=True).click()
    expect(chat.state).to_contain_text("forgotten on this device")
    assert chat.stored() == {}
    assert chat.bubbles() == []
    chat.page.reload()
    expect(chat.launcher).to_have_text("Could this trial fit me?")


def test_a_new_chat_can_be_started_after_the_old_one_was_ended(chat: Widget, backend: FakeBackend) -> None:
    chat.reach_age()
    _end(chat)
    chat.host.get_by_role("button", name="End chat and forget", exact=True).click()
    chat.reply("Start a new chat").click()
    chat.reply("Yes, go ahead").wait_for()
    assert len(backend.sessions) == 2


def test_a_reply_that_comes_after_the_end_is_dropped(chat: Widget, backend: FakeBackend) -> None:
    backend.slow = 0.6
    chat.reply("Yes, go ahead").click()
    _end(chat)
    chat.host.get_by_role("button", name="End chat and forget", exact=True).click()
    chat.page.wait_for_timeout(900)
    assert chat.bubbles() == []
    assert chat.stored() == {}


def test_one_can_change_one_s_mind_about_ending(chat: Widget) -> None:
    chat.reach_age()
    _end(chat)
    chat.host.get_by_role("button", name="Keep chatting").click()
    expect(chat.bubble("How old are you?")).to_be_visible()
    expect(chat.menu_button).to_be_focused()
    assert KEY in chat.stored()


def test_answers_can_be_deleted_from_the_menu(chat: Widget, backend: FakeBackend) -> None:
    chat.reach_age()
    _end(chat)
    chat.host.get_by_role("button", name="Erase my answers first").click()
    expect(chat.bubble("Erase my answers")).to_be_visible()
    chat.reply("Yes, delete them").click()
    expect(chat.bubble("Your answers are deleted.")).to_be_visible()
    assert chat.bubbles() == ["Your answers are deleted."]
    assert chat.stored() == {}
    assert backend.texts_posted[-2:] == ["#erase", "#erase=confirm"]


def test_after_deleting_one_can_go_on_and_come_back(chat: Widget, backend: FakeBackend) -> None:
    backend.next_replies = [[script.ERASED]]
    chat.say("delete everything")
    chat.bubble("Your answers are deleted.").wait_for()
    chat.reply("Start a new chat").click()
    chat.reach_age()
    assert chat.stored() == {KEY: next(iter(backend.chats))}


def test_words_typed_after_deleting_open_a_new_chat_and_wait_for_it(chat: Widget, backend: FakeBackend) -> None:
    backend.next_replies = [[script.ERASED]]
    chat.say("delete everything")
    chat.bubble("Your answers are deleted.").wait_for()
    chat.say("hello again")
    chat.reply("Yes, go ahead").wait_for()
    expect(chat.box).to_have_value("hello again")
    assert len(backend.sessions) == 2


def test_a_browser_that_stores_nothing_can_still_chat(page: Page, backend: FakeBackend) -> None:
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied', 'SecurityError'); } });")
    page.goto(f"{backend.url}/trials/NCT06141070")
    chat = Widget(page)
    chat.open()
    chat.reach_age()
    assert backend.texts_posted == ["#consent=true"]


def test_the_privacy_page_is_one_tap_away(chat: Widget) -> None:
    chat.menu_button.click()
    with chat.page.expect_popup() as opened:
        chat.host.get_by_role("link", name="What happens to my answers").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("What happens to your answers")
