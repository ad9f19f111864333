"""A coordinator takes the chat over while the patient has it open, closed, or on a phone with a bad connection."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Locator, expect

from tests.browser import script
from tests.browser.fake_backend import Chat, FakeBackend
from tests.browser.test_accessibility import violations
from tests.browser.widget import Widget


def chat_of(backend: FakeBackend) -> Chat:
    """The one conversation there is."""
    (chat,) = backend.chats.values()
    return chat


def person(chat: Widget, text: str) -> Locator:
    """What a person wrote."""
    return chat.log.locator(".turn.person").filter(has_text=text)


def subtitle(chat: Widget) -> Locator:
    """Who one talks to."""
    return chat.host.locator(".head p")


def test_what_a_person_writes_appears_by_itself_with_their_name(chat: Widget, backend: FakeBackend) -> None:
    chat.reach_age()
    chat_of(backend).join()
    expect(chat.bubble("Ann from the study team is now in this chat.")).to_be_visible()
    chat_of(backend).write("Hello, this is Ann. <b>How</b> are you?")
    expect(person(chat, "Hello, this is Ann. <b>How</b> are you?")).to_contain_text("Ann, study team")
    chat_of(backend).write("No name here.", name=None)
    expect(person(chat, "No name here.").locator(".from")).to_have_text("Study team")


def test_the_header_says_who_one_talks_to_and_the_bots_quick_replies_are_gone(chat: Widget, backend: FakeBackend) -> None:
    expect(subtitle(chat)).to_have_text("A computer program, not a doctor")
    chat_of(backend).join()
    expect(subtitle(chat)).to_have_text("A person from the study team is here")
    expect(chat.replies.get_by_role("button")).to_have_count(0)
    expect(chat.progress).to_be_hidden()


def test_a_message_to_a_person_is_sent_and_no_reply_is_waited_for(chat: Widget, backend: FakeBackend) -> None:
    chat_of(backend).join()
    chat.bubble("Ann from the study team is now in this chat.").wait_for()
    chat.say("I have a question")
    expect(chat.state).to_have_text("Sent. A person will answer here. In an emergency, call your local emergency number.")
    expect(chat.host.locator(".dots")).to_be_hidden()
    assert chat.bubbles()[-1] == "I have a question"
    chat_of(backend).write("Please ask.")
    expect(person(chat, "Please ask.")).to_be_visible()
    expect(chat.state).to_have_text("")


def test_a_message_that_crosses_the_take_over_is_told_that_a_person_answers(chat: Widget, backend: FakeBackend) -> None:
    chat_of(backend).taken_over = True  # and the line about it is still on its way
    chat.say("hello?")
    expect(chat.state).to_contain_text("A person will answer here.")
    expect(subtitle(chat)).to_have_text("A person from the study team is here")


def test_when_the_bot_is_back_its_question_can_be_answered(chat: Widget, backend: FakeBackend) -> None:
    chat.reach_age()
    chat.say("61")
    chat.reply("Stage 2").wait_for()
    chat_of(backend).join()
    expect(chat.reply("Stage 2")).to_have_count(0)
    chat_of(backend).hand_back(script.STAGE)
    chat.reply("Stage 4 (it has spread)").click()
    chat.bubble("Where has the cancer spread to?").wait_for()
    expect(subtitle(chat)).to_have_text("A computer program, not a doctor")
    assert backend.texts_posted[-1] == "#cancer_stage=IV"
    assert chat.bubbles().count("What stage is your cancer?") == 2


def test_a_connection_that_breaks_loses_and_doubles_no_line(chat: Widget, backend: FakeBackend) -> None:
    chat_of(backend).join()
    chat_of(backend).write("one")
    expect(person(chat, "one")).to_be_visible()
    backend.cuts += 1
    chat_of(backend).write("two")
    expect(person(chat, "two")).to_be_visible()
    backend.down = True
    chat_of(backend).write("three")
    chat.page.wait_for_timeout(300)
    backend.down = False
    expect(person(chat, "three")).to_be_visible()
    assert [text for text in chat.bubbles() if text in {"one", "two", "three"}] == ["one", "two", "three"]
    assert backend.streams[0] == -1
    assert backend.streams[-1] > 0


def test_after_a_reload_everything_is_there_once_and_new_lines_still_come(chat: Widget, backend: FakeBackend) -> None:
    chat_of(backend).join()
    chat_of(backend).write("before")
    expect(person(chat, "before")).to_be_visible()
    chat.page.reload()
    chat.launcher.click()
    expect(person(chat, "before")).to_contain_text("Ann, study team")
    expect(subtitle(chat)).to_have_text("A person from the study team is here")
    expect(chat.replies.get_by_role("button")).to_have_count(0)
    chat_of(backend).write("after")
    expect(person(chat, "after")).to_be_visible()
    assert [text for text in chat.bubbles() if text in {"before", "after"}] == ["before", "after"]


def test_a_waiting_patient_who_reloads_does_not_see_a_bot_that_types(chat: Widget, backend: FakeBackend) -> None:
    chat_of(backend).join()
    chat.bubble("Ann from the study team is now in this chat.").wait_for()
    chat.say("anybody?")
    expect(chat.state).to_contain_text("A person will answer here.")
    chat.page.reload()
    chat.launcher.click()
    chat.bubble("anybody?").wait_for()
    expect(chat.host.locator(".dots")).to_be_hidden()


def test_two_tabs_both_show_what_a_person_writes(chat: Widget, backend: FakeBackend, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{backend.url}/trials/NCT06141070")
    other = Widget(page)
    other.launcher.click()
    chat_of(backend).join()
    chat_of(backend).write("to both")
    expect(person(chat, "to both")).to_be_visible()
    expect(person(other, "to both")).to_be_visible()


def test_a_closed_chat_says_how_many_lines_are_new(chat: Widget, backend: FakeBackend) -> None:
    chat.page.keyboard.press("Escape")
    expect(chat.launcher).to_have_text("Go on with my chat")
    chat_of(backend).join()
    chat_of(backend).write("Are you there?")
    expect(chat.launcher.locator(".badge")).to_have_text("2 new")
    # For who does not see the button.
    expect(chat.host.locator("aside").get_by_role("status")).to_have_text("2 new")
    assert violations(chat.page) == []
    chat.launcher.click()
    expect(person(chat, "Are you there?")).to_be_visible()
    chat.page.keyboard.press("Escape")
    expect(chat.launcher.locator(".badge")).to_have_count(0)


def test_a_line_counts_as_seen_once_the_chat_is_open(chat: Widget, backend: FakeBackend) -> None:
    chat.page.keyboard.press("Escape")
    chat_of(backend).write("Hello?")
    expect(chat.launcher.locator(".badge")).to_have_text("1 new")
    assert chat_of(backend).seen == 0
    with chat.page.expect_response("**/chat/seen"):
        chat.launcher.click()
    assert chat_of(backend).seen == len(chat_of(backend).entries)
    with chat.page.expect_response("**/chat/seen"):
        chat_of(backend).write("And now.")
    assert chat_of(backend).seen == len(chat_of(backend).entries)


def test_who_comes_back_to_the_site_sees_that_there_is_an_answer(chat: Widget, backend: FakeBackend) -> None:
    chat_of(backend).join()
    chat.bubble("Ann from the study team is now in this chat.").wait_for()
    chat.page.goto(f"{backend.url}/privacy")
    chat_of(backend).write("Here is your answer.")
    chat.page.goto(f"{backend.url}/trials/NCT06141070")
    expect(chat.launcher.locator(".badge")).to_have_text("1 new")
    expect(chat.dialog).to_be_hidden()
    chat.launcher.click()
    expect(person(chat, "Here is your answer.")).to_be_visible()
    chat.page.reload()
    expect(chat.launcher).to_have_text("Go on with my chat")


def test_where_there_is_no_room_for_a_stream_the_transcript_is_looked_at(chat: Widget, backend: FakeBackend) -> None:
    backend.full = True
    backend.cuts += 1
    chat_of(backend).join()
    chat_of(backend).write("found later")
    chat.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(person(chat, "found later")).to_be_visible()


def test_a_chat_that_was_never_opened_asks_for_no_stream(widget: Widget, backend: FakeBackend) -> None:
    widget.page.wait_for_timeout(300)
    assert backend.streams == []


def test_ending_the_chat_ends_the_stream(chat: Widget, backend: FakeBackend) -> None:
    chat_of(backend).join()
    chat.bubble("Ann from the study team is now in this chat.").wait_for()
    chat.menu_button.click()
    chat.host.get_by_role("button", name="End chat and forget it on this device").click()
    chat.host.get_by_role("button", name="End chat and forget", exact=True).click()
    chat_of(backend).write("to nobody")
    chat.page.wait_for_timeout(300)
    assert chat.bubbles() == []
    expect(subtitle(chat)).to_have_text("A computer program, not a doctor")


def test_everything_can_be_erased_from_the_menu_while_the_bot_is_silent(chat: Widget, backend: FakeBackend) -> None:
    chat_of(backend).join()
    chat.bubble("Ann from the study team is now in this chat.").wait_for()
    chat.menu_button.click()
    chat.host.get_by_role("button", name="End chat and forget it on this device").click()
    chat.host.get_by_role("button", name="Erase my answers first").click()
    expect(chat.host.get_by_role("heading", name="Erase everything?")).to_be_focused()
    assert violations(chat.page) == []
    chat.host.get_by_role("button", name="Yes, erase everything").click()
    expect(chat.state).to_have_text("Everything you wrote here has been erased.")
    assert backend.chats == {}
    assert chat.bubbles() == []
    assert chat.stored() == {}
    chat.reply("Start a new chat").click()
    expect(chat.reply("Yes, go ahead")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (320, "dark")])
def test_a_persons_message_has_no_violation_and_fits_the_screen(widget: Widget, backend: FakeBackend, width: int, scheme: str) -> None:
    widget.page.set_viewport_size({"width": width, "height": 780})
    widget.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    widget.open()
    chat_of(backend).join()
    chat_of(backend).write("A long word: " + "x" * 200, name="N" * 40)
    widget.log.locator(".turn.person").wait_for()
    widget.say("Thank you")
    expect(widget.state).to_contain_text("A person will answer here.")
    assert violations(widget.page) == []
    assert widget.scroll.evaluate("node => node.scrollWidth <= node.clientWidth")
