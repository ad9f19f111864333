"""Where the study team contacts people, the handoff in the chat has a button for it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.browser import script
from tests.browser.fake_backend import FakeBackend
from tests.browser.widget import Widget


def _with_link(backend: FakeBackend) -> dict[str, Any]:
    url = f"{backend.url}/contact/{'k' * 43}"
    text = f"{script.HANDOFF['text']}\n\nIf you like, the study team can contact you, on this page: {url}"
    return {"text": text, "custom": {**script.HANDOFF["custom"], "contact_url": url}}


def test_it_leads_to_the_page_in_a_new_tab_that_cannot_reach_the_chat(chat: Widget, backend: FakeBackend) -> None:
    backend.next_replies = [[_with_link(backend)]]
    chat.say("how do I take part?")
    link = chat.host.get_by_role("link", name="Ask the study team to contact me")
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(link).to_have_attribute("href", f"{backend.url}/contact/{'k' * 43}")
    box = link.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    # The address itself is not shown: the button says what it is.
    expect(chat.log).not_to_contain_text("/contact/")


def test_where_nobody_would_there_is_none(chat: Widget, backend: FakeBackend) -> None:
    handoff = {**script.HANDOFF, "custom": {**script.HANDOFF["custom"], "contact_url": None}}
    backend.next_replies = [[handoff]]
    chat.say("how do I take part?")
    chat.host.get_by_role("heading", name="What you can do next").wait_for()
    expect(chat.host.get_by_role("link", name="Ask the study team to contact me")).to_have_count(0)


def test_an_address_that_is_none_does_nothing(chat: Widget, backend: FakeBackend) -> None:
    handoff = {**script.HANDOFF, "custom": {**script.HANDOFF["custom"], "contact_url": "javascript:window.broken=1"}}
    backend.next_replies = [[handoff]]
    chat.say("how do I take part?")
    chat.host.get_by_role("heading", name="What you can do next").wait_for()
    expect(chat.host.get_by_role("link", name="Ask the study team to contact me")).to_have_count(0)
