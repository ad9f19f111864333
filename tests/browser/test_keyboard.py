"""Everything with a keyboard alone, and the focus always somewhere sensible."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.fake_backend import FakeBackend
from tests.browser.widget import Widget


def test_enter_opens_the_chat_and_the_focus_moves_in(widget: Widget) -> None:
    widget.launcher.focus()
    widget.page.keyboard.press("Enter")
    expect(widget.dialog).to_be_visible()
    expect(widget.box).to_be_focused()


def test_escape_closes_the_chat_and_the_focus_moves_back(chat: Widget) -> None:
    chat.page.keyboard.press("Escape")
    expect(chat.dialog).to_be_hidden()
    expect(chat.launcher).to_be_focused()


def test_the_focus_goes_back_to_the_button_of_the_page_that_opened_the_chat(widget: Widget) -> None:
    opener = widget.page.get_by_role("button", name="Start the chat")
    opener.click()
    expect(widget.dialog).to_be_visible()
    widget.page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_a_whole_answer_without_a_mouse(chat: Widget, backend: FakeBackend) -> None:
    keys = chat.page.keyboard
    keys.press("Shift+Tab")
    expect(chat.reply("No, thank you")).to_be_focused()
    keys.press("Shift+Tab")
    keys.press("Enter")
    chat.bubble("How old are you?").wait_for()
    keys.press("Tab")
    expect(chat.reply("I'm not sure")).to_be_focused()
    keys.press("Tab")
    keys.press("Tab")
    expect(chat.box).to_be_focused()
    keys.type("61")
    keys.press("Enter")
    chat.bubble("What stage is your cancer?").wait_for()
    expect(chat.box).to_be_focused()
    assert backend.texts_posted == ["#consent=true", "61"]


def test_check_boxes_answer_to_the_space_bar(chat: Widget, backend: FakeBackend) -> None:
    chat.reach_choices()
    chat.host.get_by_label("Brain").focus()
    chat.page.keyboard.press("Space")
    chat.page.keyboard.press("Tab")
    chat.page.keyboard.press("Space")
    for _ in range(5):
        chat.page.keyboard.press("Tab")
    chat.page.keyboard.press("Enter")
    chat.host.get_by_role("heading", name="What you can do next").wait_for()
    assert backend.texts_posted[-1] == "#metastasis_sites=brain,bone"


def test_escape_closes_the_menu_before_the_chat(chat: Widget) -> None:
    chat.menu_button.focus()
    chat.page.keyboard.press("Enter")
    expect(chat.host.get_by_role("button", name="End chat and forget it on this device")).to_be_focused()
    chat.page.keyboard.press("Escape")
    expect(chat.menu_button).to_be_focused()
    expect(chat.dialog).to_be_visible()


def test_the_panel_beside_the_page_leaves_the_page_usable(chat: Widget) -> None:
    chat.page.get_by_role("link", name="All trials").click()
    expect(chat.page).to_have_url(chat.page.url.split("/trials")[0].rstrip("/") + "/")


def test_every_stop_of_the_tab_key_can_be_seen(chat: Widget) -> None:
    chat.reach_age()
    for _ in range(8):
        chat.page.keyboard.press("Tab")
        width = chat.host.evaluate(
            "host => { const at = host.shadowRoot.activeElement; return at ? parseFloat(getComputedStyle(at).outlineWidth) : 3; }"
        )
        assert width >= 2


def test_the_skip_link_leads_to_the_main_part(widget: Widget) -> None:
    widget.page.keyboard.press("Tab")
    widget.page.keyboard.press("Enter")
    expect(widget.page.get_by_role("main")).to_be_focused()
