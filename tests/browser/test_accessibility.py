"""WCAG 2.2 AA as far as a program can tell, in light, dark and forced colors, on every page and in every state."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser import script
from tests.browser.fake_backend import SUMMARY_KEY, FakeBackend
from tests.browser.widget import Widget

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}


def violations(page: Page) -> list[str]:
    """What axe finds, one line each."""
    # Colors are judged when they have settled.
    page.wait_for_timeout(100)
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


@pytest.fixture(params=["light", "dark"])
def context_options(request: pytest.FixtureRequest) -> dict[str, Any]:
    return {"viewport": {"width": 1280, "height": 860}, "color_scheme": request.param}


@pytest.mark.parametrize("path", ["/", "/trials/NCT06141070", f"/summary/{SUMMARY_KEY}", "/privacy", "/no-such-page"])
def test_a_page_has_no_violation(page: Page, backend: FakeBackend, path: str) -> None:
    page.goto(backend.url + path)
    assert violations(page) == []


def test_the_chat_has_no_violation_in_any_state(chat: Widget, backend: FakeBackend) -> None:
    found = {"greeting": violations(chat.page)}
    chat.reach_choices()
    found["choices"] = violations(chat.page)
    chat.host.get_by_label("Bone").check()
    backend.down = True
    chat.host.get_by_role("group", name="Choose all that apply").get_by_role("button", name="Send").click()
    chat.host.get_by_role("button", name="Try again now").wait_for()
    found["offline"] = violations(chat.page)
    backend.down = False
    chat.try_again_now()
    chat.host.get_by_role("heading", name="What you can do next").wait_for()
    found["result"] = violations(chat.page)
    backend.next_replies = [[script.FACT, script.SAFETY, script.WITH_CONTACTS]]
    chat.say("help")
    chat.host.locator(".safety").wait_for()
    found["safety"] = violations(chat.page)
    chat.box.fill("x" * 4001)
    found["too long"] = violations(chat.page)
    chat.menu_button.click()
    chat.host.get_by_role("button", name="End chat and forget it on this device").click()
    found["ending"] = violations(chat.page)
    assert {state: list_ for state, list_ in found.items() if list_} == {}


def test_the_full_sheet_of_a_small_screen_has_no_violation(widget: Widget) -> None:
    widget.page.set_viewport_size({"width": 320, "height": 640})
    widget.open()
    widget.reach_choices()
    assert violations(widget.page) == []


def test_everything_to_tap_is_large_enough(chat: Widget) -> None:
    chat.reach_choices()
    sizes = chat.host.evaluate(
        """host => [...host.shadowRoot.querySelectorAll('button, .tick, textarea, summary')]
            .map(node => [node.textContent || node.ariaLabel, node.getBoundingClientRect()])
            .filter(([, box]) => box.width)
            .map(([name, box]) => [name, Math.round(box.width), Math.round(box.height)])"""
    )
    assert [size for size in sizes if size[1] < 44 or size[2] < 44] == []


def test_messages_are_announced_politely_and_progress_has_a_name(chat: Widget) -> None:
    expect(chat.log).to_have_attribute("aria-live", "polite")
    expect(chat.progress).to_have_attribute("aria-label", "How far you are")
    expect(chat.dialog).to_have_accessible_name("Trial chat")


def test_motion_stops_for_those_who_ask_for_less(chat: Widget, backend: FakeBackend) -> None:
    chat.page.emulate_media(reduced_motion="reduce")
    backend.slow = 1
    chat.reply("Yes, go ahead").click()
    dot = chat.host.locator(".dots i").first
    dot.wait_for()
    assert dot.evaluate("dot => getComputedStyle(dot).animationName") == "none"


def test_forced_colors_keep_the_edges(chat: Widget) -> None:
    chat.page.emulate_media(forced_colors="active")
    chat.reach_age()
    width = chat.log.locator(".patient .bubble").first.evaluate("node => getComputedStyle(node).borderTopWidth")
    assert width == "2px"
    assert violations(chat.page) == []
