"""What a host page can call and hear: opening, closing, titles of its own; and never a word of what is said."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import script
from tests.browser.abroad import CHAT, HOSPITAL, Abroad, html_page
from tests.browser.fake_backend import FakeBackend
from tests.browser.waiting import wait_until
from tests.browser.widget import Widget

LISTEN = """
    window.heard = [];
    for (const name of ["ready", "open", "close", "message", "result"])
        document.addEventListener("trialchat:" + name, (event) => heard.push([name, event.detail]));
"""


@pytest.fixture
def complaints() -> tuple[str, ...]:
    # The texts that are asked for while they are away.
    return ("status of 503",)


def script_of(data: str = "") -> str:
    return f'<script src="{CHAT}/widget.js" data-trial="NCT06141070" {data} async></script>'


def heard(page: Page) -> list[list[Any]]:
    found: list[list[Any]] = page.evaluate("heard")
    return found


def visit(abroad: Abroad, body: str) -> Widget:
    abroad.page.add_init_script(LISTEN)
    return abroad.visit({"/page.html": html_page(body)})


def test_events_tell_that_something_happened_and_nothing_of_what(abroad: Abroad) -> None:
    chat = visit(abroad, script_of())
    chat.open()
    chat.reach_result()
    chat.page.keyboard.press("Escape")
    bot, patient = ["message", {"kind": "bot"}], ["message", {"kind": "patient"}]
    said = [bot, patient, bot, patient, bot, patient, bot, patient, bot]
    assert heard(chat.page) == [["ready", None], ["open", None], *said, ["result", None], ["close", None]]


@pytest.mark.parametrize("message", [script.SAFETY, script.FACT, script.HANDOFF, script.ERASED, script.SITES, script.UNCLEAR])
def test_what_kind_of_message_it_is_is_not_told(abroad: Abroad, message: dict[str, Any]) -> None:
    chat = visit(abroad, script_of())
    chat.open()
    before = len(heard(chat.page))
    abroad.backend.next_replies = [[message]]
    chat.say("I want to die")
    wait_until(chat.page, "n => heard.length >= n", before + 2)
    # What comes late would come now.
    chat.page.wait_for_timeout(200)
    assert heard(chat.page)[before:] == [["message", {"kind": "patient"}], ["message", {"kind": "bot"}]]


def test_a_chat_that_is_shown_again_tells_nothing(abroad: Abroad) -> None:
    chat = visit(abroad, script_of())
    chat.open()
    chat.reach_result()
    chat.page.reload()
    chat.launcher.click()
    expect(chat.host.get_by_role("heading", name="What you can do next")).to_be_visible()
    assert heard(chat.page) == [["ready", None], ["open", None]]


def test_a_person_who_writes_is_told_of_as_a_person(abroad: Abroad) -> None:
    chat = visit(abroad, script_of())
    chat.open()
    chat.reach_age()
    before = len(heard(chat.page))
    talk = next(iter(abroad.backend.chats.values()))
    talk.join()
    talk.write("Hello, this is Ann.")
    chat.bubble("Hello, this is Ann.").wait_for()
    assert heard(chat.page)[before:] == [["message", {"kind": "bot"}], ["message", {"kind": "person"}]]


def test_a_page_learns_that_a_person_wrote_while_nobody_was_there(abroad: Abroad) -> None:
    chat = visit(abroad, script_of('data-layout="none"'))
    wait_until(chat.page, "heard.length")
    chat.page.evaluate("document.querySelector('trial-chat').open()")
    chat.reach_age()
    talk = next(iter(abroad.backend.chats.values()))
    chat.page.goto("about:blank")
    talk.join()
    talk.write("Are you there?")
    chat.page.goto(f"{HOSPITAL}/page.html")
    wait_until(chat.page, "heard.length > 1")
    assert heard(chat.page) == [["ready", None], ["message", {"kind": "person"}]]


def test_a_host_page_opens_and_closes_the_chat(abroad: Abroad) -> None:
    chat = visit(abroad, script_of('data-layout="none"') + '<button id="own">Own</button>')
    wait_until(chat.page, "heard.length")
    expect(chat.launcher).to_be_hidden()
    own = chat.page.locator("#own")
    call = "name => { const chat = document.querySelector('trial-chat'); chat[name](); return chat.isOpen; }"
    own.focus()
    assert chat.page.evaluate(call, "open") is True
    expect(chat.box).to_be_focused()
    assert chat.page.evaluate(call, "open") is True
    assert chat.page.evaluate(call, "close") is False
    expect(own).to_be_focused()
    assert chat.page.evaluate(call, "close") is False
    assert chat.page.evaluate(call, "toggle") is True
    assert chat.page.evaluate(call, "toggle") is False
    names = [name for name, _ in heard(chat.page) if name in ("open", "close")]
    assert names == ["open", "close"] * 2
    chat.page.evaluate("document.querySelector('trial-chat').open()")
    chat.reply("Yes, go ahead").wait_for()
    assert len(abroad.backend.sessions) == 1


def test_closing_from_outside_leaves_the_focus_where_it_is(abroad: Abroad) -> None:
    chat = visit(abroad, script_of() + '<input id="field">')
    chat.open()
    chat.page.locator("#field").focus()
    chat.page.evaluate("document.querySelector('trial-chat').close()")
    expect(chat.page.locator("#field")).to_be_focused()


def test_a_chat_that_is_asked_for_before_it_is_there_opens_when_it_is(abroad: Abroad) -> None:
    abroad.backend.widget_away = True
    with abroad.page.expect_response("**/widget/texts*"):
        chat = visit(abroad, script_of())
    wait_until(chat.page, "customElements.get('trial-chat') !== undefined")
    asked = "() => { const chat = document.querySelector('trial-chat'); chat.open(); return chat.isOpen; }"
    assert chat.page.evaluate(asked) is False
    abroad.backend.widget_away = False
    chat.reply("Yes, go ahead").wait_for()


def test_the_title_and_the_button_can_be_the_page_s(abroad: Abroad) -> None:
    chat = visit(abroad, script_of('data-title="Ask about our trial" data-launcher="Ist das etwas f&uuml;r mich?"'))
    expect(chat.launcher).to_have_text("Ist das etwas für mich?")
    chat.open()
    expect(chat.dialog).to_have_accessible_name("Ask about our trial")
    chat.page.keyboard.press("Escape")
    expect(chat.launcher).to_have_text("Go on with my chat")


def test_the_country_of_the_page_s_language_reaches_the_chat(abroad: Abroad) -> None:
    chat = visit(abroad, script_of('data-locale="en-GB"'))
    chat.open()
    assert abroad.backend.sessions[0]["locale"] == "en-GB"
    assert chat.host.locator(".root").get_attribute("lang") == "en"


def test_a_language_that_is_no_language_is_shortened_and_answered(abroad: Abroad) -> None:
    chat = visit(abroad, script_of(f'data-locale="{"x" * 60}"'))
    chat.open()
    assert len(abroad.backend.sessions[0]["locale"]) <= 35


def test_in_the_page_the_chat_is_as_wide_as_its_element_and_covers_nothing(abroad: Abroad) -> None:
    element = '<trial-chat data-trial="NCT06141070" data-layout="inline"></trial-chat><p id="after">After</p>'
    inline = f'{element}<script src="{CHAT}/widget.js" async></script>'
    for width in (1280, 390):
        chat = abroad.visit({"/page.html": html_page(inline)})
        chat.page.set_viewport_size({"width": width, "height": 800})
        chat.launcher.click()
        chat.reply("Yes, go ahead").or_(chat.reply("No, thank you")).first.wait_for()
        host, panel, after = chat.host.bounding_box(), chat.dialog.bounding_box(), chat.page.locator("#after").bounding_box()
        assert host is not None
        assert panel is not None
        assert after is not None
        assert round(panel["width"]) == round(host["width"])
        assert after["y"] >= panel["y"] + panel["height"]
        # The page stays usable, also where the panel would else be a full sheet.
        assert chat.dialog.evaluate("node => node.matches(':modal')") is False


def test_of_several_chats_a_button_opens_the_one_it_names(page: Page, backend: FakeBackend) -> None:
    page.goto(f"{backend.url}/privacy")
    page.evaluate(
        """() => {
            for (const trial of ["NCT00000001", "NCT00000002"]) {
                const chat = document.createElement("trial-chat");
                chat.dataset.trial = trial;
                const button = document.createElement("button");
                button.dataset.trialChatOpen = trial;
                button.textContent = trial;
                document.body.append(chat, button);
            }
            const script = document.createElement("script");
            script.src = "/widget.js";
            document.body.append(script);
        }"""
    )
    second = page.locator("trial-chat").nth(1)
    second.locator("button.launcher").wait_for()
    page.get_by_role("button", name="NCT00000002").click()
    second.get_by_role("dialog").wait_for()
    expect(page.locator("trial-chat").first.locator("dialog")).to_be_hidden()
    assert [session["trial_id"] for session in backend.sessions] == ["NCT00000002"]


def test_an_element_that_is_taken_out_listens_no_more_until_it_is_back(chat: Widget, backend: FakeBackend) -> None:
    chat.reach_age()
    chat.page.evaluate("window.taken = document.querySelector('trial-chat'); taken.remove()")
    chat.page.wait_for_timeout(1500)
    streams = len(backend.streams)
    chat.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    chat.page.wait_for_timeout(300)
    assert len(backend.streams) == streams
    chat.page.evaluate("document.body.append(taken)")
    # As on a page that was just loaded: closed, and where the chat was.
    expect(chat.dialog).to_be_hidden()
    next(iter(backend.chats.values())).write("Welcome back.")
    expect(chat.launcher).to_contain_text("1 new")
    chat.launcher.click()
    expect(chat.bubble("Welcome back.")).to_be_visible()


def test_events_hold_no_secret_either(abroad: Abroad) -> None:
    """The key to the chat opens all that was said in it."""
    chat = visit(abroad, script_of())
    chat.open()
    chat.reach_result()
    told = json.dumps(heard(chat.page))
    assert all(token not in told for token in abroad.backend.chats)
