"""A website that may not have the chat: the person is told where it is, and whoever builds the page is told why."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from bot.origins import AllowedOrigins
from tests.browser.abroad import CHAT, HOSPITAL, Abroad, html_page
from tests.browser.test_accessibility import violations

PAGE = {"/page.html": html_page(f'<script src="{CHAT}/widget.js" data-trial="NCT06141070" async></script>')}


@pytest.fixture
def complaints() -> tuple[str, ...]:
    # What the widget writes for whoever builds the page, and the browser's own line about the answer.
    return ("trialchat: This website may not open this chat.", "status of 403")


def test_the_person_is_told_where_the_chat_can_be_used(abroad: Abroad) -> None:
    abroad.backend.origins = AllowedOrigins.of(f"NCT06141070={CHAT}; *")
    said: list[str] = []
    abroad.page.on("console", lambda message: said.append(message.text))
    chat = abroad.visit(PAGE)
    chat.launcher.click()
    expect(chat.state).to_contain_text("The chat does not work on this website. Nothing you did is wrong.")
    link = chat.state.get_by_role("link", name="Open the page of the chat")
    expect(link).to_have_attribute("href", f"{CHAT}/trials/NCT06141070")
    expect(link).to_be_focused()
    # Nothing to type into that leads nowhere.
    expect(chat.box).to_be_hidden()
    assert any(line.startswith("trialchat: This website may not open this chat.") and "TRIALCHAT_ORIGINS" in line for line in said)
    assert abroad.backend.sessions == []
    assert chat.stored() == {}


def test_it_can_be_closed_and_tried_again(abroad: Abroad) -> None:
    abroad.backend.origins = AllowedOrigins.of(CHAT)
    chat = abroad.visit(PAGE)
    chat.launcher.click()
    chat.state.get_by_role("link").wait_for()
    chat.page.keyboard.press("Escape")
    expect(chat.launcher).to_be_focused()
    abroad.backend.origins = AllowedOrigins.of(f"{CHAT} {HOSPITAL}")
    chat.open()
    expect(chat.box).to_be_visible()
    expect(chat.state).to_be_empty()


def test_a_website_on_the_list_has_it(abroad: Abroad) -> None:
    abroad.backend.origins = AllowedOrigins.of(f"https://other.example; NCT06141070={HOSPITAL}")
    abroad.visit(PAGE).open()


def test_a_refusal_is_as_accessible_as_the_rest(abroad: Abroad) -> None:
    abroad.backend.origins = AllowedOrigins.of(CHAT)
    chat = abroad.visit(PAGE)
    chat.launcher.click()
    chat.state.get_by_role("link").wait_for()
    assert violations(chat.page) == []
