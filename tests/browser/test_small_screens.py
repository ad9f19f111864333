"""320 pixels wide: everything readable, nothing to scroll sideways, the chat as a full sheet."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fake_backend import SUMMARY_KEY, FakeBackend
from tests.browser.widget import Widget


@pytest.fixture(params=[(320, 640), (390, 780), (640, 320)], ids=["320 px", "390 px", "on its side"])
def context_options(request: pytest.FixtureRequest) -> dict[str, Any]:
    width, height = request.param
    return {"viewport": {"width": width, "height": height}, "has_touch": True, "is_mobile": True}


@pytest.mark.parametrize("path", ["/", "/trials/NCT06141070", f"/summary/{SUMMARY_KEY}", "/privacy", "/no-such-page"])
def test_no_page_scrolls_sideways(page: Page, backend: FakeBackend, path: str) -> None:
    page.goto(backend.url + path)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_chat_fills_the_screen_and_nothing_in_it_is_cut_off(chat: Widget) -> None:
    box = chat.dialog.bounding_box()
    assert box == {"x": 0, "y": 0, **{key: chat.page.evaluate(f"inner{key.title()}") for key in ("width", "height")}}
    chat.reach_result()
    assert chat.scroll.evaluate("node => node.scrollWidth <= node.clientWidth")
    sides = chat.host.evaluate(
        "host => [...host.shadowRoot.querySelectorAll('dialog *')].filter(node => !node.matches('.sr'))"
        ".map(node => node.getBoundingClientRect()).filter(box => box.width && (box.left < -1 || box.right > innerWidth + 1)).length"
    )
    assert sides == 0


def test_opening_does_not_bring_up_the_keyboard(chat: Widget) -> None:
    expect(chat.box).not_to_be_focused()
    expect(chat.host.get_by_role("heading", name="Trial chat")).to_be_focused()


def test_the_page_behind_the_sheet_can_not_be_reached(chat: Widget) -> None:
    for _ in range(12):
        chat.page.keyboard.press("Tab")
        assert chat.page.evaluate("['TRIAL-CHAT', 'BODY'].includes(document.activeElement.tagName)")


def test_the_box_and_the_last_words_are_in_sight(chat: Widget) -> None:
    chat.reach_age()
    expect(chat.box).to_be_in_viewport(ratio=1)
    expect(chat.bubble("How old are you?")).to_be_in_viewport()
