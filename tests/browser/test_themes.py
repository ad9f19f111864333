"""The chat by day, by night and with more contrast, whoever asks for it: the device, the host page, or the page's own colours."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser import script
from tests.browser.abroad import CHAT, LEAST_POLICY, Abroad, html_page
from tests.browser.test_embedding_page import SHEETS
from tests.browser.widget import Widget

LARGE: ViewportSize = {"width": 1280, "height": 860}
SMALL: ViewportSize = {"width": 390, "height": 780}
AA, AAA = "color-contrast", "color-contrast-enhanced"
# Where a page asks for a theme, and the device for another; which paper and words come of it.
DAY, NIGHT = ("rgb(255, 255, 255)", "rgb(23, 37, 42)"), ("rgb(19, 28, 31)", "rgb(232, 240, 241)")
STYLES_OF_THE_PAGE = f"{LEAST_POLICY}; style-src 'self'"


def too_faint(page: Page, rule: str) -> list[str]:
    """Words that stand out too little from what is behind them."""
    page.wait_for_timeout(100)
    options = {"runOnly": {"type": "rule", "values": [rule]}, "rules": {rule: {"enabled": True}}}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{node['target']} {node['failureSummary']}" for each in found for node in each["nodes"]]


def visit(abroad: Abroad, theme: str = "", css: str = "") -> Widget:
    data = f'data-theme="{theme}"' if theme else ""
    snippet = f'<script src="{CHAT}/widget.js" data-trial="NCT06141070" {data} async></script>'
    sheet = ":root { color-scheme: light dark; }" + css
    head = '<link rel="stylesheet" href="/page.css">'
    return abroad.visit({"/page.html": html_page(snippet, head), "/page.css": sheet}, STYLES_OF_THE_PAGE)


def look(chat: Widget) -> tuple[str, str]:
    found: list[str] = chat.dialog.evaluate("node => [getComputedStyle(node).backgroundColor, getComputedStyle(node).color]")
    return found[0], found[1]


def everything(chat: Widget, rule: str) -> dict[str, list[str]]:
    """What is too faint in every state that has colours of its own."""
    faint = {}
    chat.reach_choices()
    faint["choices"] = too_faint(chat.page, rule)
    chat.host.get_by_label("Bone").check()
    chat.host.get_by_role("group", name="Choose all that apply").get_by_role("button", name="Send").click()
    chat.host.get_by_role("heading", name="What you can do next").wait_for()
    chat.host.locator("details").evaluate_all("all => all.forEach(node => { node.open = true; })")
    faint["result"] = too_faint(chat.page, rule)
    return {state: found for state, found in faint.items() if found}


@pytest.mark.parametrize(
    ("device", "theme", "expected"),
    [
        ("light", "", DAY),
        ("dark", "", NIGHT),
        ("light", "dark", NIGHT),
        ("dark", "light", DAY),
        ("dark", "contrast", NIGHT),
        ("light", "dark contrast", NIGHT),
    ],
)
def test_the_page_s_theme_comes_before_the_device_s(abroad: Abroad, device: Any, theme: str, expected: tuple[str, str]) -> None:
    abroad.page.emulate_media(color_scheme=device)
    chat = visit(abroad, theme)
    chat.open()
    assert look(chat) == expected


def test_a_theme_can_be_changed_while_the_chat_is_open(abroad: Abroad) -> None:
    chat = visit(abroad)
    chat.open()
    chat.page.evaluate("document.querySelector('trial-chat').dataset.theme = 'dark'")
    assert look(chat) == NIGHT
    chat.page.evaluate("delete document.querySelector('trial-chat').dataset.theme")
    assert look(chat) == DAY


@pytest.mark.parametrize("theme", ["light contrast", "dark contrast"])
@pytest.mark.parametrize("size", [LARGE, SMALL], ids=["1280 px", "390 px"])
def test_with_more_contrast_all_words_have_seven_to_one(abroad: Abroad, theme: str, size: ViewportSize) -> None:
    abroad.page.set_viewport_size(size)
    chat = visit(abroad, theme)
    chat.open()
    assert everything(chat, AAA) == {}
    abroad.backend.next_replies = [[script.SAFETY, script.WITH_CONTACTS]]
    chat.say("help")
    chat.host.locator(".safety").wait_for()
    assert too_faint(chat.page, AAA) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_device_that_asks_for_more_contrast_gets_it(abroad: Abroad, scheme: Any) -> None:
    abroad.page.emulate_media(contrast="more", color_scheme=scheme)
    chat = visit(abroad)
    chat.open()
    assert everything(chat, AAA) == {}
    bubble = chat.log.locator(".bot .bubble").first
    assert bubble.evaluate("node => getComputedStyle(node).borderTopColor") == look(chat)[1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("sheet", "rule"), [(SHEETS[0], AA), (SHEETS[1], AAA)], ids=["colours", "high contrast"])
def test_the_themes_that_the_documentation_shows_are_strong_enough(abroad: Abroad, scheme: Any, sheet: str, rule: str) -> None:
    abroad.page.emulate_media(color_scheme=scheme)
    chat = visit(abroad, css=sheet)
    chat.open()
    assert everything(chat, rule) == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_themes_of_its_own_are_strong_enough_on_any_device(abroad: Abroad, theme: str) -> None:
    abroad.page.emulate_media(color_scheme="dark" if theme == "light" else "light")
    chat = visit(abroad, theme)
    chat.open()
    assert everything(chat, AA) == {}


def test_forced_colours_of_the_device_come_before_every_theme(abroad: Abroad) -> None:
    abroad.page.emulate_media(forced_colors="active")
    chat = visit(abroad, "contrast", SHEETS[0])
    chat.open()
    chat.reach_age()
    mine = chat.log.locator(".patient .bubble").first
    assert mine.evaluate("node => getComputedStyle(node).backgroundColor") != "rgb(122, 31, 92)"
    assert mine.evaluate("node => getComputedStyle(node).borderTopWidth") == "2px"


HOSTILE = """
trial-chat::part(panel) { display: flex; inset: 50% 0 0 50%; inline-size: 100px; block-size: 100px; max-block-size: 100px; }
trial-chat::part(bubble), trial-chat::part(card), trial-chat::part(messages) { display: none; }
trial-chat::part(send), trial-chat::part(progress) { display: flex; }
"""


def test_what_is_closed_stays_closed_and_a_small_screen_is_filled_whatever_the_page_says(abroad: Abroad) -> None:
    abroad.page.set_viewport_size(SMALL)
    chat = visit(abroad, css=HOSTILE.replace("trial-chat::part(messages)", "x-none"))
    expect(chat.launcher).to_be_visible()
    expect(chat.dialog).to_be_hidden()
    expect(chat.host.locator(".progress")).to_be_hidden()
    chat.launcher.click()
    expect(chat.reply("Yes, go ahead")).to_be_visible()
    assert chat.dialog.bounding_box() == {"x": 0, "y": 0, **SMALL}


def test_no_part_reaches_what_is_said_in_an_emergency(abroad: Abroad) -> None:
    chat = visit(abroad, css=HOSTILE.replace(", trial-chat::part(messages)", ""))
    chat.open()
    abroad.backend.next_replies = [[script.FACT, script.SAFETY]]
    chat.page.set_viewport_size(SMALL)
    chat.say("I can't breathe")
    expect(chat.bubble(script.SAFETY["text"])).to_be_visible()
    expect(chat.bubble(script.FACT["text"])).to_be_hidden()
    assert chat.host.locator(".safety, .safety *").evaluate_all("all => all.filter(node => node.part.length).length") == 0
